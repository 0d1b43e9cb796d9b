"""Change detection (Shiryaev-Roberts): how strongly stretches speak for a change in a student.

What a face shows in some seconds is taken for a few independent draws: how many is learnt from
the class. Two explanations of a stretch are compared: the student's usual goes on, or one
expression has become more frequent. Both leave open how often each expression is shown
(Dirichlet), so that a usual which is hardly known excuses much. Their ratio, added up over all
beginnings, passes a bound in an unchanged class only as often as one over it times their number
(the Shiryaev-Roberts rule): this is how the threshold is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from fewshot_fer.arrays import Bools, Doubles, Ints

_PACE: Final = 0.1
"""Draws a second where nothing is known: a new expression every ten seconds."""
_FASTEST: Final = 1.0
_RISES: Final = (0.3, 0.6)
"""A change lets an expression take about these shares of the time that was others'."""
_SPIKE: Final = 15.0
"""How exactly that is supposed, in draws."""
_CLASS: Final = 3.0
"""What the class says of a student weighs as much as so many draws."""
_TRIMMED: Final = 0.15
"""What the class does together is told without so many of either end."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Which stretches are looked at: blocks from `ends - width` up to `ends`, every width."""

    ends: Ints
    """[m]"""
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Background:
    """The null hypothesis: what is usual, against which a stretch is tested."""

    blocks: Doubles
    """Seconds in which each expression was confidently shown; 0 where too few [S,B,C]."""
    pace: float
    """Draws a second."""
    earlier: Doubles
    """Draws from earlier sessions [S,C]; 0 where the session's own beginning is the usual."""
    first: Ints
    """The first block that may begin a stretch [S]: what is before it is the usual."""
    together: bool
    """The class is large enough to tell apart what all do."""

    def usual(self, student: int, first: int) -> Doubles:
        """The draws [C] that say what is usual before a stretch that begins with a block."""
        if self.earlier[student].any():
            return np.asarray(self.earlier[student])
        return np.asarray(self.pace * self.blocks[student, :first].sum(axis=0))


def pace_of(blocks: Doubles) -> float:
    """How many independent draws a second of a face is worth, from blocks [S,B,C] of seconds."""
    # Slow faces look quicker in short stretches than they are.
    return min(_FASTEST, *(_pace_in(blocks, width) for width in (6, 12)))


def _pace_in(blocks: Doubles, width: int) -> float:
    count, full = blocks.shape[1] // width, 5.0 * width
    shape = (len(blocks), count, width, blocks.shape[2])
    seconds = blocks[:, : count * width].reshape(shape).sum(axis=2)
    # As if five stretches had varied as faces of the supposed pace do.
    spread, seen = 5 * 0.3 / (10 * width * _PACE), 5 * 0.3 / (10 * width)
    for student in seconds:
        read = student[student.sum(axis=1) >= full]
        if len(read) < 2:
            continue
        shares = read / read.sum(axis=1, keepdims=True)
        mean = read.sum(axis=0) / read.sum()
        # From neighbour to neighbour: a change for good counts once only.
        spread += 0.5 * float((np.diff(shares, axis=0) ** 2).sum())
        seen += float((mean * (1 - mean)).sum()) * (len(read) - 1) / float(read.sum(axis=1).mean())
    return seen / spread


def log_odds(known: Background, stretches: Stretches, least: float, covered: float) -> Doubles:
    """The log odds that an expression is shown more than usual [S,m,W,C]; -inf where unseen."""
    found = [_of_width(known, stretches.ends, width, least, covered) for width in stretches.widths]
    return np.stack(found, axis=2)


def in_all(odds: Doubles, widths: tuple[int, ...]) -> Doubles:
    """The log odds [S,m,W,C] added up over beginnings and meant over expressions [S,m]."""
    # A width stands for those between it and the one before.
    each = np.log(np.diff([widths[0] - 1, *widths]))[:, None]
    return np.asarray(_log_mean(odds + each, (2, 3)) + np.log(len(widths)))


def without_strongest(
    known: Background, student: int, stretch: slice, expression: int, strongest: int
) -> float:
    """The log odds of a stretch's other blocks, without those where the expression is strongest."""
    blocks = known.blocks[student, stretch]
    summed = np.concatenate([[0.0], blocks[:, expression].cumsum()])
    most = int((summed[strongest:] - summed[:-strongest]).argmax())
    rest = np.delete(blocks, slice(most, most + strongest), axis=0).sum(axis=0)
    usual = _CLASS * _class_mean(known) + known.usual(student, stretch.start)
    return float(_ratio(known.pace * rest, usual)[expression])


