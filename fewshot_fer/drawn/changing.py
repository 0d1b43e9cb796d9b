"""Students of a drawn lesson who change: from some time on they often show one expression."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from fewshot_fer.drawn.lesson import Lesson, Role


@dataclass(frozen=True, slots=True)
class Shift:
    """What changes: from a time on, a share of the beats shows an expression instead."""

    at: float
    expression: str = "sad"
    share: float = 0.6


def changed(lesson: Lesson, students: Collection[int], shift: Shift, seed: int) -> Lesson:
    """The lesson, with some students (their places in the class) changed from a time on."""
    return Lesson(
        tuple(
            _changed(part, shift, np.random.default_rng([seed, 11, k])) if k in students else part
            for k, part in enumerate(lesson.parts)
        )
    )


def _changed(part: Role, shift: Shift, rng: np.random.Generator) -> Role:
    beats = tuple(
        replace(beat, expression=shift.expression)
        if beat.start >= shift.at and rng.random() < shift.share
        else beat
        for beat in part.beats
    )
    return replace(part, beats=beats)
