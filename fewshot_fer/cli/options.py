"""The arguments and options that commands share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

Who = Annotated[
    str, typer.Argument(metavar="STUDENT", help="An id or a name, or the beginning of one.")
]
Faces = Annotated[
    list[Path],
    typer.Argument(
        help="fer2013.csv, the folder of train/ and test/, or .npz files or their folder."
    ),
]
Folder = Annotated[
    Path, typer.Argument(help="Pictures of people with index.csv: path,subject,emotion,session.")
]
Runs = Annotated[list[Path], typer.Argument(help="Trainings that each left a fold of people out.")]
People = Annotated[
    list[Path],
    typer.Option("--people", help="People's pictures with index.csv; may be repeated."),
]
Data = Annotated[
    list[Path] | None, typer.Option(help="FER-2013 as csv, folder or npz; may be repeated.")
]
Cluster = Annotated[
    str | None,
    typer.Option(metavar="WHERE", help="So many processes here, or the address of a Ray."),
]

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Checkpoint = Annotated[
    Path | None, typer.Option(help="A checkpoint folder; else the one that is shipped.")
]
PrecisionName = Annotated[
    str | None,
    typer.Option("--precision", help="The engine's arithmetic: bf16 (or eight bits), or f32."),
]
Threads = Annotated[int | None, typer.Option(help="Engine threads of one worker.")]
Seed = Annotated[int | None, typer.Option(help="For everything drawn by chance.")]
SupportSets = Annotated[Path | None, typer.Option(help="The students' folder.")]
Host = Annotated[str | None, typer.Option(help="Where the web app listens.")]
Port = Annotated[int | None, typer.Option(help="The web app's port.")]
MinFace = Annotated[int | None, typer.Option(help="The smallest face to find, in pixels.")]
Records = Annotated[
    str | None, typer.Option(help="Another database, such as sqlite:///lessons.db.")
]
Reads = Annotated[
    str | None,
    typer.Option(
        help="Whom a lesson reads: agreed, or everybody where that is allowed.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
SkipRefused = Annotated[
    bool, typer.Option("--skip-refused", help="Leave out the pictures that cannot be used.")
]
SkipDoubtful = Annotated[
    bool,
    typer.Option(
        "--skip-doubtful",
        help="Leave out pictures that look like another expression, instead of asking.",
    ),
]
KeepDoubtful = Annotated[
    bool,
    typer.Option(
        "--keep-doubtful", help="Keep them; where nobody can be asked, they are left out."
    ),
]
SamePerson = Annotated[
    bool, typer.Option("--same-person", help="All pictures show this student: do not check.")
]

SETTINGS: Final[Mapping[str, object]] = {
    "seed": Seed,
    "checkpoint": Checkpoint,
    "precision": PrecisionName,
    "threads": Threads,
    "min_face": MinFace,
    "support_sets": SupportSets,
    "records": Records,
    "reads": Reads,
    "host": Host,
    "port": Port,
}
"""Options that are settings; not given, they are None."""
SHARED: Final[Mapping[str, tuple[object, object]]] = {
    **{name: (option, None) for name, option in SETTINGS.items()},
    "skip_refused": (SkipRefused, False),
    "skip_doubtful": (SkipDoubtful, False),
    "keep_doubtful": (KeepDoubtful, False),
    "same_person": (SamePerson, False),
    "yes": (Yes, False),
    "as_json": (Json, False),
}
"""The type and the default of every option that `command` adds."""

NETWORK: Final = ("checkpoint", "precision", "threads")
ROSTER: Final = ("checkpoint", "support_sets")
ENROLMENT: Final = (
    "skip_refused", "skip_doubtful", "keep_doubtful", "same_person", "yes", *ROSTER
)  # fmt: skip


def numbers(text: str, option: str, least: int = 0, most: int = 99) -> list[int]:
    """The numbers of a list such as 0,1,2, each once and in order."""
    try:
        found = sorted({int(word) for word in text.split(",")})
    except ValueError:
        found = [least - 1]
    if found[0] < least or found[-1] > most:
        raise typer.BadParameter(
            f"{text!r} is no list of numbers from {least} to {most}, such as 1,2", param_hint=option
        )
    return found
