"""Recorded sessions."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from fewshot_fer.web.api.shapes.base import Shape


class Session(Shape):
    """A line of the list of sessions."""

    id: int
    class_name: str
    started: str
    ended: str | None
    each: bool
    seconds: int
    students: int
    marks: int
    expressions: list[str]


class Sessions(Shape):
    """What was recorded, the latest first."""

    sessions: list[Session]


class Each(Shape):
    """How much of a session."""

    each: bool = Field(default=False, description="every student too, where they were recorded")


class ExportQuery(Each):
    """As what."""

    format: Literal["csv", "json", "parquet"] = "csv"


class Mark(Shape):
    """A moment, and what changed after it."""

    second: int
    text: str
    changes: list[dict[str, Any]]


class Timeline(Shape):
    """The class over time."""

    every_s: float
    seconds: list[float]
    coverage: list[float | None]
    shares: dict[str, list[float | None]]


class StudentShare(Shape):
    """One student over the whole session."""

    student: str
    shares: dict[str, float]
    seen: float
    sure: float
    quality: float | None


class Report(Shape):
    """A session."""

    session: Session
    coverage: float | None
    shares: dict[str, float]
    timeline: Timeline
    marks: list[Mark]
    students: list[StudentShare]
    check_ins: list[dict[str, Any]] | None
    too_little: list[str] | None


class CompareSessions(Shape):
    """Two sessions of one class."""

    before: int
    after: int


class Coverage(Shape):
    """The share of the class that was surely read."""

    before: float | None
    after: float | None


class SessionsCompared(Shape):
    """What changed from one session to another, and how sure that is."""

    before: int
    after: int
    coverage: Coverage
    changes: list[dict[str, Any]]


class Deleted(Shape):
    """Sessions that are gone."""

    deleted: list[int]
