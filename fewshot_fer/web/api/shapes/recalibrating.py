"""Calibrations."""

from __future__ import annotations

from typing_extensions import TypedDict

from fewshot_fer.students.recalibration import BeforeAfter, Entry, Score
from fewshot_fer.web.api.shapes.base import Shape

# One short table an answer, which reads better here than one class each.
# ruff: noqa: UP013
# fmt: off

Recalibrated = TypedDict("Recalibrated", {
    "student": str, "calibration": str, "references": BeforeAfter | None,
    "kept_aside": BeforeAfter | None, "helped": bool | None, "in_words": str,
})
"""What a calibration brought."""

History = TypedDict("History", {"student": str, "calibrations": list[Entry]})
"""A student's calibrations, oldest first."""

Undone = TypedDict("Undone", {"student": str, "undone": Entry})
"""The calibration that was taken back."""


class CompareQuery(Shape):
    """Two calibrations; `none` stands for none."""

    first: str = "none"
    second: str


Compared = TypedDict("Compared", {"student": str, "first": Score, "second": Score})
"""A student's references, read with one calibration and with another."""
