"""Students: enrol, show, change, move, remove."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Final, Literal, cast

from fastapi import APIRouter, Query, Response
from pydantic import Field
from typing_extensions import TypedDict

from fewshot_fer.errors import ExportError, MissingError, RequestError
from fewshot_fer.files import stem
from fewshot_fer.students import documents
from fewshot_fer.students.documents import Doubt, Enrolled, Refusal, Student, StudentLine
from fewshot_fer.students.enrolment import gate
from fewshot_fer.students.enrolment.card import Learnt, card_of
from fewshot_fer.students.enrolment.gate import Picture
from fewshot_fer.students.store.consent import agreed, consent_text
from fewshot_fer.students.store.moving import exported, import_student
from fewshot_fer.students.store.names import random_id
from fewshot_fer.students.store.records import Purpose
from fewshot_fer.web.api.calls import (
    ZIP,
    Asked,
    AskedWithZip,
    Name,
    Operation,
    Sent,
    Shape,
    download,
    files,
    pictures,
    sent,
)
from fewshot_fer.web.api.tools import (
    PICTURES,
    AskedWithPictures,
    Strictness,
    enrolment,
    readable,
    student_of,
)

routes: Final = APIRouter(tags=["Students"], route_class=Operation)
_ONE: Final = "/students/{student}"

# One short table an answer, which reads better here than one class each.
# ruff: noqa: UP013
# fmt: off

Students = TypedDict("Students", {"students": list[StudentLine]})
"""Everybody, by name."""

Reference = TypedDict("Reference", {
    "expression": str, "reference": Annotated[str, Field(description="its SHA-256")],
    "quality": dict[str, float] | None, "source": str,
})
"""One picture that teaches."""

References = TypedDict("References", {"student": str, "references": list[Reference]})
"""All pictures that teach, without the pictures."""

Card = TypedDict("Card", {
    "student": str, "name": str, "learnt": Sequence[Learnt], "helps_most": str | None,
    "gain": float, "set_aside": int, "advice": str,
})
"""What was learnt of a student, and what would help most."""

Usable = TypedDict("Usable", {"source": str, "expression": str, "quality": dict[str, float]})
"""A picture that may teach."""

Looked = TypedDict("Looked", {
    "usable": list[Usable], "refused": list[Refusal], "doubts": list[Doubt],
})
"""What enrolment would say of pictures; nothing was stored."""

Imported = TypedDict("Imported", {"students": list[Student]})
"""Who came in."""

Removed = TypedDict("Removed", {"removed": list[str], "sessions": list[int]})
"""Who is gone, and from which recorded sessions too."""

ConsentText = TypedDict("ConsentText", {"text": str})
"""The agreement, as it must be read before enrolling."""
# fmt: on


class Enrol(Strictness):
    """A new student; the pictures stand in fields that are named after expressions."""

    name: Name
    consent: Name = Field(description="who has read /api/v1/consent and agreed to it")
    purposes: list[Purpose] = Field(default=list(Purpose), description="what they agreed to")
    keeps: Literal["images", "vectors"] = "images"
    keep_until: date | None = Field(default=None, description="the last day")
    classes: list[str] = Field(default=[], description="class lists that they are put into")
    another: bool = Field(default=False, description="even when somebody has this name already")


class Rename(Shape):
    """Another name to show; the id stays."""

    name: Name


class AsNew(Shape):
    """How to bring a student in."""

    as_new: bool = Field(default=False, description="give a new id, where this one is taken")


@routes.get("/consent")
def consent(call: Asked) -> ConsentText:
    """The agreement to read before enrolling."""
    return {"text": consent_text(days=call.app.settings.keep_days)}


@routes.get("/students")
def list_students(call: Asked) -> Students:
    """List everybody."""
    return {"students": [documents.line(one) for one in call.app.library.students()]}


@routes.post("/students", status_code=201, openapi_extra=pictures(Enrol))
def enroll_student(call: Annotated[Sent[Enrol], sent(Enrol)]) -> Enrolled:
    """Enrol a student.

    Fields named after expressions hold the pictures that show them. Nothing is stored without
    consent, nor unless all pictures may teach.
    """
    wishes, library = call.wishes, call.app.library
    given, unread = _readable(call)
    came = enrolment(call).enroll(
        wishes.name,
        given,
        agreed(
            wishes.consent,
            library.now(),
            purposes=wishes.purposes,
            days=call.app.settings.keep_days,
        ),
        keeps=wishes.keeps,
        keep_until=wishes.keep_until,
        classes=wishes.classes,
        another=wishes.another,
    )
    return documents.enrolled(came, unread)


@routes.get(_ONE)
def show_student(call: Asked, student: str) -> Student:
    """Show a student."""
    return documents.student(student_of(call, student))


@routes.patch(_ONE)
def rename_student(call: Asked, student: str, body: Rename) -> Student:
    """Rename a student."""
    renamed = call.app.library.rename(student_of(call, student).id, body.name)
    return documents.student(renamed)


@routes.delete(_ONE)
def remove_student(call: Asked, student: str) -> Removed:
    """Delete a student with everything about them.

    Also from recorded sessions, and every token of theirs. It cannot be taken back.
    """
    gone = student_of(call, student).id
    return {"removed": [gone], "sessions": list(call.app.portal.forget(gone))}


@routes.get(f"{_ONE}/card")
def show_card(call: Asked, student: str) -> Card:
    """What was learnt, and what would help most."""
    card = card_of(call.app.roster, student_of(call, student).id)
    return cast(Card, asdict(card) | {"learnt": card.learnt, "advice": card.advice})


@routes.get(f"{_ONE}/references")
def list_references(call: Asked, student: str) -> References:
    """List the pictures that teach."""
    found = student_of(call, student)
    notes = {one: call.app.library.notes(found, one) for one in found.references}
    held: list[Reference] = [
        {"expression": one.expression, "reference": one.sha, "quality": said.quality,
         "source": said.source}
        for one, said in notes.items()
    ]  # fmt: skip
    return {"student": found.id, "references": held}


@routes.post(f"{_ONE}/references", status_code=201, openapi_extra=PICTURES)
def add_references(call: AskedWithPictures, student: str) -> Enrolled:
    """Add pictures that teach.

    Fields named after expressions hold the pictures that show them.
    """
    found = student_of(call, student)
    given, unread = _readable(call)
    return documents.enrolled(enrolment(call).add(found.id, given), unread)


@routes.delete(_ONE + "/references/{reference}")
def drop_reference(call: Asked, student: str, reference: str) -> Student:
    """Take one picture back."""
    found = student_of(call, student)
    gone = [one for one in found.references if one.sha == reference]
    if not gone:
        raise MissingError(
            "This student has no such reference.", next_step="GET the references to see them."
        )
    return documents.student(call.app.library.drop(found.id, gone))


@routes.post("/gate", openapi_extra=PICTURES)
def try_pictures(call: AskedWithPictures) -> Looked:
    """Ask which pictures could teach a new student.

    Fields named after expressions hold the pictures that show them. Nothing is stored.
    """
    return _looked(call, None)


@routes.post(f"{_ONE}/gate", openapi_extra=PICTURES)
def try_references(call: AskedWithPictures, student: str) -> Looked:
    """Ask which pictures could teach this student.

    Fields named after expressions hold the pictures that show them. Nothing is stored.
    """
    return _looked(call, student_of(call, student).id)


@routes.get(f"{_ONE}/export", **files("application/zip"))
def export_a_student(call: Asked, student: str) -> Response:
    """Everything about a student, as one zip.

    It holds pictures: keep it as safe as they are.
    """
    found, library = student_of(call, student), call.app.library
    name = f"{stem(found.name, library.now())}.zip"
    return download(exported(library, found.id), "application/zip", name)


@routes.post("/students/import", status_code=201, openapi_extra=ZIP)
def import_a_student(call: AskedWithZip, query: Annotated[AsNew, Query()]) -> Imported:
    """Bring a student in from a zip."""
    new_id = random_id() if query.as_new else None
    try:
        came = import_student(call.app.library, call.file, as_new=new_id)
    except ExportError as error:
        # Where the zip lay is nobody's business.
        raise RequestError(error.what, next_step=error.next_step) from error
    return {"students": [documents.student(came)]}


def _looked(call: Sent[Strictness], student_id: str | None) -> Looked:
    if not call.uploads:
        raise RequestError("No picture came.", next_step="Send a form with pictures.")
    given, unread = readable(call)
    if not given:
        return {"usable": [], "refused": [documents.refused(one) for one in unread], "doubts": []}
    looked = enrolment(call).look(given, student_id)
    return {
        "usable": [
            {"source": one.source, "expression": one.expression, "quality": dict(one.quality)}
            for one in looked.candidates
        ],
        "refused": [documents.refused(one) for one in (*unread, *looked.refused)],
        "doubts": [documents.doubt(one) for one in looked.doubts],
    }


def _readable(call: Sent[Strictness]) -> tuple[list[Picture], list[gate.Refusal]]:
    """The pictures, all of which must be readable unless that is not wished for."""
    given, unread = readable(call)
    if unread and not (call.wishes.skip_refused and given):
        raise unread[0].as_error()
    return given, unread
