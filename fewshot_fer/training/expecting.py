"""Fits what is expected of a student to what was found on people who were left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fewshot_fer.arrays import Doubles
from fewshot_fer.prototypes.expectation import Expectation, log_odds
from fewshot_fer.prototypes.expected import estimated
from fewshot_fer.training.choosing import WAYS, Trial, deals
from fewshot_fer.training.fitting import FitConfig

_RIDGE = 2.0  # as many answers as an offset of one is doubted by
_STEPS = 30


class Found(NamedTuple):
    """One expression of one person, dealt once: the model's log odds, what was found."""

    place: int
    is_taught: bool
    log_odds: float
    right: int
    asked: int


def found_on(trials: Sequence[Trial], config: FitConfig, seed: int = 0) -> list[Found]:
    """What the model estimates and what is right, of all held people in all ways."""
    rows: list[Found] = []
    for trial in trials:
        prior = trial.prior(config)
        z = prior.project(trial.held.features)
        labels, names = trial.held.labels, trial.held.names
        for way in WAYS:
            for deal in deals(trial.held, way):
                given = [names[label] for label in labels[deal.references]]
                known = prior.learn(z[deal.references], given)
                by_model = estimated(prior, known, np.random.default_rng(seed))
                named = known.scores(z[deal.queries]).argmax(1)
                truth = labels[deal.queries]
                rows += [
                    Found(
                        int(place),
                        names[place] in given,
                        log_odds(by_model[names[place]]),
                        int((named[truth == place] == place).sum()),
                        int((truth == place).sum()),
                    )
                    for place in np.unique(truth)
                ]
    return rows


def fit_expectation(rows: Sequence[Found]) -> Expectation:
    """Logistic regression on the model's log odds, by Newton's steps; offsets are drawn to 0."""
    if not rows:
        return Expectation()
    design = np.zeros((len(rows), 3 + max(row.place for row in rows)))
    for line, row in zip(design, rows, strict=True):
        line[0] = row.log_odds
        line[1 if row.is_taught else 2 + row.place] = 1.0
    asked = np.array([row.asked for row in rows], np.float64)
    right = np.array([row.right for row in rows], np.float64)
    start = np.zeros(design.shape[1])
    start[0] = 1.0
    found = _newton(design, asked, right, start)
    return Expectation(float(found[0]), float(found[1]), tuple(found[2:].tolist()))


def _newton(design: Doubles, asked: Doubles, right: Doubles, start: Doubles) -> Doubles:
    values = start.copy()
    for _ in range(_STEPS):
        share = 1 / (1 + np.exp(-design @ values))
        slope = design.T @ (right - asked * share) - _RIDGE * (values - start)
        curve = (design * (asked * share * (1 - share))[:, None]).T @ design
        values = values + np.linalg.solve(curve + _RIDGE * np.eye(len(values)), slope)
    return values