def _of_width(known: Background, ends: Ints, width: int, least: float, covered: float) -> Doubles:
    """Stretches of one width [S,m,C]."""
    total = np.concatenate([np.zeros_like(known.blocks[:, :1]), known.blocks.cumsum(axis=1)], 1)
    starts = ends - width
    here: Bools = np.greater_equal(starts, 0)
    seconds = np.where(here[:, None], total[:, ends] - total[:, starts * here], 0.0)
    told = known.earlier.any(axis=1).reshape(-1, 1, 1)
    before = np.where(told, known.earlier[:, None], known.pace * total[:, starts * here])
    usual = _CLASS * _class_mean(known) + before
    sum_of = usual.sum(axis=2, keepdims=True)
    now = seconds / np.maximum(1e-9, seconds.sum(axis=2, keepdims=True))
    read = seconds.sum(axis=2) >= covered * 10 * width
    read &= (starts >= known.first[:, None]) & here
    odds = _ratio(known.pace * seconds, usual)
    if known.together:
        moved = usual / sum_of + _together(now - usual / sum_of, read)
        moved = np.maximum(moved, 0.002)
        moved *= sum_of / moved.sum(axis=2, keepdims=True)
        odds = np.minimum(odds, _ratio(known.pace * seconds, moved))
    clear = read[..., None] & (now - usual / sum_of >= least)
    return np.where(clear, odds, -np.inf)


def _together(moved: Doubles, read: Bools) -> Doubles:
    """How far the class moved from its usuals [m,C], from its students [S,m,C]; few do not count.

    Who moves alone stands at an end and is left out.
    """
    ordered = np.sort(np.where(read[..., None], moved, np.inf), axis=0)
    count = read.sum(axis=0)
    cut = (_TRIMMED * count).astype(int)
    place = np.arange(len(moved))[:, None]
    middle = np.asarray((place >= cut) & (place < count - cut))
    summed = np.where(middle[..., None], ordered, 0.0).sum(axis=0)
    return np.asarray(summed / np.maximum(1, middle.sum(axis=0))[:, None])


def _class_mean(known: Background) -> Doubles:
    """What the class shows, with a little of everything [C]."""
    total = known.blocks.sum(axis=(0, 1))
    total = total + 0.02 * total.sum() + 1
    return np.asarray(total / total.sum())


def _ratio(draws: Doubles, usual: Doubles) -> Doubles:
    """The log odds of draws [...,C] with one expression risen, against the usual [...,C]."""
    stays = _log_chance(draws, usual)[..., None]
    return _log_mean(np.stack([_risen(draws, usual, rise) - stays for rise in _RISES]), (0,))


def _log_chance(draws: Doubles, usual: Doubles) -> Doubles:
    """The log chance of draws [...,C] in some order, of a Dirichlet distribution [...]."""
    sums = usual.sum(axis=-1), draws.sum(axis=-1)
    each = log_gamma(usual + draws) - log_gamma(usual)
    return np.asarray(log_gamma(sums[0]) - log_gamma(sums[0] + sums[1]) + each.sum(axis=-1))


def _risen(draws: Doubles, usual: Doubles, rise: float) -> Doubles:
    """The same where each expression in turn has risen [...,C]."""
    weight = usual.sum(axis=-1, keepdims=True)
    exact = np.minimum(_SPIKE, weight)
    fallen = (1 - rise) * exact * usual / weight
    risen = fallen + rise * exact
    low, high = (log_gamma(a + draws) - log_gamma(a) for a in (fallen, risen))
    whole = log_gamma(exact) - log_gamma(exact + draws.sum(axis=-1, keepdims=True))
    return np.asarray(whole + low.sum(axis=-1, keepdims=True) - low + high)


def log_gamma(x: Doubles) -> Doubles:
    """The logarithm of the gamma function for x > 0 (Stirling; off by under 1e-6)."""
    y = x + 4
    series = 1 / (12 * y) - 1 / (360 * y**3)
    shift = np.log(x * (x + 1) * (x + 2) * (x + 3))
    return np.asarray((y - 0.5) * np.log(y) - y + 0.5 * np.log(2 * np.pi) + series - shift)


def _log_mean(values: Doubles, axes: tuple[int, ...]) -> Doubles:
    """The logarithm of the mean of exponentials; all -inf stays -inf."""
    most = values.max(axis=axes, keepdims=True)
    safe = np.where(np.isfinite(most), most, 0.0)
    mean = np.exp(values - safe).mean(axis=axes)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(mean) + safe.reshape(mean.shape))
