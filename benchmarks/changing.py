"""Drawn lessons for statistics: students who change, and faces that change more or less often."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from fewshot_fer.drawn.lesson import Beat, Lesson, Role
from fewshot_fer.expressions import BASIC, NEUTRAL


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


@dataclass(frozen=True, slots=True)
class Temper:
    """Every student has own shares of the expressions; beats last some seconds."""

    shortest: float
    longest: float
    rests: bool = False
    """Between any two expressions comes a rest, from five seconds up to some minutes."""


TEMPERS: Final[Mapping[str, Temper]] = {
    "lively": Temper(2, 6),
    "calm": Temper(2, 20, rests=True),
    "slow": Temper(20, 90),
}
_SHARES: Final[Mapping[str, float]] = {
    "angry": 0.3, "disgust": 0.2, "fear": 0.2, "happy": 1.5, "sad": 0.6, "surprise": 0.4,
    "neutral": 4.0,
}  # fmt: skip
"""What students show on average, as weights: mostly their resting face."""


def tempered(students: int, seconds: float, seed: int, temper: Temper) -> Lesson:
    """A lesson of beats that come by chance, every student with shares of their own."""
    return Lesson(
        tuple(
            Role(_beats(np.random.default_rng([seed, 13, k]), seconds, temper))
            for k in range(students)
        )
    )


def _beats(rng: np.random.Generator, seconds: float, temper: Temper) -> tuple[Beat, ...]:
    shares = rng.dirichlet([2 * _SHARES[name] for name in BASIC])
    active = [k for k, name in enumerate(BASIC) if name != NEUTRAL]
    beats: list[Beat] = []
    time = 0.0
    while time < seconds:
        resting = bool(beats) and beats[-1].expression == NEUTRAL
        if temper.rests and not resting:
            name, length = NEUTRAL, 5 + float(rng.exponential(45))
        elif temper.rests:
            name = BASIC[int(rng.choice(active, p=shares[active] / shares[active].sum()))]
            length = min(temper.longest, temper.shortest + float(rng.exponential(6)))
        else:
            name = BASIC[int(rng.choice(len(BASIC), p=shares))]
            length = float(rng.uniform(temper.shortest, temper.longest))
        beats.append(Beat(time, name))
        time += length
    return tuple(beats)
