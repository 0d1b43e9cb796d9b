"""Pictures, and this machine."""

from __future__ import annotations

from pathlib import Path

from fewshot_fer.doctor import examine, healthy
from fewshot_fer.errors import RequestError
from fewshot_fer.lesson.found import Found, document
from fewshot_fer.lesson.who import likeness
from fewshot_fer.stills import name_faces
from fewshot_fer.students.store.consent import consent_text
from fewshot_fer.web.access.who import only_own
from fewshot_fer.web.api.shapes import looking as shapes
from fewshot_fer.web.api.table import Call, Nothing, Operation
from fewshot_fer.web.api.tools import AnyCall, student_of
from fewshot_fer.web.api.uploads import decoded


def analyze(call: Call[shapes.AnalyzeQuery, Nothing]) -> object:
    """Name the expression of every face in pictures."""
    wanted = call.query.student
    if call.who.role == "student" and wanted is None:
        wanted = call.who.student
    only_own(call.who, wanted)
    student = student_of(call, wanted).id if wanted is not None else None
    if not call.uploads:
        raise RequestError("No picture came.", next_step="Send one, or a form with several.")
    roster, told = call.app.roster, None
    identity = call.app.opened().identity
    if student is not None and identity is not None:
        told = likeness(roster.library, identity, student)
    return document(
        Found(
            [
                (Path(upload.name), name_faces(decoded(upload), roster, student, told))
                for upload in call.uploads
            ]
        )
    )


def doctor(call: AnyCall) -> object:
    """Say what is found on this machine, what is missing, and how to mend it."""
    checks = examine(call.app.settings)
    return {"healthy": healthy(checks), "checks": checks}


def me(call: AnyCall) -> object:
    """Say who asks."""
    return {"role": call.who.role, "student": call.who.student}


def consent(_: AnyCall) -> object:
    """The agreement that must be read before enrolling."""
    return {"text": consent_text()}


OPERATIONS = (
    Operation(
        "POST", "/analyze", "Pictures", "Name the expression of every face in pictures", analyze,
        shapes.Analysis, query=shapes.AnalyzeQuery, takes="pictures", errors=(413, 422),
        parts="image",
        more="A student's token reads pictures as of that student. Nothing is stored.",
    ),
    Operation("GET", "/me", "Access", "Who the token or cookie stands for", me, shapes.Me),
    Operation(
        "GET", "/consent", "Students", "The agreement to read before enrolling", consent,
        shapes.ConsentText,
    ),
    Operation(
        "GET", "/doctor", "Machine", "What is found on this machine, and what is missing", doctor,
        shapes.Doctor,
    ),
)  # fmt: skip
