"""Pictures, and this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal, cast

from fastapi import APIRouter, Query
from pydantic import Field
from typing_extensions import TypedDict

from fewshot_fer.doctor import Check, examine, healthy
from fewshot_fer.errors import RequestError
from fewshot_fer.lesson.found import Found, document
from fewshot_fer.lesson.who import likeness
from fewshot_fer.reasons import Code
from fewshot_fer.stills import name_faces
from fewshot_fer.web.access.who import only_own
from fewshot_fer.web.api.calls import Asked, Operation, Plain, Sent, Shape, pictures, sent
from fewshot_fer.web.api.tools import student_of
from fewshot_fer.web.api.uploads import decoded

routes: Final = APIRouter(route_class=Operation)
Share = Annotated[float, Field(ge=0, le=1)]

# One short table an answer, which reads better here than one class each.
# ruff: noqa: UP013
# fmt: off

Face = TypedDict("Face", {
    "box": Annotated[
        tuple[float, float, float, float], Field(description="x0, y0, x1, y1 in pixels")
    ],
    "expression": Annotated[str, Field(description="the likeliest expression")],
    "scores": dict[str, Share],
    "unsure": Annotated[str | None, Field(description="why not to trust the name, or null")],
    "unsure_code": Annotated[Code | None, Field(description="the same for programs, or null")],
    "student": str | None, "quality": Share,
})
"""One face of a picture, from left to right."""

Image = TypedDict("Image", {
    "path": Annotated[str, Field(description="the name it was sent with")], "faces": list[Face],
})
"""One picture with its faces."""

Analysis = TypedDict("Analysis", {"images": list[Image]})
"""Every picture that was sent."""

Doctor = TypedDict("Doctor", {"healthy": bool, "checks": list[Check]})
"""What is found on this machine, what is missing, and how to mend it."""

Me = TypedDict("Me", {"role": Literal["teacher", "student"], "student": str | None})
"""Who the token or cookie stands for."""
# fmt: on


class Whom(Shape):
    """Whom the pictures show."""

    student: str | None = Field(default=None, description="an id; else as of a stranger")


@routes.post("/analyze", tags=["Pictures"], openapi_extra=pictures(Plain))
def analyze(call: Annotated[Sent[Plain], sent(Plain)], query: Annotated[Whom, Query()]) -> Analysis:
    """Name the expression of every face in pictures.

    A student's token reads pictures as of that student. Nothing is stored.
    """
    wanted = query.student
    if call.who.role == "student" and wanted is None:
        wanted = call.who.student
    only_own(call.who, wanted)
    student = student_of(call, wanted).id if wanted is not None else None
    if not call.uploads:
        raise RequestError("No picture came.", next_step="Send one, or a form with several.")
    roster = call.app.roster
    told = likeness(roster.library, call.app.opened().identity, student)
    found = Found()
    for upload in call.uploads:
        faces = name_faces(decoded(upload), roster, student, told)
        found.pictures.append((Path(upload.name), faces))
    return cast(Analysis, document(found))


@routes.get("/doctor", tags=["Machine"])
def doctor(call: Asked) -> Doctor:
    """What is found on this machine, and what is missing."""
    checks = examine(call.app.settings)
    return {"healthy": healthy(checks), "checks": checks}


@routes.get("/me", tags=["Access"])
async def me(call: Asked) -> Me:
    """Who the token or cookie stands for."""
    role: Literal["teacher", "student"] = "student" if call.who.role == "student" else "teacher"
    return {"role": role, "student": call.who.student}
