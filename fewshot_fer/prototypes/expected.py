"""How often each expression of a student is expected to be named right.

The model's own estimate draws samples of the student: from the point, how unsure the point
still is, and a sample's noise of 1 in every direction. Directions are not independent, and some
expressions are harder than the model knows, so that the estimate is brought to what was found on
people who were left out: by one slope, one offset for what was taught, and one for each
expression that was not.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.prototypes.prior import Prior
from fewshot_fer.prototypes.prototypes import Prototypes

_SAMPLES: Final = 200


def expected(
    prior: Prior, prototypes: Prototypes, randomness: np.random.Generator
) -> dict[str, float]:
    """By expression: the share of its samples that is expected to be named right."""
    by_model = estimated(prior, prototypes, randomness)
    return {
        name: prior.expectation.of(by_model[name], place, is_taught=count > 0)
        for place, (name, count) in enumerate(zip(prototypes.names, prototypes.counts, strict=True))
    }


def estimated(
    prior: Prior, prototypes: Prototypes, randomness: np.random.Generator
) -> dict[str, float]:
    """By expression: the mean probability by the model that a sample of it is given its name."""
    points, spread = prototypes.points, 1.0 + _spread(prior, prototypes)
    noise = randomness.standard_normal((_SAMPLES, points.shape[2]), dtype=np.float32)
    likely = np.exp(prototypes.log_modes.astype(np.float64))
    modes = randomness.choice(len(points), _SAMPLES, p=likely / likely.sum())
    result = {}
    for c, name in enumerate(prototypes.names):
        samples = points[modes, c] + noise * np.sqrt(spread[c])
        result[name] = float(prototypes.scores(samples)[:, c].mean())
    return result


def _spread(prior: Prior, prototypes: Prototypes) -> Floats:
    """The variance of each point [C,D]: of the own manner, and of the person's offset under it."""
    counts = np.array(prototypes.counts, np.float32)[:, None]
    seen = counts > 0
    evidence = np.where(seen, 1.0 / (prior.delta + 1.0 / np.maximum(counts, 1)), 0.0)
    offset = 1.0 / (1.0 / prior.beta + evidence.sum(axis=0))
    return np.asarray(prior.blur(prototypes) + offset / (1.0 + prior.delta * counts) ** 2)
