"""Fits a student to today's light, and takes that back."""

from __future__ import annotations

from fewshot_fer.errors import MissingError, RequestError
from fewshot_fer.students import documents, recalibration
from fewshot_fer.web.api.shapes import recalibrating as shapes
from fewshot_fer.web.api.table import Call, Group, Nothing
from fewshot_fer.web.api.tools import AnyCall, pictures, student_of, vectors

UNNAMED = "frame"

operation = Group("Recalibration")
_ALL = "/students/{student}/recalibrations"


@operation("POST", _ALL, shapes.Recalibrated, status=201, pictures="an expression, or `frame`")
def recalibrate(call: AnyCall) -> object:
    """Fit a student to today's light.

    Fields named after expressions hold pictures that show them; the field `frame` holds frames
    of a lesson, of which only those count that are sure. Nothing enrolled is changed.
    """
    student, given = student_of(call), pictures(call)
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
        call.app.roster, student.id, z, labels if named else None, how=how
    )
    return documents.recalibrated(came)


@operation("GET", _ALL, shapes.History)
def calibration_history(call: AnyCall) -> object:
    """List a student's calibrations."""
    student = student_of(call)
    entries = recalibration.history(call.app.roster, student.id)
    return {"student": student.id, "calibrations": entries}


@operation("DELETE", _ALL + "/{calibration}", shapes.Undone)
def undo_calibration(call: AnyCall) -> object:
    """Take a calibration back.

    Its beginning suffices; `latest` is the newest.
    """
    student = student_of(call)
    name = _calibration(call, call.path["calibration"], newest="latest")
    entry = recalibration.undo(call.app.roster, student.id, name)
    return {"student": student.id, "undone": entry}


@operation("GET", f"{_ALL}/compare", shapes.Compared, query=shapes.CompareQuery)
def compare_calibrations(call: Call[shapes.CompareQuery, Nothing]) -> object:
    """Compare two calibrations."""
    student, wanted = student_of(call), call.query
    for name in (wanted.first, wanted.second):
        if name != "none":
            _calibration(call, name)
    if not student.references:
        raise MissingError(
            "This student has no references to read.", next_step="Add some pictures first."
        )
    both = recalibration.compare(call.app.roster, student.id, wanted.first, wanted.second)
    return {"student": student.id, "first": both.before, "second": both.after}


def _calibration(call: AnyCall, beginning: str, newest: str = "") -> str | None:
    """The calibration that begins so; None for the newest."""
    known = student_of(call).calibrations
    found = [sha for sha in known if sha.startswith(beginning)]
    if (newest and beginning == newest and known) or len(found) == 1:
        return None if beginning == newest else found[0]
    raise MissingError(
        "There is no such calibration, or several that begin so.",
        next_step="GET the calibrations to see them.",
    )
