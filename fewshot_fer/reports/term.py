"""Lessons of one class side by side: how its shares, or a student's, went from lesson to lesson.

A lesson's share has an error of its own, since it is made of few independent moments, and lessons
differ by themselves besides. Only what exceeds both is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from fewshot_fer.arrays import Doubles
from fewshot_fer.records.values import Recorded, SessionRecord
from fewshot_fer.reports.changes import Change
from fewshot_fer.reports.statistics import Series, spread_of
from fewshot_fer.reports.summary import class_series, clear_of, covered
from fewshot_fer.reports.usual import Watch, series_of

_LEAST_BLOCKS: Final = 6
"""A lesson of which less than a minute was read tells nothing."""
_BETWEEN: Final = Watch().between
_PRIOR: Final = 10.0
"""What is supposed of how lessons differ weighs as much as so many lessons."""
_LEAST_LESSONS: Final = 4
"""Fewer lessons have no trend."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson of a term."""

    session: SessionRecord
    shares: Doubles
    """[C]"""
    error: Doubles
    """The standard error of each share, from this lesson alone [C]."""
    coverage: float


@dataclass(frozen=True, slots=True)
class Term:
    """Lessons in the order of time, with what clearly changed."""

    names: tuple[str, ...]
    lessons: tuple[Lesson, ...]
    latest: tuple[Change, ...]
    """The last lesson against those before it: what is clear, the largest first."""
    trends: tuple[Change, ...]
    """From the first lesson to the last along a line: what is clear, the largest first."""


def class_term(recorded: Sequence[Recorded]) -> Term:
    """A class over its lessons."""
    return _term(recorded, lambda one: class_series(one.whole), lambda one: covered(one.whole))


def student_term(recorded: Sequence[Recorded], student: str) -> Term:
    """A student over the lessons in which they were recorded, against nobody but themself."""
    there = [one for one in recorded if student in one.students]

    def read(one: Recorded) -> float:
        seconds = float(one.students[student].counts.sum())
        return seconds / max(1, len(one.whole.seconds))

    return _term(there, lambda one: series_of(one.students[student], Watch()), read)


def _term(
    recorded: Sequence[Recorded],
    series: Callable[[Recorded], Series],
    read: Callable[[Recorded], float],
) -> Term:
    names = tuple(dict.fromkeys(name for one in recorded for name in one.session.names))
    found = []
    for one in sorted(recorded, key=lambda one: (one.session.started, one.session.id)):
        seen = _in_order(series(one), one.session.names, names)
        if len(seen) >= _LEAST_BLOCKS:
            spread = spread_of([seen])
            error = np.sqrt(spread.variance * spread.inflation / len(seen))
            found.append(Lesson(one.session, seen.shares.mean(axis=0), error, read(one)))
    lessons = tuple(found)
    if len(lessons) < 2:
        return Term(names, lessons, (), ())
    shares = np.stack([one.shares for one in lessons])
    errors = np.stack([one.error for one in lessons])
    return Term(names, lessons, _latest(names, shares, errors), _trends(names, shares, errors))


def _latest(names: Sequence[str], shares: Doubles, errors: Doubles) -> tuple[Change, ...]:
    """The last lesson against the mean of those before."""
    before, now = shares[:-1], shares[-1]
    usual, count = before.mean(axis=0), len(before)
    varies = _between(before - usual, count - 1)
    error = np.sqrt(
        varies * (1 + 1 / count) + (errors[:-1] ** 2).sum(axis=0) / count**2 + errors[-1] ** 2
    )
    return _clear(names, usual, now, error)


def _trends(names: Sequence[str], shares: Doubles, errors: Doubles) -> tuple[Change, ...]:
    """A line through the lessons, each weighed by how exactly it is known."""
    count = len(shares)
    if count < _LEAST_LESSONS:
        return ()
    place = np.linspace(-0.5, 0.5, count)[:, None]
    slope = (place * shares).sum(axis=0) / (place**2).sum()
    middle = shares.mean(axis=0)
    varies = _between(shares - middle - place * slope, count - 2)
    variance = varies + errors**2
    error = np.sqrt((place**2 * variance).sum(axis=0)) / (place**2).sum()
    return _clear(names, middle - slope / 2, middle + slope / 2, error)


def _between(left: Doubles, freedom: int) -> Doubles:
    """How much lessons differ by themselves: a variance [C]."""
    squares = (left**2).sum(axis=0)
    return np.asarray((_PRIOR * _BETWEEN**2 + squares) / (_PRIOR + freedom))


def _clear(
    names: Sequence[str], before: Doubles, after: Doubles, error: Doubles
) -> tuple[Change, ...]:
    """What is sure of all expressions at once."""
    half = NormalDist().inv_cdf(1 - 0.025 / max(1, len(names))) * error
    effect = after - before
    low, high = effect - half, effect + half
    changes = [
        Change(name, float(effect[k]), float(low[k]), float(high[k]), *_shares(before[k], after[k]))
        for k, name in enumerate(names)
    ]
    return clear_of(tuple(changes))


def _shares(before: float, after: float) -> tuple[float, float]:
    """A line may leave 0 and 1; shares do not."""
    return float(np.clip(before, 0, 1)), float(np.clip(after, 0, 1))


def _in_order(series: Series, own: Sequence[str], names: Sequence[str]) -> Series:
    """Shares [n,C] in the order of names that may be more."""
    shares = np.zeros((len(series), len(names)))
    shares[:, [names.index(name) for name in own]] = series.shares
    return Series(series.blocks, shares)
