"""The little statistics that a report needs: means of blocks that resemble their neighbours.

Shares of neighbouring blocks are alike, so they count for less than as many independent ones.
How much less, and how much shares vary at all, is learnt from the whole class: one student in
one lesson says too little about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from fewshot_fer.arrays import Doubles, Ints

_PRIOR_BLOCKS: Final = 25.0
"""What the class knows of a student's variance weighs as much as so many blocks."""
_LEAST_DEVIATION: Final = 0.03
_STRONGEST_LIKENESS: Final = 0.8


@dataclass(frozen=True, slots=True)
class Series:
    """Shares of one student, or of the class, in blocks."""

    blocks: Ints
    """Which blocks, increasing [n]."""
    shares: Doubles
    """[n,C]"""

    def __len__(self) -> int:
        return len(self.blocks)

    def between(self, first: int, last: int) -> Series:
        """The blocks from the first up to, not with, the last."""
        inside = (self.blocks >= first) & (self.blocks < last)
        return Series(self.blocks[inside], self.shares[inside])


@dataclass(frozen=True, slots=True)
class Spread:
    """How shares vary from block to block in this class."""

    variance: Doubles
    """[C]"""
    inflation: float
    """So many blocks are worth one independent block."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some blocks of a series as a difference needs them, or many such parts at once [m,...]."""

    mean: Doubles
    """[C] or [m,C]"""
    squares: Doubles
    """The sum of squared deviations from the mean [C] or [m,C]."""
    count: Doubles
    """How many blocks [1] or [m,1]."""

    @classmethod
    def of(cls, shares: Doubles) -> Part:
        """Of shares [n,C], n at least 1."""
        mean = shares.mean(axis=0)
        return cls(mean, ((shares - mean) ** 2).sum(axis=0), np.array([float(len(shares))]))

    @classmethod
    def windows(cls, series: Series, first: Ints, last: Ints) -> Part:
        """Many parts, each from a block up to another [m]; without blocks all is 0."""
        starts = np.searchsorted(series.blocks, first)
        ends = np.searchsorted(series.blocks, last)
        count = (ends - starts).astype(np.float64)[:, None]
        totals, squares = (
            np.vstack([np.zeros(series.shares.shape[1]), values.cumsum(axis=0)])
            for values in (series.shares, series.shares**2)
        )
        mean = (totals[ends] - totals[starts]) / np.maximum(1, count)
        left = (squares[ends] - squares[starts]) - count * mean**2
        return cls(mean, np.maximum(0.0, left), count)


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one part to another, for every expression; arrays [C] or [m,C]."""

    effect: Doubles
    error: Doubles
    freedom: Doubles
    """[1] or [m,1]"""

    @property
    def normal(self) -> Doubles:
        """The effects as deviates of a normal distribution."""
        return normal_deviate(self.effect / self.error, self.freedom)

    def interval(self, sure: float = 0.95) -> tuple[Doubles, Doubles]:
        """From and to, in which the true effects lie so surely."""
        half = student_quantile(NormalDist().inv_cdf(0.5 + sure / 2), self.freedom) * self.error
        return self.effect - half, self.effect + half


def spread_of(parts: Sequence[Series]) -> Spread:
    """How shares vary within stretches of time in which nothing changed for good."""
    kept = [part for part in parts if len(part) >= 3]
    if not kept:
        expressions = parts[0].shares.shape[1] if parts else 0
        return Spread(np.full(expressions, 0.2**2), 1.0)
    left = [part.shares - part.shares.mean(axis=0) for part in kept]
    freedom = sum(len(part) - 1 for part in kept)
    variance = sum((e**2).sum(axis=0) for e in left) / freedom
    pairs, products = 0, 0.0
    for part, e in zip(kept, left, strict=True):
        next_to = np.diff(part.blocks) == 1
        products += float((e[:-1] * e[1:])[next_to].sum())
        pairs += int(next_to.sum())
    likeness = products / pairs / float(variance.sum()) if pairs and variance.sum() > 0 else 0.0
    # Deviations from a mean of few blocks seem less alike than they are.
    likeness += pairs and len(kept) / freedom
    likeness = min(_STRONGEST_LIKENESS, max(0.0, likeness))
    return Spread(np.maximum(variance, _LEAST_DEVIATION**2), (1 + likeness) / (1 - likeness))


def difference(
    before: Part, after: Part, spread: Spread, extra: Doubles | float = 0.0
) -> Difference:
    """From one part to another; `extra` is variance that more blocks would not take away [C]."""
    own = np.maximum(0.0, before.count + after.count - 2)
    variance = (_PRIOR_BLOCKS * spread.variance + before.squares + after.squares) / (
        _PRIOR_BLOCKS + own
    )
    blocks = 1 / before.count + 1 / np.maximum(1.0, after.count)
    error = np.sqrt(variance * spread.inflation * blocks + extra)
    return Difference(after.mean - before.mean, error, _PRIOR_BLOCKS + own / spread.inflation)


def normal_deviate(t: Doubles, freedom: Doubles) -> Doubles:
    """Student's t as the normal deviate that is as unlikely (Wallace 1959; off by under 0.02)."""
    shrink = (8 * freedom + 1) / (8 * freedom + 3)
    return np.asarray(np.sign(t) * shrink * np.sqrt(freedom * np.log1p(t**2 / freedom)))


def student_quantile(deviate: float, freedom: Doubles) -> Doubles:
    """The other way round."""
    grown = deviate * (8 * freedom + 3) / (8 * freedom + 1)
    return np.asarray(np.sqrt(freedom * np.expm1(grown**2 / freedom)))
