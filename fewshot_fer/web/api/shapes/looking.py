"""Pictures that are read, and this machine."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from fewshot_fer.doctor import Check
from fewshot_fer.reasons import Code
from fewshot_fer.web.api.shapes.base import Shape, Share

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


class AnalyzeQuery(Shape):
    """Whom the pictures show."""

    student: str | None = Field(default=None, description="an id; else as of a stranger")


Doctor = TypedDict("Doctor", {"healthy": bool, "checks": list[Check]})
"""What is found on this machine, what is missing, and how to mend it."""

Me = TypedDict("Me", {"role": Literal["teacher", "student"], "student": str | None})
"""Who the token or cookie stands for."""

ConsentText = TypedDict("ConsentText", {"text": str})
"""The agreement, as it must be read before enrolling."""
