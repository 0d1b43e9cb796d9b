"""Students and their pictures."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from fewshot_fer.reasons import Code
from fewshot_fer.students.enrolment.card import Learnt
from fewshot_fer.web.api.shapes.base import Name, Shape


class Consent(Shape):
    """Who agreed, when, and to which text."""

    by: str
    at: str
    text: str
    sha256: str


class Student(Shape):
    """One student."""

    student: str = Field(description="the id")
    name: str
    created: str
    consent: Consent
    keeps: Literal["images", "vectors"]
    keep_until: str | None
    own_expressions: list[str]
    references: dict[str, int] = Field(description="how many pictures, by expression")
    calibrations: list[str]


class StudentLine(Shape):
    """A line of the list."""

    student: str
    name: str
    created: str
    references: dict[str, int]
    calibrations: int
    keep_until: str | None


class Students(Shape):
    """Everybody, by name."""

    students: list[StudentLine]


class Reference(Shape):
    """One picture that teaches."""

    expression: str
    reference: str = Field(description="its SHA-256")
    quality: dict[str, float] | None
    source: str


class References(Shape):
    """All pictures that teach, without the pictures."""

    student: str
    references: list[Reference]


class Refusal(Shape):
    """A picture that may not teach, why, and what to do."""

    source: str
    expression: str
    code: Code | None = Field(description="why, for programs, where it has a name")
    what: str
    next_step: str


class Doubt(Shape):
    """A picture that looks like another expression than it was sent as."""

    source: str
    expression: str
    looks_like: str
    code: Code
    what: str
    place: int
    kept: bool


class Enrolled(Shape):
    """What came of an enrolment."""

    student: str
    name: str
    references: dict[str, int]
    learnt: list[Learnt]
    helps_most: str | None
    gain: float
    refused: list[Refusal]
    doubts: list[Doubt]
    added: int
    unchecked: str | None


class Card(Shape):
    """What was learnt of a student, and what would help most."""

    student: str
    name: str
    learnt: list[Learnt]
    helps_most: str | None
    gain: float
    set_aside: int
    advice: str


class Usable(Shape):
    """A picture that may teach."""

    source: str
    expression: str
    quality: dict[str, float]


class Gate(Shape):
    """What enrolment would say of pictures; nothing was stored."""

    usable: list[Usable]
    refused: list[Refusal]
    doubts: list[Doubt]


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


class Imported(Shape):
    """Who came in."""

    students: list[Student]


class Removed(Shape):
    """Who is gone, and from which recorded sessions too."""

    removed: list[str]
    sessions: list[int]
