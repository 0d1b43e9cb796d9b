"""Students: enrol, show, change, move, remove."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fewshot_fer.errors import ExportError, MissingError, RequestError
from fewshot_fer.students import shown
from fewshot_fer.students.enrolment.card import card_of
from fewshot_fer.students.enrolment.gate import Picture, Refusal
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.students.store.moving import export_student, import_student
from fewshot_fer.students.store.names import random_id
from fewshot_fer.web.api.shapes import students as shapes
from fewshot_fer.web.api.table import Call, Download, Nothing, Operation
from fewshot_fer.web.api.tools import AnyCall, enrolment, readable, student_of


def list_students(call: AnyCall) -> object:
    """List everybody."""
    return {"students": [shown.line(one) for one in call.app.library.students()]}


def enroll_student(call: Call[Nothing, shapes.Enrol]) -> object:
    """Enrol a student; nothing is stored unless all pictures may teach."""
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
    return shown.enrolled(came, unread)


def show_student(call: AnyCall) -> object:
    """Show one student."""
    return shown.student(student_of(call))


def rename_student(call: Call[Nothing, shapes.Rename]) -> object:
    """Give a student another name."""
    renamed = call.app.library.rename(student_of(call).id, call.body.name)
    return shown.student(renamed)


def remove_student(call: AnyCall) -> object:
    """Delete a student with everything that is known about them."""
    student = student_of(call)
    return {"removed": [student.id], "sessions": call.app.portal.forget(student.id)}


def show_card(call: AnyCall) -> object:
    """Say what was learnt of a student."""
    card = card_of(call.app.roster, student_of(call).id)
    return {
        "student": card.student,
        "name": card.name,
        "learnt": card.learnt,
        "helps_most": card.helps_most,
        "gain": card.gain,
        "set_aside": card.set_aside,
        "advice": card.advice,
    }


def list_references(call: AnyCall) -> object:
    """List the pictures that teach, without the pictures."""
    student, library = student_of(call), call.app.library
    found = []
    for one in student.references:
        notes = library.notes(student, one)
        found.append(
            {
                "expression": one.expression,
                "reference": one.sha,
                "quality": notes.get("quality"),
                "source": str(notes.get("source", "")),
            }
        )
    return {"student": student.id, "references": found}


def add_references(call: Call[Nothing, shapes.Pictures]) -> object:
    """Add pictures of a student."""
    student = student_of(call)
    given, unread = _readable(call)
    return shown.enrolled(enrolment(call, call.body).add(student.id, given), unread)


def drop_reference(call: AnyCall) -> object:
    """Take one picture back."""
    student, wanted = student_of(call), call.path["reference"]
    gone = [one for one in student.references if one.sha == wanted]
    if not gone:
        raise MissingError(
            "This student has no such reference.", next_step="GET the references to see them."
        )
    return shown.student(call.app.library.drop(student.id, gone))


def try_pictures(call: Call[Nothing, shapes.Pictures]) -> object:
    """Say which pictures could teach a new student."""
    return _looked(call, None)


def try_references(call: Call[Nothing, shapes.Pictures]) -> object:
    """Say which pictures could teach this student."""
    return _looked(call, student_of(call).id)


def export_a_student(call: AnyCall) -> object:
    """Everything that is known about a student, as one zip."""
    student = student_of(call)
    with tempfile.TemporaryDirectory(prefix="fewshot-fer-") as folder:
        path = export_student(call.app.library, student.id, Path(folder) / "student.zip")
        return Download(path.read_bytes(), "application/zip", f"{student.id}.zip")


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
    return {"students": [shown.student(came)]}


def _looked(call: Call[Nothing, shapes.Pictures], student_id: str | None) -> object:
    if not call.uploads:
        raise RequestError("No picture came.", next_step="Send a form with pictures.")
    given, unread = readable(call)
    if not given:
        return {"usable": [], "refused": [shown.refused(one) for one in unread], "doubts": []}
    looked = enrolment(call, call.body).look(given, student_id)
    return {
        "usable": [
            {"source": one.source, "expression": one.expression, "quality": one.quality}
            for one in looked.candidates
        ],
        "refused": [shown.refused(one) for one in (*unread, *looked.refused)],
        "doubts": [shown.doubt(one) for one in looked.doubts],
    }


def _readable(call: AnyCall) -> tuple[list[Picture], list[Refusal]]:
    """The pictures, all of which must be readable unless that is not wished for."""
    given, unread = readable(call)
    if unread and not (call.body.skip_refused and given):
        raise unread[0].as_error()
    return given, unread


_ONE = "/students/{student}"
_TEACHES = "Fields named after expressions hold the pictures that show them."
OPERATIONS = (
    Operation(
        "GET", "/students", "Students", "List everybody", list_students, shapes.Students
    ),
    Operation(
        "POST", "/students", "Students", "Enrol a student", enroll_student, shapes.Enrolled,
        body=shapes.Enrol, takes="pictures", status=201, errors=(403, 409, 413, 422),
        more=f"{_TEACHES} Nothing is stored without consent, nor unless all pictures may teach.",
        parts="an expression",
    ),
    Operation(
        "POST", "/students/import", "Students", "Bring a student in from a zip", import_a_student,
        shapes.Imported, query=shapes.ImportQuery, takes="zip", status=201,
        errors=(409, 413, 422),
    ),
    Operation(
        "POST", "/gate", "Students", "Ask which pictures could teach a new student", try_pictures,
        shapes.Gate, body=shapes.Pictures, takes="pictures", errors=(413, 422),
        more=f"{_TEACHES} Nothing is stored.", parts="an expression",
    ),
    Operation("GET", _ONE, "Students", "Show a student", show_student, shapes.Student),
    Operation(
        "PATCH", _ONE, "Students", "Rename a student", rename_student, shapes.Student,
        body=shapes.Rename, takes="json",
    ),
    Operation(
        "DELETE", _ONE, "Students", "Delete a student with everything about them",
        remove_student, shapes.Removed,
        more="Also from recorded sessions, and every token of theirs. It cannot be taken back.",
    ),
    Operation(
        "GET", f"{_ONE}/card", "Students", "What was learnt, and what would help most", show_card,
        shapes.Card,
    ),
    Operation(
        "GET", f"{_ONE}/references", "Students", "List the pictures that teach", list_references,
        shapes.References,
    ),
    Operation(
        "POST", f"{_ONE}/references", "Students", "Add pictures that teach", add_references,
        shapes.Enrolled, body=shapes.Pictures, takes="pictures", status=201,
        errors=(409, 413, 422), more=_TEACHES, parts="an expression",
    ),
    Operation(
        "DELETE", _ONE + "/references/{reference}", "Students", "Take one picture back",
        drop_reference, shapes.Student,
    ),
    Operation(
        "POST", f"{_ONE}/gate", "Students", "Ask which pictures could teach this student",
        try_references, shapes.Gate, body=shapes.Pictures, takes="pictures", errors=(413, 422),
        more=f"{_TEACHES} Nothing is stored.", parts="an expression",
    ),
    Operation(
        "GET", f"{_ONE}/export", "Students", "Everything about a student, as one zip",
        export_a_student, "application/zip", more="It holds pictures: keep it as safe as they are.",
    ),
)  # fmt: skip
