"""`fewshot-fer analyze`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import options, output, panels, people

if TYPE_CHECKING:
    from rich.table import Table

    from fewshot_fer.stills import NamedFace


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=panels.LOOK)(analyze)


def analyze(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Pictures, and folders of pictures.")],
    student: Annotated[
        str | None, typer.Option(help="Whom they show: an id, its beginning, or a name.")
    ] = None,
    support_sets: options.SupportSets = None,
    checkpoint: options.Checkpoint = None,
    precision: options.PrecisionName = None,
    threads: options.Threads = None,
    min_face: options.MinFace = None,
    as_json: options.Json = False,
) -> None:
    """Name the expression of every face in pictures.

    A picture that cannot be read is reported and left out, and the exit code is 1.
    """
    from fewshot_fer.errors import ImageError
    from fewshot_fer.images import read_image
    from fewshot_fer.stills import find_pictures, name_faces

    settings = options.settings(
        context,
        support_sets=support_sets,
        checkpoint=checkpoint,
        precision=precision,
        threads=threads,
        min_face=min_face,
    )
    roster = people.roster(settings)
    whom = roster.library.find(student).id if student is not None else None
    named: list[tuple[Path, Sequence[NamedFace]]] = []
    unread = 0
    for path in find_pictures(paths):
        try:
            named.append((path, name_faces(read_image(path), roster, whom)))
        except ImageError as error:
            output.show_error(error)
            unread += 1
    output.show(
        {"images": [{"path": path, "faces": faces} for path, faces in named]},
        as_json=as_json,
        picture=lambda: _table(named),
    )
    if unread:
        raise typer.Exit(1)


def _table(named: Iterable[tuple[Path, Sequence[NamedFace]]]) -> Table:
    def rows() -> Iterable[tuple[str, ...]]:
        for path, faces in named:
            if not faces:
                yield path.name, "no face", "", ""
            for place, face in enumerate(faces, 1):
                yield (
                    f"{path.name}#{place}",
                    face.expression if face.unsure is None else f"unsure ({face.expression}?)",
                    f"{face.scores[face.expression]:.0%}",
                    face.unsure or "",
                )

    return output.table("Faces, from left to right", ("picture", "shows", "", "why unsure"), rows())
