"""Enrolling and recalibrating in one line each, for scripts and notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from fewshot_fer.arrays import Bytes
from fewshot_fer.students.enrolment.enrolment import Enrolment, EnrolmentResult
from fewshot_fer.students.enrolment.gate import FOR_LESSONS, Gate, Picture, stacked, usable
from fewshot_fer.students.recalibration import Recalibrated
from fewshot_fer.students.recalibration import recalibrate as recalibrate_from_vectors
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.consent import agreed

Image = Path | str | Bytes
Pictures = Mapping[str, Image | Sequence[Image]]


def enroll(
    roster: Roster,
    name: str,
    pictures: Pictures,
    *,
    agreed_by: str,
    gate: Gate | None = None,
    skip_refused: bool = False,
) -> EnrolmentResult:
    """Enrol a student from pictures by expression: files, or images [h,w,3] RGB.

    `agreed_by` says who has read `consent_text()` and agreed to it.
    """
    enrolment = _enrolment(roster, gate, skip_refused)
    return enrolment.enroll(name, _listed(pictures), agreed(agreed_by, roster.library.now()))


def add_references(
    roster: Roster,
    student_id: str,
    pictures: Pictures,
    *,
    gate: Gate | None = None,
    skip_refused: bool = False,
) -> EnrolmentResult:
    """More pictures of a student; an expression that is new becomes the student's own."""
    known = roster.library.expressions(roster.library.open(student_id))
    own = [name for name in pictures if name not in known]
    enrolment = _enrolment(roster, gate, skip_refused)
    return enrolment.add(student_id, _listed(pictures), own=own)


def recalibrate(
    roster: Roster, student_id: str, pictures: Pictures, *, gate: Gate | None = None
) -> Recalibrated:
    """Fit a student to today's light, from a resting face or any picture with its expression."""
    through = gate or Gate(roster.recogniser.find, rules=FOR_LESSONS)
    faces = usable(through, _listed(pictures))
    z = roster.recogniser.vectors_of(stacked(faces))
    labels = [one.expression for one in faces]
    how = "one picture" if len(faces) == 1 else f"{len(faces)} pictures"
    return recalibrate_from_vectors(roster, student_id, z, labels, how=how)


def _enrolment(roster: Roster, gate: Gate | None, skip_refused: bool) -> Enrolment:
    return Enrolment(roster, gate or Gate(roster.recogniser.find), skip_refused=skip_refused)


def _listed(pictures: Pictures) -> list[Picture]:
    return [
        Picture(expression, Path(image) if isinstance(image, str) else image)
        for expression, images in pictures.items()
        for image in _each(images)
    ]


def _each(images: Image | Sequence[Image]) -> Sequence[Image]:
    return [images] if isinstance(images, Path | str | np.ndarray) else images
