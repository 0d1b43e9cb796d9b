"""Turns the readings of single looks into an expression that a teacher can believe.

A hidden Markov filter for every student: between looks the expression may have changed (the
longer the time, the likelier), and every look is evidence. Looks that follow each other quickly
see nearly the same picture with the same flaws, so they count as less than one each. The name
that is shown changes only when another is clearly ahead.

`docs/live.md` has the measured trade-off between calm and speed.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import exp

import numpy as np

from fewshot_fer.arrays import Doubles
from fewshot_fer.prototypes import EVEN, BaseRates
from fewshot_fer.prototypes.prototypes import Reading
from fewshot_fer.reasons import Code, Reason


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How calm or how quick the filter is; times in seconds."""

    change_rate: float = 0.3
    """Changes of expression a second, before anything is seen."""
    correlation: float = 0.15
    """Looks closer than about this see the same flaws."""
    doubt: float = 0.03
    """The share of looks that say nothing: a blink, a hand, a blurred picture."""
    clear: float = 0.7
    """The name that is shown changes when another reaches this probability."""
    sure: float = 0.5
    """Below this probability the shown name is unsure."""
    stale: float = 2.0
    """A face that was not read for longer is unsure."""


@dataclass(slots=True)
class _Belief:
    names: tuple[str, ...]
    probabilities: Doubles
    shown: int
    time: float
    unsure: float
    """How much of the recent evidence was unsure, 0 to 1."""
    reason: Reason | None


class Smoother:
    """One belief for every key (a student, or a face without a name)."""

    def __init__(self, smoothing: Smoothing | None = None, rates: BaseRates = EVEN) -> None:
        """`rates` is how often expressions are expected, here and in the readings."""
        self._how = smoothing or Smoothing()
        self.rates = rates
        self._beliefs: dict[Hashable, _Belief] = {}

    def add(self, key: Hashable, reading: Reading, time: float) -> None:
        """Take one look's reading in; times of one key must not go back."""
        names = tuple(reading.scores)
        scores = np.fromiter(reading.scores.values(), np.float64, len(names))
        belief = self._beliefs.get(key)
        if belief is None or belief.names != names:
            self._beliefs[key] = _first(names, scores, time, reading.unsure)
            return
        # The rates are in the belief already: they do not count again with every frame.
        even = self.rates.taken_off(reading.scores)
        fits = np.fromiter(even.values(), np.float64, len(names))
        since = max(0.0, time - belief.time)
        news = 1 - exp(-since / self._how.correlation)
        likely = (1 - self._how.doubt) * fits + self._how.doubt / len(names)
        updated = self._expected(belief, since) * likely**news
        belief.probabilities = updated / updated.sum()
        belief.unsure += news * ((reading.unsure is not None) - belief.unsure)
        belief.reason = reading.unsure or belief.reason
        belief.time = max(time, belief.time)
        best = int(belief.probabilities.argmax())
        if belief.probabilities[best] >= self._how.clear:
            belief.shown = best

    def shown(self, key: Hashable, time: float) -> Reading | None:
        """What is believed at a time; None before the first look."""
        belief = self._beliefs.get(key)
        if belief is None:
            return None
        probabilities = self._expected(belief, max(0.0, time - belief.time))
        scores = dict(zip(belief.names, probabilities.tolist(), strict=True))
        name = belief.names[belief.shown]
        return Reading(name, scores, self._doubt(belief, scores, time))

    def move(self, before: Hashable, after: Hashable) -> None:
        """A face got a name: what was believed of it goes on, unless the student is known."""
        belief = self._beliefs.pop(before, None)
        if belief is not None:
            self._beliefs.setdefault(after, belief)

    def forget(self, keys: Iterable[Hashable]) -> None:
        """Drop what is believed of some."""
        for key in keys:
            self._beliefs.pop(key, None)

    def _expected(self, belief: _Belief, since: float) -> Doubles:
        """The belief [C] some time later, without another sample."""
        others = max(1, len(belief.names) - 1)
        # Of the jump process that leaves each state at the rate and goes to any as it occurs.
        left = 1 - exp(-self._how.change_rate * since * (others + 1) / others)
        return (1 - left) * belief.probabilities + left * self.rates.over(belief.names)

    def _doubt(self, belief: _Belief, scores: Mapping[str, float], time: float) -> Reason | None:
        unseen = time - belief.time
        if unseen > self._how.stale:
            return Reason(Code.NOT_READ, seconds=unseen)
        if belief.unsure > 0.5:
            return belief.reason
        if scores[belief.names[belief.shown]] < self._how.sure:
            first, second = sorted(scores, key=lambda name: -scores[name])[:2]
            return Reason(Code.CLOSE, first=first, second=second)
        return None


def _first(names: tuple[str, ...], scores: Doubles, time: float, unsure: Reason | None) -> _Belief:
    known = scores / scores.sum()
    return _Belief(names, known, int(known.argmax()), time, float(unsure is not None), unsure)
