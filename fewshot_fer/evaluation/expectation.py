"""Whether what a card expects comes true, for what was taught and for what never was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fewshot_fer.training.choosing import Trial
from fewshot_fer.training.expecting import Found, fit_expectation, found_on
from fewshot_fer.training.fitting import FitConfig


@dataclass(frozen=True, slots=True)
class Expected:
    """One expression, taught or not: the shares expected and found, over so many samples."""

    expression: str
    taught: bool
    expected: float
    found: float
    n: int


def evaluate_expectation(trials: Sequence[Trial], config: FitConfig) -> list[Expected]:
    """Each trial's people, by an expectation that was fitted on the other trials' people."""
    rows = [found_on([trial], config) for trial in trials]
    told: dict[tuple[int, bool], list[tuple[float, Found]]] = {}
    for i, mine in enumerate(rows):
        others = [row for j, theirs in enumerate(rows) if j != i for row in theirs]
        fitted = fit_expectation(others)
        for row in mine:
            model = 1 / (1 + np.exp(-row.log_odds))
            share = fitted.of(float(model), row.place, is_taught=row.is_taught)
            told.setdefault((row.place, row.is_taught), []).append((share, row))
    return [
        Expected(
            trials[0].held.names[place],
            taught,
            round(float(np.average([share for share, _ in found], weights=asked)), 4),
            round(sum(row.right for _, row in found) / sum(asked), 4),
            sum(asked),
        )
        for (place, taught), found in sorted(told.items())
        for asked in [[row.asked for _, row in found]]
    ]
