"""Expression recognition in still pictures: every face, as of a student or of a stranger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.faces.align import portraits
from fewshot_fer.faces.quality import assess
from fewshot_fer.faces.values import Faces
from fewshot_fer.reasons import Reason
from fewshot_fer.students.roster import Roster


@dataclass(frozen=True, slots=True)
class NamedFace:
    """One face of a picture: where it is, what it shows, and whose prototypes said so."""

    box: tuple[float, ...]
    """x0, y0, x1, y1 in pixels."""
    expression: str
    scores: Mapping[str, float]
    unsure: Reason | None
    student: str | None
    quality: float


Likeness = Callable[[Bytes], Floats]
"""Portraits [n,192,192,3] to how much each looks like the student who is asked for [n]."""
ALIKE: Final = 0.4
"""Of several faces one that is less like the student is somebody else's."""


def name_faces(
    image: Bytes, roster: Roster, student: str | None = None, likeness: Likeness | None = None
) -> list[NamedFace]:
    """Every face of an image [h,w,3] from left to right; without a student, as of a stranger.

    A student has one face. Of several, `likeness` says which (perhaps none); else it is the
    largest. The others are read as strangers. Expressions are expected as often as they occur in
    everyday pictures, unless the settings say otherwise.
    """
    faces = roster.recogniser.find(image)
    faces = faces[faces.boxes[:, 0].argsort(kind="stable")]
    aligned = portraits(image, faces.landmarks)
    theirs = _face_of(faces, aligned, likeness) if student is not None else None
    z = roster.recogniser.vectors_of(aligned)
    rates = roster.recogniser.rates
    readings = list(roster.read(z, rates=rates))
    if theirs is not None:
        readings[theirs] = roster.read(z[theirs : theirs + 1], student, rates)[0]
    qualities = assess(image, faces, aligned)
    return [
        NamedFace(
            box=tuple(round(float(edge), 1) for edge in box),
            expression=reading.expression,
            scores={name: round(float(score), 4) for name, score in reading.scores.items()},
            unsure=reading.unsure or quality.reason,
            student=student if place == theirs else None,
            quality=round(float(quality.score), 3),
        )
        for place, (box, reading, quality) in enumerate(
            zip(faces.boxes, readings, qualities, strict=True)
        )
    ]


def _face_of(faces: Faces, aligned: Bytes, likeness: Likeness | None) -> int | None:
    """Which face is the student's."""
    if len(faces) < 2:
        return 0 if len(faces) else None
    if likeness is None:
        return int(faces.sizes.argmax())
    alike = likeness(aligned)
    best = int(alike.argmax())
    return best if alike[best] >= ALIKE else None
