"""Names the expression of every face in still pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import ImageError
from fewshot_fer.faces.align import portraits
from fewshot_fer.faces.quality import assess
from fewshot_fer.images import SUFFIXES
from fewshot_fer.students.roster import Roster


@dataclass(frozen=True, slots=True)
class NamedFace:
    """One face of a picture: where it is, what it shows, and whose prototypes said so."""

    box: tuple[float, ...]
    """x0, y0, x1, y1 in pixels."""
    expression: str
    scores: Mapping[str, float]
    unsure: str | None
    student: str | None
    quality: float


def name_faces(image: Bytes, roster: Roster, student: str | None = None) -> list[NamedFace]:
    """Every face of an image [h,w,3] from left to right; without a student, as of a stranger."""
    faces = roster.recogniser.find(image)
    faces = faces[faces.boxes[:, 0].argsort(kind="stable")]
    aligned = portraits(image, faces.landmarks)
    readings = roster.read(roster.recogniser.vectors_of(aligned), student)
    qualities = assess(image, faces, aligned)
    return [
        NamedFace(
            box=tuple(round(float(edge), 1) for edge in box),
            expression=reading.expression,
            scores={name: round(float(score), 4) for name, score in reading.scores.items()},
            unsure=reading.unsure or quality.reason,
            student=student,
            quality=round(float(quality.score), 3),
        )
        for box, reading, quality in zip(faces.boxes, readings, qualities, strict=True)
    ]


def find_pictures(paths: Iterable[Path]) -> Iterator[Path]:
    """The files as given, and every picture below the folders, in order."""
    for path in paths:
        if path.is_dir():
            yield from _pictures_below(path)
        else:
            yield path


def _pictures_below(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise ImageError(
            "There is no picture in this folder.",
            where=str(folder),
            next_step=f"Pictures end with one of {' '.join(sorted(SUFFIXES))}.",
        )
    return found
