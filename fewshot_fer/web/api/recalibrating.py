"""Fits a student to today's light, and takes that back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query
from typing_extensions import TypedDict

from fewshot_fer.errors import MissingError, RequestError
from fewshot_fer.students import documents, recalibration
from fewshot_fer.students.documents import Recalibrated
from fewshot_fer.students.recalibration import Entry
from fewshot_fer.students.store.records import Student
from fewshot_fer.students.verdict import Score
from fewshot_fer.web.api.calls import Asked, Operation, Plain, Sent, Shape, pictures, sent
from fewshot_fer.web.api.tools import all_pictures, student_of, vectors

UNNAMED: Final = "frame"
routes: Final = APIRouter(tags=["Recalibration"], route_class=Operation)
_ALL: Final = "/students/{student}/recalibrations"

# One short table an answer, which reads better here than one class each.
# ruff: noqa: UP013
# fmt: off

History = TypedDict("History", {"student": str, "calibrations": Sequence[Entry]})
"""A student's calibrations, oldest first."""

Undone = TypedDict("Undone", {"student": str, "undone": Entry})
"""The calibration that was taken back."""

Compared = TypedDict("Compared", {"student": str, "first": Score, "second": Score})
"""A student's references, read with one calibration and with another."""
# fmt: on


class Two(Shape):
    """Two calibrations; `none` stands for none."""

    first: str = "none"
    second: str


@routes.post(_ALL, status_code=201, openapi_extra=pictures(Plain))
def recalibrate(call: Annotated[Sent[Plain], sent(Plain)], student: str) -> Recalibrated:
    """Fit a student to today's light.

    Fields named after expressions hold pictures that show them; the field `frame` holds frames
    of a lesson, of which only those count that are sure. Nothing enrolled is changed.
    """
    found, given = student_of(call, student), all_pictures(call)
    unnamed = [picture.expression == UNNAMED for picture in given]
    if any(unnamed) and not all(unnamed):
        raise RequestError(
            "Some pictures say what they show and some are frames.",
            next_step=f"Send fields named after expressions, or only the field {UNNAMED!r}.",
        )
    named = not any(unnamed)
    z, labels = vectors(call.app, given, lenient=not named)
    if named:
        how = "one picture" if len(given) == 1 else f"{len(given)} pictures"
    else:
        how = "frames of a lesson"
    came = recalibration.recalibrate(
        call.app.roster, found.id, z, labels if named else None, how=how
    )
    return documents.recalibrated(came)


@routes.get(_ALL)
def calibration_history(call: Asked, student: str) -> History:
    """List a student's calibrations."""
    found = student_of(call, student)
    return {"student": found.id, "calibrations": recalibration.history(call.app.roster, found.id)}


@routes.get(f"{_ALL}/compare")
def compare_calibrations(call: Asked, student: str, query: Annotated[Two, Query()]) -> Compared:
    """Compare two calibrations."""
    found = student_of(call, student)
    for name in (query.first, query.second):
        if name != "none":
            _calibration(found, name)
    if not found.references:
        raise MissingError(
            "This student has no references to read.", next_step="Add some pictures first."
        )
    both = recalibration.compare(call.app.roster, found.id, query.first, query.second)
    return {"student": found.id, "first": both.before, "second": both.after}


@routes.delete(_ALL + "/{calibration}")
def undo_calibration(call: Asked, student: str, calibration: str) -> Undone:
    """Take a calibration back.

    Its beginning suffices; `latest` is the newest.
    """
    found = student_of(call, student)
    name = _calibration(found, calibration, newest="latest")
    return {"student": found.id, "undone": recalibration.undo(call.app.roster, found.id, name)}


def _calibration(student: Student, beginning: str, newest: str = "") -> str | None:
    """The calibration that begins so; None for the newest."""
    known = student.calibrations
    found = [sha for sha in known if sha.startswith(beginning)]
    if (newest and beginning == newest and known) or len(found) == 1:
        return None if beginning == newest else found[0]
    raise MissingError(
        "There is no such calibration, or several that begin so.",
        next_step="GET the calibrations to see them.",
    )
