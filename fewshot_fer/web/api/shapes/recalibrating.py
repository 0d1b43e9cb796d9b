"""Calibrations."""

from __future__ import annotations

from fewshot_fer.students.recalibration import BeforeAfter, Entry, Score
from fewshot_fer.web.api.shapes.base import Shape


class Recalibrated(Shape):
    """What a calibration brought."""

    student: str
    calibration: str
    references: BeforeAfter | None
    kept_aside: BeforeAfter | None
    helped: bool | None
    in_words: str


class History(Shape):
    """A student's calibrations, oldest first."""

    student: str
    calibrations: list[Entry]


class Undone(Shape):
    """The calibration that was taken back."""

    student: str
    undone: Entry


class CompareQuery(Shape):
    """Two calibrations; `none` stands for none."""

    first: str = "none"
    second: str


class Compared(Shape):
    """A student's references, read with one calibration and with another."""

    student: str
    first: Score
    second: Score
