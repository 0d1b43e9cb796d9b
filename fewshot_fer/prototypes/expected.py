"""How often each expression of a student is expected to be named right.

The model's own estimate draws samples of the student: from the point, how unsure the point
still is, and a sample's noise of 1 in every direction. Directions are not independent, and some
expressions are harder than the model knows, so that the estimate is brought to what was found on
people who were left out: by one slope, one offset for what was taught, and one for each
expression that was not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fewshot_fer.arrays import Floats

if TYPE_CHECKING:
    from fewshot_fer.prototypes.prior import Prior
    from fewshot_fer.prototypes.prototypes import Prototypes

_SAMPLES: Final = 200
_EDGE: Final = 0.002  # an estimate from 200 samples is never nearer to 0 or 1


@dataclass(frozen=True, slots=True)
class Expectation:
    """Log odds found = slope * log odds by the model + an offset; at first, what the model says."""

    slope: float = 1.0
    taught: float = 0.0
    untaught: tuple[float, ...] = ()

    def of(self, model: float, place: int, *, is_taught: bool) -> float:
        """The share expected [0..1] of the expression in a place of the prior's names."""
        if is_taught:
            offset = self.taught
        elif place < len(self.untaught):
            offset = self.untaught[place]
        else:
            offset = float(np.mean(self.untaught)) if self.untaught else 0.0
        return float(1 / (1 + np.exp(-self.slope * log_odds(model) - offset)))


def log_odds(share: float) -> float:
    """Log odds of a share, kept off 0 and 1."""
    kept = min(max(share, _EDGE), 1 - _EDGE)
    return float(np.log(kept / (1 - kept)))


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
    modes = randomness.choice(len(points), _SAMPLES, p=np.exp(prototypes.log_modes.astype(float)))
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
