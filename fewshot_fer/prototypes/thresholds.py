"""Which labels to show, so that of those that are shown a stated share is right.

The least confidence lies between two numbers, for nobody's and for a well-known student's
prototypes, by how much doubt is left. They are chosen so that this target precision is reached in
every group by itself (every set of people, with every kind of enrolment): on the whole it would be
reached long before it is for a student of whom only a resting face is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from fewshot_fer.arrays import Bools, Floats

_STEPS = np.linspace(0.2, 0.98, 40)


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """Labels of one group: how sure [n], whether right [n], with how much doubt left [n]."""

    confidence: Floats
    right: Bools
    doubt: Floats

    def shown(self, thresholds: tuple[float, float]) -> Bools:
        """Which are shown [n], given the least confidence at full and at no doubt."""
        none, many = thresholds
        return np.asarray(self.confidence >= many + (none - many) * self.doubt)


def least_confidences(groups: Sequence[Named], target: float) -> tuple[float, float]:
    """The least confidence at full and at no doubt that reaches the target precision everywhere.

    Of those that do, the two that show most; where none does, the two that come nearest.
    """
    best, thresholds = (-np.inf, -np.inf), (1.0, 1.0)
    for none, many in product(_STEPS, _STEPS):
        if many > none:
            continue
        shown = [group.shown((none, many)) for group in groups]
        short = max((_short(g, s, target) for g, s in zip(groups, shown, strict=True)), default=0)
        value = (-short, float(np.mean([s.mean() for s in shown])) if shown else 0.0)
        if value > best:
            best, thresholds = value, (float(none), float(many))
    return thresholds


def _short(group: Named, shown: Bools, target: float) -> float:
    """How far the labels shown fall short of the target; 0 where none is shown."""
    return max(0.0, target - float(group.right[shown].mean())) if shown.any() else 0.0
