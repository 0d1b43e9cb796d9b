"""What the operations share: the student meant, enrolment, vectors of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import ImageError, MissingError, RequestError
from fewshot_fer.students.enrolment.enrolment import Enrolment
from fewshot_fer.students.enrolment.gate import (
    FOR_LESSONS,
    LONGEST_SIDE,
    Gate,
    Picture,
    Refusal,
    stacked,
    usable,
)
from fewshot_fer.students.store.names import is_id
from fewshot_fer.students.store.records import Student
from fewshot_fer.web.access.who import only_own
from fewshot_fer.web.api.calls import Call, Sent, Shape, WishesT, pictures, sent
from fewshot_fer.web.api.uploads import decoded

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState


class Strictness(Shape):
    """How strict to be with pictures."""

    skip_refused: bool = Field(default=False, description="leave out what cannot be used")
    keep_doubtful: bool = Field(
        default=False, description="keep what looks like another expression; else it is left out"
    )
    skip_doubtful: bool = Field(
        default=False, description="refuse the request where nothing else is left"
    )
    same_person: bool = Field(
        default=False, description="somebody's word that all pictures show this student"
    )


AskedWithPictures = Annotated[Sent[Strictness], sent(Strictness)]
PICTURES: Final = pictures(Strictness)


def student_of(call: Call, wanted: str) -> Student:
    """The student of an id; only by the whole of it.

    Whether they are there is told to nobody who may not know it.
    """
    only_own(call.who, wanted)
    library = call.app.library
    if not is_id(wanted) or library.stamp(wanted) is None:
        raise MissingError(
            "There is no such student.", next_step="GET /api/v1/students lists the ids."
        )
    return library.open(wanted)


def enrolment(call: Sent[Strictness]) -> Enrolment:
    """Enrolment where nobody can be asked: what is doubtful is left out and named."""
    app, wishes = call.app, call.wishes
    return Enrolment(
        roster=app.roster,
        gate=Gate(app.roster.recogniser.find),
        identify=app.opened().identity,
        same_person=wishes.same_person,
        skip_refused=wishes.skip_refused,
        keep=lambda doubt: doubt.kept and wishes.keep_doubtful,
        goes_on=not wishes.skip_doubtful,
    )


def all_pictures(call: Sent[WishesT], expression: str | None = None) -> list[Picture]:
    """The pictures that came; each field of the form is named after what they show."""
    if not call.uploads:
        raise RequestError(
            "No picture came.",
            next_step="Send a form (multipart/form-data) with a field for each expression.",
        )
    return [
        Picture(expression or upload.field, decoded(upload, LONGEST_SIDE), upload.name)
        for upload in call.uploads
    ]


def readable(call: Sent[WishesT]) -> tuple[list[Picture], list[Refusal]]:
    """The pictures that came, and why some of them cannot even be looked at."""
    good, bad = [], []
    for upload in call.uploads:
        try:
            good.append(Picture(upload.field, decoded(upload, LONGEST_SIDE), upload.name))
        except ImageError as error:
            bad.append(Refusal(upload.name, upload.field, error))
    return good, bad


def vectors(app: AppState, given: Sequence[Picture], *, lenient: bool) -> tuple[Floats, list[str]]:
    """Vectors z [n,D] and labels of the usable pictures; strict: all must be usable."""
    faces = usable(Gate(app.roster.recogniser.find, rules=FOR_LESSONS), given, some=lenient)
    z = app.roster.recogniser.vectors_of(stacked(faces))
    return z, [one.expression for one in faces]
