"""Students and their pictures."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from fewshot_fer.reasons import Code
from fewshot_fer.students.enrolment.card import Learnt
from fewshot_fer.web.api.shapes.base import Name, Shape

# One short table an answer, which reads better here than one class each.
# ruff: noqa: UP013
# fmt: off

Consent = TypedDict("Consent", {"by": str, "at": str, "text": str, "sha256": str})
"""Who agreed, when, and to which text."""

Student = TypedDict("Student", {
    "student": Annotated[str, Field(description="the id")], "name": str, "created": str,
    "consent": Consent, "keeps": Literal["images", "vectors"], "keep_until": str | None,
    "own_expressions": list[str],
    "references": Annotated[dict[str, int], Field(description="how many pictures, by expression")],
    "calibrations": list[str],
})
"""One student."""

StudentLine = TypedDict("StudentLine", {
    "student": str, "name": str, "created": str, "references": dict[str, int],
    "calibrations": int, "keep_until": str | None,
})
"""A line of the list."""

Students = TypedDict("Students", {"students": list[StudentLine]})
"""Everybody, by name."""

Reference = TypedDict("Reference", {
    "expression": str, "reference": Annotated[str, Field(description="its SHA-256")],
    "quality": dict[str, float] | None, "source": str,
})
"""One picture that teaches."""

References = TypedDict("References", {"student": str, "references": list[Reference]})
"""All pictures that teach, without the pictures."""

Refusal = TypedDict("Refusal", {
    "source": str, "expression": str,
    "code": Annotated[Code | None, Field(description="why, for programs, where it has a name")],
    "what": str, "next_step": str,
})
"""A picture that may not teach, why, and what to do."""

Doubt = TypedDict("Doubt", {
    "source": str, "expression": str, "looks_like": str, "code": Code, "what": str, "place": int,
    "kept": bool,
})
"""A picture that looks like another expression than it was sent as."""

Enrolled = TypedDict("Enrolled", {
    "student": str, "name": str, "references": dict[str, int], "learnt": list[Learnt],
    "helps_most": str | None, "gain": float, "refused": list[Refusal], "doubts": list[Doubt],
    "added": int, "unchecked": str | None,
})
"""What came of an enrolment."""

Card = TypedDict("Card", {
    "student": str, "name": str, "learnt": list[Learnt], "helps_most": str | None, "gain": float,
    "set_aside": int, "advice": str,
})
"""What was learnt of a student, and what would help most."""

Usable = TypedDict("Usable", {"source": str, "expression": str, "quality": dict[str, float]})
"""A picture that may teach."""

Gate = TypedDict("Gate", {"usable": list[Usable], "refused": list[Refusal], "doubts": list[Doubt]})
"""What enrolment would say of pictures; nothing was stored."""


class Pictures(Shape):
    """How strict to be with pictures."""

    skip_refused: bool = Field(default=False, description="leave out what cannot be used")
    skip_doubtful: bool = Field(
        default=False, description="leave out what looks like another expression"
    )
    same_person: bool = Field(
        default=False, description="somebody's word that all pictures show this student"
    )


class Enrol(Pictures):
    """A new student; the pictures stand in fields that are named after expressions."""

    name: Name
    consent: Name = Field(description="who has read /api/v1/consent and agreed to it")
    keeps: Literal["images", "vectors"] = "images"
    keep_until: date | None = Field(default=None, description="the last day")
    another: bool = Field(default=False, description="even when somebody has this name already")


class Rename(Shape):
    """Another name to show; the id stays."""

    name: Name


class ImportQuery(Shape):
    """How to bring a student in."""

    as_new: bool = Field(default=False, description="give a new id, where this one is taken")


Imported = TypedDict("Imported", {"students": list[Student]})
"""Who came in."""

Removed = TypedDict("Removed", {"removed": list[str], "sessions": list[int]})
"""Who is gone, and from which recorded sessions too."""
