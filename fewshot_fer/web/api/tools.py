"""What the operations share: the student meant, enrolment, vectors of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import ImageError, MissingError, RequestError
from fewshot_fer.students.enrolment.enrolment import Enrolment
from fewshot_fer.students.enrolment.gate import (
    FOR_LESSONS,
    Gate,
    Picture,
    Refusal,
    stacked,
    usable,
)
from fewshot_fer.students.store.names import is_id
from fewshot_fer.students.store.records import Student
from fewshot_fer.web.access.who import only_own
from fewshot_fer.web.api.shapes.students import Pictures
from fewshot_fer.web.api.table import Call
from fewshot_fer.web.api.uploads import decoded

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState

AnyCall = Call[Any, Any]


def student_of(call: AnyCall, student_id: str | None = None) -> Student:
    """The student of the path, or another one that was named; only by their whole id.

    Whether they are there is told to nobody who may not know it.
    """
    wanted = call.path["student"] if student_id is None else student_id
    only_own(call.who, wanted)
    library = call.app.library
    if not is_id(wanted) or library.stamp(wanted) is None:
        raise MissingError(
            "There is no such student.", next_step="GET /api/v1/students lists the ids."
        )
    return library.open(wanted)


def enrolment(call: AnyCall, wishes: Pictures) -> Enrolment:
    """Enrolment where nobody can be asked: what is doubtful is kept and named, unless unwanted."""
    app = call.app
    return Enrolment(
        roster=app.roster,
        gate=Gate(app.roster.recogniser.find),
        identify=app.opened().identity,
        same_person=wishes.same_person,
        skip_refused=wishes.skip_refused,
        keep=lambda _: not wishes.skip_doubtful,
    )


def pictures(call: AnyCall, expression: str | None = None) -> list[Picture]:
    """The pictures that came; each field of the form is named after what they show."""
    if not call.uploads:
        raise RequestError(
            "No picture came.",
            next_step="Send a form (multipart/form-data) with a field for each expression.",
        )
    return [
        Picture(expression or upload.field, decoded(upload), upload.name) for upload in call.uploads
    ]


def readable(call: AnyCall) -> tuple[list[Picture], list[Refusal]]:
    """The pictures that came, and why some of them cannot even be looked at."""
    good, bad = [], []
    for upload in call.uploads:
        try:
            good.append(Picture(upload.field, decoded(upload), upload.name))
        except ImageError as error:
            bad.append(Refusal(upload.name, upload.field, error))
    return good, bad


def vectors(app: AppState, given: Sequence[Picture], *, lenient: bool) -> tuple[Floats, list[str]]:
    """Vectors z [n,D] and labels of the usable pictures; strict: all must be usable."""
    faces = usable(Gate(app.roster.recogniser.find, rules=FOR_LESSONS), given, some=lenient)
    z = app.roster.recogniser.vectors_of(stacked(faces))
    return z, [one.expression for one in faces]
