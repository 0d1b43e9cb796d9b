"""Students: enrol, show, change, move, remove."""

from __future__ import annotations

from dataclasses import asdict

from fewshot_fer.errors import ExportError, MissingError, RequestError
from fewshot_fer.students import documents
from fewshot_fer.students.enrolment.card import card_of
from fewshot_fer.students.enrolment.gate import Picture, Refusal
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.students.store.moving import exported, import_student
from fewshot_fer.students.store.names import random_id
from fewshot_fer.web.api.shapes import students as shapes
from fewshot_fer.web.api.table import Call, Download, Group, Nothing
from fewshot_fer.web.api.tools import AnyCall, enrolment, readable, student_of

operation = Group("Students")
_ONE = "/students/{student}"


@operation("GET", "/students", shapes.Students)
def list_students(call: AnyCall) -> object:
    """List everybody."""
    return {"students": [documents.line(one) for one in call.app.library.students()]}


@operation(
    "POST",
    "/students",
    shapes.Enrolled,
    body=shapes.Enrol,
    status=201,
    pictures="an expression",
    errors=(403, 409),
)
def enroll_student(call: Call[Nothing, shapes.Enrol]) -> object:
    """Enrol a student.

    Fields named after expressions hold the pictures that show them. Nothing is stored without
    consent, nor unless all pictures may teach.
    """
    wishes, library = call.body, call.app.library
    given, unread = _readable(call)
    came = enrolment(call, wishes).enroll(
        wishes.name,
        given,
        agreed(wishes.consent, library.now()),
        keeps=wishes.keeps,
        keep_until=wishes.keep_until,
        another=wishes.another,
    )
    return documents.enrolled(came, unread)


@operation("GET", _ONE, shapes.Student)
def show_student(call: AnyCall) -> object:
    """Show a student."""
    return documents.student(student_of(call))


@operation("PATCH", _ONE, shapes.Student, body=shapes.Rename)
def rename_student(call: Call[Nothing, shapes.Rename]) -> object:
    """Rename a student."""
    renamed = call.app.library.rename(student_of(call).id, call.body.name)
    return documents.student(renamed)


@operation("DELETE", _ONE, shapes.Removed)
def remove_student(call: AnyCall) -> object:
    """Delete a student with everything about them.

    Also from recorded sessions, and every token of theirs. It cannot be taken back.
    """
    student = student_of(call)
    return {"removed": [student.id], "sessions": call.app.portal.forget(student.id)}


@operation("GET", f"{_ONE}/card", shapes.Card)
def show_card(call: AnyCall) -> object:
    """What was learnt, and what would help most."""
    card = card_of(call.app.roster, student_of(call).id)
    return asdict(card) | {"advice": card.advice}


@operation("GET", f"{_ONE}/references", shapes.References)
def list_references(call: AnyCall) -> object:
    """List the pictures that teach."""
    student = student_of(call)
    notes = {one: call.app.library.notes(student, one) for one in student.references}
    found = [
        {"expression": one.expression, "reference": one.sha, "quality": said.get("quality"),
         "source": str(said.get("source", ""))}
        for one, said in notes.items()
    ]  # fmt: skip
    return {"student": student.id, "references": found}


@operation(
    "POST",
    f"{_ONE}/references",
    shapes.Enrolled,
    body=shapes.Pictures,
    status=201,
    pictures="an expression",
    errors=(409,),
)
def add_references(call: Call[Nothing, shapes.Pictures]) -> object:
    """Add pictures that teach.

    Fields named after expressions hold the pictures that show them.
    """
    student = student_of(call)
    given, unread = _readable(call)
    return documents.enrolled(enrolment(call, call.body).add(student.id, given), unread)


@operation("DELETE", _ONE + "/references/{reference}", shapes.Student)
def drop_reference(call: AnyCall) -> object:
    """Take one picture back."""
    student, wanted = student_of(call), call.path["reference"]
    gone = [one for one in student.references if one.sha == wanted]
    if not gone:
        raise MissingError(
            "This student has no such reference.", next_step="GET the references to see them."
        )
    return documents.student(call.app.library.drop(student.id, gone))


@operation("POST", "/gate", shapes.Gate, body=shapes.Pictures, pictures="an expression")
def try_pictures(call: Call[Nothing, shapes.Pictures]) -> object:
    """Ask which pictures could teach a new student.

    Fields named after expressions hold the pictures that show them. Nothing is stored.
    """
    return _looked(call, None)


@operation("POST", f"{_ONE}/gate", shapes.Gate, body=shapes.Pictures, pictures="an expression")
def try_references(call: Call[Nothing, shapes.Pictures]) -> object:
    """Ask which pictures could teach this student.

    Fields named after expressions hold the pictures that show them. Nothing is stored.
    """
    return _looked(call, student_of(call).id)


@operation("GET", f"{_ONE}/export", "application/zip")
def export_a_student(call: AnyCall) -> object:
    """Everything about a student, as one zip.

    It holds pictures: keep it as safe as they are.
    """
    student = student_of(call)
    return Download(exported(call.app.library, student.id), "application/zip", f"{student.id}.zip")


@operation(
    "POST",
    "/students/import",
    shapes.Imported,
    query=shapes.ImportQuery,
    zipped=True,
    status=201,
    errors=(409,),
)
def import_a_student(call: Call[shapes.ImportQuery, Nothing]) -> object:
    """Bring a student in from a zip."""
    if call.file is None:
        raise MissingError("No zip came.")
    new_id, library = random_id() if call.query.as_new else None, call.app.library
    try:
        came = import_student(library, call.file, as_new=new_id)
    except ExportError as error:
        # Where the zip lay is nobody's business.
        raise RequestError(error.what, next_step=error.next_step) from error
    return {"students": [documents.student(came)]}


def _looked(call: Call[Nothing, shapes.Pictures], student_id: str | None) -> object:
    if not call.uploads:
        raise RequestError("No picture came.", next_step="Send a form with pictures.")
    given, unread = readable(call)
    if not given:
        return {"usable": [], "refused": [documents.refused(one) for one in unread], "doubts": []}
    looked = enrolment(call, call.body).look(given, student_id)
    return {
        "usable": [
            {"source": one.source, "expression": one.expression, "quality": one.quality}
            for one in looked.candidates
        ],
        "refused": [documents.refused(one) for one in (*unread, *looked.refused)],
        "doubts": [documents.doubt(one) for one in looked.doubts],
    }


def _readable(call: AnyCall) -> tuple[list[Picture], list[Refusal]]:
    """The pictures, all of which must be readable unless that is not wished for."""
    given, unread = readable(call)
    if unread and not (call.body.skip_refused and given):
        raise unread[0].as_error()
    return given, unread
