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
from fewshot_fer.web.api.table import Call, Group, Nothing
from fewshot_fer.web.api.tools import AnyCall, student_of
from fewshot_fer.web.api.uploads import decoded

operation = Group("Pictures")


@operation("POST", "/analyze", shapes.Analysis, query=shapes.AnalyzeQuery, pictures="image")
def analyze(call: Call[shapes.AnalyzeQuery, Nothing]) -> object:
    """Name the expression of every face in pictures.

    A student's token reads pictures as of that student. Nothing is stored.
    """
    wanted = call.query.student
    if call.who.role == "student" and wanted is None:
        wanted = call.who.student
    only_own(call.who, wanted)
    student = student_of(call, wanted).id if wanted is not None else None
    if not call.uploads:
        raise RequestError("No picture came.", next_step="Send one, or a form with several.")
    roster = call.app.roster
    told = likeness(roster.library, call.app.opened().identity, student)
    return document(
        Found(
            [
                (Path(upload.name), name_faces(decoded(upload), roster, student, told))
                for upload in call.uploads
            ]
        )
    )


@operation("GET", "/doctor", shapes.Doctor, group="Machine")
def doctor(call: AnyCall) -> object:
    """What is found on this machine, and what is missing."""
    checks = examine(call.app.settings)
    return {"healthy": healthy(checks), "checks": checks}


@operation("GET", "/me", shapes.Me, group="Access")
def me(call: AnyCall) -> object:
    """Who the token or cookie stands for."""
    return {"role": call.who.role, "student": call.who.student}


@operation("GET", "/consent", shapes.ConsentText, group="Students")
def consent(_: AnyCall) -> object:
    """The agreement to read before enrolling."""
    return {"text": consent_text()}
