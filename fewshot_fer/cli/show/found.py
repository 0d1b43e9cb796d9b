"""What `analyze` found: into a file for other programs, and to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.table import Table

from fewshot_fer.cli.show import output
from fewshot_fer.sentences import sentence

if TYPE_CHECKING:
    from fewshot_fer.lesson.clips import Clip
    from fewshot_fer.lesson.found import FaceRead, Found

FORMATS: Final = (".json", ".csv", ".parquet")
_MOST_TRACKS: Final = 12


def write(found: Found, to: Path) -> None:
    """All of it as one file, by its ending; a table has a row a face."""
    from fewshot_fer.files import write_atomically
    from fewshot_fer.lesson.found import columns, document
    from fewshot_fer.reports import tables

    if to.suffix.casefold() == ".json":
        write_atomically(to, output.json_text(document(found)).encode())
        return
    made = tables.as_csv if to.suffix.casefold() == ".csv" else tables.as_parquet
    write_atomically(to, made(columns(found)))


def page(found: Found, to: Path | None, draw: Path | None) -> Group:
    """Tables of the pictures and of every video, and where copies and tables went."""
    parts: list[Table] = []
    if found.pictures or not found.clips:
        parts.append(_pictures(found.pictures))
    parts += [_video(clip) for clip in found.clips]
    places = [output.line(f"Written to {place}.") for place in (to, draw) if place is not None]
    return Group(*parts, *places)


def _pictures(named: Iterable[tuple[Path, Sequence[FaceRead]]]) -> Table:
    def rows() -> Iterable[tuple[str, ...]]:
        for path, faces in named:
            if not faces:
                yield path.name, "no face", "", ""
            for place, face in enumerate(faces, 1):
                yield (
                    f"{path.name}#{place}",
                    face.expression if face.unsure is None else f"unsure ({face.expression}?)",
                    f"{face.scores[face.expression]:.0%}",
                    sentence(face.unsure) if face.unsure else "",
                )

    return output.table("Faces, from left to right", ("picture", "shows", "", "why unsure"), rows())


def _video(clip: Clip) -> Table:
    """The faces that were longest to be seen, and what they clearly showed for how long."""
    from fewshot_fer.lesson.clips import seconds_by_expression

    shown = seconds_by_expression(clip)
    longest = sorted(shown, key=lambda track: -sum(shown[track].values()))

    def rows() -> Iterable[tuple[str, ...]]:
        for track in longest[:_MOST_TRACKS]:
            unsure = shown[track].pop("", 0.0)
            sure = sorted(shown[track].items(), key=lambda item: -item[1])
            yield (
                str(track),
                f"{unsure + sum(shown[track].values()):.1f} s",
                ", ".join(f"{name} {seconds:.1f} s" for name, seconds in sure) or "-",
                f"{unsure:.1f} s",
            )
        if len(longest) > _MOST_TRACKS:
            yield f"and {len(longest) - _MOST_TRACKS} more", "", "", ""

    seconds = clip.frames[-1].time if clip.frames else 0.0
    title = f"{clip.path.name}: {len(clip.frames)} frames, {seconds:.1f} s"
    return output.table(title, ("face", "seen", "clearly shows", "unsure"), rows())
