"""Signals while teaching: an expression that many of the class show, more than usual; pure.

Always of the class, never of a student. A signal begins when the share of a while is above the
teacher's threshold and clearly above what was usual in this lesson, and ends well below that, so
that it does not flicker.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fewshot_fer.lesson.events import Stretch

_LATELY: Final = 3
"""Stretches that make the present."""
_USUAL: Final = 120
"""Stretches before them that make the usual, at most, ..."""
_LEAST: Final = 6
"""... and at least, unless nothing is known yet: then everything counts as usual at 0."""
_ABOVE: Final = 0.15
"""A share is unusual when it is above the usual by so much."""
_ENDS: Final = 0.7
"""It ends below this share of the threshold."""
_COVERED: Final = 0.3
"""Where fewer of the class could be read, nothing is said."""


@dataclass(frozen=True, slots=True)
class Signal:
    """An expression that many show now."""

    expression: str
    share: float
    """Of those who were read lately."""
    usual: float
    since: int
    """The second in which it began."""


def signals(timeline: Sequence[Stretch], thresholds: Mapping[str, float]) -> tuple[Signal, ...]:
    """What holds at the end of a timeline, by the least share of each expression that is minded."""
    found = (_signal(timeline, name, least) for name, least in thresholds.items())
    return tuple(one for one in found if one is not None)


def _signal(timeline: Sequence[Stretch], name: str, least: float) -> Signal | None:
    on: Signal | None = None
    for end in range(1, len(timeline) + 1):
        lately = timeline[max(0, end - _LATELY) : end]
        share = _share(lately, name)
        if share is None:
            on = None
        elif on is not None:
            on = Signal(name, share, on.usual, on.since) if share >= _ENDS * least else None
        else:
            before = timeline[max(0, end - _LATELY - _USUAL) : max(0, end - _LATELY)]
            usual = (_share(before, name) or 0.0) if len(before) >= _LEAST else 0.0
            if share >= max(least, usual + _ABOVE):
                on = Signal(name, share, usual, lately[-1].start)
    return on


def _share(stretches: Iterable[Stretch], name: str) -> float | None:
    """Of all who were read, how many showed it; None where too few were read."""
    sure = expected = shown = 0.0
    for one in stretches:
        sure += one.sure
        expected += one.expected
        shown += one.counts.get(name, 0.0)
    return shown / sure if sure and sure >= _COVERED * expected else None
