"""Recorded sessions."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from fewshot_fer.web.api.shapes.base import Shape

# One short table an answer, which reads better here than one class each.
# ruff: noqa: UP013
# fmt: off

Session = TypedDict("Session", {
    "id": int, "class_name": str, "started": str, "ended": str | None, "each": bool,
    "seconds": int, "students": int, "marks": int, "expressions": list[str],
})
"""A line of the list of sessions."""

Sessions = TypedDict("Sessions", {"sessions": list[Session]})
"""What was recorded, the latest first."""


class Each(Shape):
    """How much of a session."""

    each: bool = Field(default=False, description="every student too, where they were recorded")


class ExportQuery(Each):
    """As what."""

    format: Literal["csv", "json", "parquet"] = "csv"


Mark = TypedDict("Mark", {"second": int, "text": str, "changes": list[dict[str, Any]]})
"""A moment, and what changed after it."""

Timeline = TypedDict("Timeline", {
    "every_s": float, "seconds": list[float], "coverage": list[float | None],
    "shares": dict[str, list[float | None]],
})
"""The class over time."""

StudentShare = TypedDict("StudentShare", {
    "student": str, "shares": dict[str, float], "seen": float, "sure": float,
    "quality": float | None,
})
"""One student over the whole session."""

Report = TypedDict("Report", {
    "session": Session, "coverage": float | None, "shares": dict[str, float],
    "timeline": Timeline, "marks": list[Mark], "students": list[StudentShare],
    "check_ins": list[dict[str, Any]] | None, "too_little": list[str] | None,
})
"""A session."""


class CompareSessions(Shape):
    """Two sessions of one class."""

    before: int
    after: int


Coverage = TypedDict("Coverage", {"before": float | None, "after": float | None})
"""The share of the class that was surely read."""

SessionsCompared = TypedDict("SessionsCompared", {
    "before": int, "after": int, "coverage": Coverage, "changes": list[dict[str, Any]],
})
"""What changed from one session to another, and how sure that is."""

Deleted = TypedDict("Deleted", {"deleted": list[int]})
"""Sessions that are gone."""
