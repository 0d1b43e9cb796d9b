"""Calibrations."""

from __future__ import annotations

from fewshot_fer.web.api.shapes.base import Shape, Share


class Score(Shape):
    """How pictures are read."""

    pictures: int
    right: Share | None
    confidence: Share
    unsure: Share


class BeforeAfter(Shape):
    """The same pictures, without and with a calibration."""

    before: Score
    after: Score


class Recalibrated(Shape):
    """What a calibration brought."""

    student: str
    calibration: str
    references: BeforeAfter | None
    kept_aside: BeforeAfter | None
    helped: bool | None
    in_words: str


class Calibration(Shape):
    """A line of a student's history."""

    calibration: str
    in_words: str
    pictures: int
    in_use: bool
    set_aside: bool


class History(Shape):
    """A student's calibrations, oldest first."""

    student: str
    calibrations: list[Calibration]


class Undone(Shape):
    """The calibration that was taken back."""

    student: str
    undone: Calibration


class CompareQuery(Shape):
    """Two calibrations; `none` stands for none."""

    first: str = "none"
    second: str


class Compared(Shape):
    """A student's references, read with one calibration and with another."""

    student: str
    first: Score
    second: Score
