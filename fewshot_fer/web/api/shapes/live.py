"""Classes that are watched now."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from fewshot_fer.web.api.shapes.base import Shape

# One short table an answer, which reads better here than one class each.
# ruff: noqa: UP013
# fmt: off


class OpenClass(Shape):
    """A class to watch."""

    name: str = Field(default="", max_length=200)
    drawn: int | None = Field(default=None, ge=1, le=50, description="so many drawn students")


Class = TypedDict("Class", {
    "id": str, "name": str, "started": float, "seconds": float, "paused": bool, "ended": bool,
    "recording": bool, "each": bool, "session": int | None, "trouble": str | None,
    "sources": list[dict[str, Any]], "viewers": int, "present": list[str],
    "shares": dict[str, Any], "marks": list[dict[str, Any]],
})
"""A class that is watched now."""

Classes = TypedDict("Classes", {"classes": list[Class]})
"""All that are watched, the latest last."""


class MarkForm(Shape):
    """What to call this moment."""

    text: Annotated[str, Field(min_length=1, max_length=200)]


class RecordForm(Shape):
    """What to write down: numbers of the class, or of every student too."""

    each: bool = False


class RecalibrateClass(Shape):
    """What the class is doing."""

    resting: bool = Field(default=False, description="all are at rest just now")


RecalibratedStudent = TypedDict("RecalibratedStudent", {
    "student": str, "name": str, "done": bool, "words": str,
})
"""One student of a recalibrated class."""

ClassRecalibrated = TypedDict("ClassRecalibrated", {
    "students": list[RecalibratedStudent], "undo": dict[str, str],
})
"""What it brought, and the calibration of each student."""

Ended = TypedDict("Ended", {"session": int | None})
"""The session that was recorded, if one was."""


class FrameQuery(Shape):
    """Which stream a picture belongs to; its faces are followed from one picture to the next."""

    source: str = Field(default="api", pattern="[a-z0-9-]{1,40}")
