"""Learning a face while watching it: how it differs, from samples that nobody labels.

It is the estimator of a recalibration without labels, asked again every few seconds for everybody
who is followed, enrolled or not. What it learns is in memory only, and gone with the track or
the lesson.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.prototypes import BaseRates, Prior, Prototypes, learn_rates

_EVERY_S: Final = 0.5
"""Samples that follow closer say nearly the same."""
_AGAIN_S: Final = 5.0
"""So often what was learnt is learnt anew, ..."""
_FEWEST: Final = 20
"""... from this many samples on, ..."""
_MOST: Final = 120
"""... of the last minute."""
_SCORES: Final = 600


@dataclass(slots=True)
class _Seen:
    samples: deque[tuple[float, Floats]] = field(default_factory=lambda: deque(maxlen=_MOST))
    learnt: float = -np.inf
    offset: Floats | None = None


class Watching:
    """What a lesson has learnt by watching: everybody's offset, and how often expressions occur."""

    def __init__(self, prior: Prior, rates: BaseRates, *, learns_rates: bool = True) -> None:
        """`rates` is what the lesson begins with."""
        self.rates = rates
        self._prior, self._begun, self._learns_rates = prior, rates, learns_rates
        self._seen: dict[Hashable, _Seen] = {}
        self._scores: deque[Floats] = deque(maxlen=_SCORES)
        self._noted = 0

    def settled(self, key: Hashable, z: Floats) -> Floats:
        """A vector [d] as somebody who differs from nobody would have it."""
        seen = self._seen.get(key)
        return z if seen is None or seen.offset is None else z - seen.offset

    def see(self, key: Hashable, z: Floats, known: Prototypes, time: float) -> None:
        """Take a sample in, as it came [d]; `known` is what is known of its face."""
        seen = self._seen.setdefault(key, _Seen())
        if seen.samples and time - seen.samples[-1][0] < _EVERY_S:
            return
        seen.samples.append((time, z))
        if len(seen.samples) >= _FEWEST and time - seen.learnt >= _AGAIN_S:
            seen.learnt = time
            samples = np.stack([vector for _, vector in seen.samples])
            seen.offset = self._prior.recalibrate(known, samples).offset

    def note(self, scores: Mapping[str, float]) -> None:
        """Take in what a sample was read as, under the rates of the moment."""
        if not self._learns_rates or not set(self._prior.names) <= scores.keys():
            return
        even = self.rates.taken_off(scores)
        row = np.array([even[name] for name in self._prior.names], np.float32)
        self._scores.append(row / max(float(row.sum()), 1e-9))
        self._noted += 1
        if self._noted % _FEWEST == 0:
            self.rates = learn_rates(np.stack(self._scores), self._prior.names, self._begun)

    def move(self, before: Hashable, after: Hashable) -> None:
        """A face got a name: what was learnt of it goes on, unless the student is known."""
        seen = self._seen.pop(before, None)
        if seen is not None:
            self._seen.setdefault(after, seen)

    def forget(self, keys: Iterable[Hashable]) -> None:
        """Drop what was learnt of some."""
        for key in keys:
            self._seen.pop(key, None)
