"""What a student agrees to: said anew, or a part of it taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fastapi import APIRouter
from pydantic import Field

from fewshot_fer.students import documents
from fewshot_fer.students.documents import Student
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.students.store.records import Purpose
from fewshot_fer.web.api.calls import Asked, Operation, Shape
from fewshot_fer.web.api.tools import student_of

routes: Final = APIRouter(tags=["Students"], route_class=Operation)


class Agreement(Shape):
    """All that a student agrees to from now on."""

    purposes: list[Purpose] = Field(description="what is left out is taken back, and deleted")
    consent: str = Field(
        default="",
        max_length=100,
        description="who has read /api/v1/consent and agreed, where something is new",
    )


@routes.put("/students/{student}/agreement")
def agree(call: Asked, student: str, body: Agreement) -> Student:
    """Say what a student agrees to from now on.

    What is taken back holds at once, and what was kept for it is deleted.
    """
    found, library = student_of(call, student), call.app.library
    to = frozenset(body.purposes)
    consent = replace(found.consent, purposes=to)
    if body.consent or not to <= found.purposes:
        days = call.app.settings.keep_days
        consent = agreed(body.consent, library.now(), purposes=to, days=days)
    call.app.portal.agree(found.id, consent)
    return documents.student(library.open(found.id))
