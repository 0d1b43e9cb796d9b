"""Streams of calibrated scores as a recogniser gives them, whose truth and noise are known.

Every look is the truth's point plus noise of three kinds: new at every look, slow (the same for
some tenths of a second), and fixed for the person. Together they have variance 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fewshot_fer.arrays import Doubles
from fewshot_fer.expressions import BASIC
from fewshot_fer.prototypes.prototypes import Reading

QUICK, SLOW, FIXED = 0.5, 0.3, 0.2
SLOW_S = 0.4


@dataclass
class Student:
    """Shows one expression, which is read with noise; `apart` is how far points lie apart."""

    rng: np.random.Generator
    expression: str
    apart: float = 4.0
    time: float = 0.0
    fixed: Doubles = field(init=False)
    slow: Doubles = field(init=False)

    def __post_init__(self) -> None:
        self.fixed = self.rng.normal(0, FIXED**0.5, (len(BASIC), len(BASIC)))
        self.slow = self.rng.normal(0, SLOW**0.5, len(BASIC))

    def look(self, time: float) -> Reading:
        """A reading of what is shown at a time."""
        kept = np.exp(-(time - self.time) / SLOW_S)
        fresh = self.rng.normal(0, SLOW**0.5, len(BASIC))
        self.slow = kept * self.slow + np.sqrt(1 - kept**2) * fresh
        self.time = time
        points = np.eye(len(BASIC)) * self.apart / np.sqrt(2)
        truth = BASIC.index(self.expression)
        noise = self.fixed[truth] + self.slow + self.rng.normal(0, QUICK**0.5, len(BASIC))
        odds = -0.5 * ((points[truth] + noise - points) ** 2).sum(axis=1)
        scores = np.exp(odds - odds.max())
        scores /= scores.sum()
        best = BASIC[int(scores.argmax())]
        return Reading(best, dict(zip(BASIC, map(float, scores), strict=True)), None)
