"""Pictures that are read, and this machine."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fewshot_fer.doctor import Check
from fewshot_fer.reasons import Code
from fewshot_fer.web.api.shapes.base import Shape, Share


class Face(Shape):
    """One face of a picture, from left to right."""

    box: tuple[float, float, float, float] = Field(description="x0, y0, x1, y1 in pixels")
    expression: str = Field(description="the likeliest expression")
    scores: dict[str, Share]
    unsure: str | None = Field(description="why the name should not be trusted, or null")
    unsure_code: Code | None = Field(description="the same for programs, or null")
    student: str | None
    quality: Share


class Image(Shape):
    """One picture with its faces."""

    path: str = Field(description="the name it was sent with")
    faces: list[Face]


class Analysis(Shape):
    """Every picture that was sent."""

    images: list[Image]


class AnalyzeQuery(Shape):
    """Whom the pictures show."""

    student: str | None = Field(default=None, description="an id; else as of a stranger")


class Doctor(Shape):
    """What is found on this machine, what is missing, and how to mend it."""

    healthy: bool
    checks: list[Check]


class Me(Shape):
    """Who the token or cookie stands for."""

    role: Literal["teacher", "student"]
    student: str | None


class ConsentText(Shape):
    """The agreement, as it must be read before enrolling."""

    text: str
