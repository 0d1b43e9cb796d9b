"""One student's prototypes, and what a sample of them says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Doubles, Floats
from fewshot_fer.prototypes.base_rates import EVEN, BaseRates
from fewshot_fer.reasons import Code, Reason


@dataclass(frozen=True, slots=True)
class Reading:
    """The best expression, all scores (they sum to 1), and why not to trust it, if so."""

    expression: str
    scores: Mapping[str, float]
    unsure: Reason | None = None


@dataclass(frozen=True, slots=True)
class Doubts:
    """When a label is not shown: below this confidence, or beyond this distance.

    `everyday` is the confidence asked for where expressions are not expected evenly: what is
    usual there helps to be right, so less is enough. Without it, it is the same.
    """

    confidence: float
    distance: float
    everyday: float | None = None

    def least(self, rates: BaseRates) -> float:
        """The confidence below which a label is not shown."""
        return self.everyday if rates.shares and self.everyday is not None else self.confidence


@dataclass(frozen=True, slots=True)
class Prototypes:
    """Where each expression of one student lies, in each mode that is still possible.

    points [m, c, d]; log_modes [m], how likely each mode is; scale [d] makes the distance count
    only as far as each direction is pinned down; `allowance` [c] is taken off the squared
    distance of an expression whose own place is unsure, since samples lie that much farther from
    it; `offset` [d] is how the student differs from people at large, `offset_variance` [d] how
    unsure that is; `counts` says how many
    distinct references each expression rests on, `doubt` (1 to 0) how much of the initial
    uncertainty about this student is left.
    """

    names: tuple[str, ...]
    points: Floats
    log_modes: Floats
    scale: Floats
    allowance: Floats
    offset: Floats
    offset_variance: Floats
    counts: tuple[int, ...]
    doubt: float
    temperature: float
    doubts: Doubts

    @property
    def scaled(self) -> Floats:
        """All points as plain vectors [m * c, d], between which L2 is the distance."""
        return np.asarray((self.points * self.scale).reshape(-1, len(self.scale)), np.float32)

    def squares(self, z: Floats) -> Floats:
        """Squared distances [n, c] of vectors [n, d] from each expression."""
        return self.over_modes(squared_distances(z * self.scale, self.scaled))

    def over_modes(self, squares: Floats) -> Floats:
        """Squared distances [n, m * c] from points to those from expressions [n, c].

        What is said is minus twice the log likelihood of the mixture: near the likelier mode's
        distance, and exactly that where there is but one.
        """
        return np.asarray(-2.0 * log_sum(self._fits(squares), 1), dtype=np.float32)

    def shares_of_modes(self, z: Floats) -> Floats:
        """How far each mode [n, m, c] accounts for what a sample says of an expression."""
        fits = self._fits(squared_distances(z * self.scale, self.scaled))
        return np.asarray(np.exp(fits - log_sum(fits, 1)[:, None]), dtype=np.float32)

    def _fits(self, squares: Floats) -> Floats:
        """Log likelihoods [n, m, c] from squared distances [n, m * c]."""
        each = squares.reshape(len(squares), *self.points.shape[:2])
        return np.asarray(self.log_modes[:, None] - 0.5 * each, dtype=np.float32)

    def scores(self, z: Floats, rates: BaseRates = EVEN) -> Floats:
        """Probabilities [n, c] of vectors [n, d]."""
        return self.scores_of(self.squares(z), rates)

    def scores_of(self, squares: Floats, rates: BaseRates = EVEN) -> Floats:
        """Probabilities [n, c] from squared distances [n, c]."""
        logits = -0.5 * (squares - self.allowance) / self.temperature + rates.logs(self.names)
        shifted = np.exp(logits - logits.max(1, keepdims=True, initial=-np.inf))
        return np.asarray(shifted / shifted.sum(1, keepdims=True), dtype=np.float32)

    def read(
        self, z: Floats, weak: Sequence[Reason | None] = (), rates: BaseRates = EVEN
    ) -> list[Reading]:
        """Name what vectors [n, d] show; `weak` holds what is wrong with each face, if anything."""
        return self.read_squares(self.squares(z), weak, rates)

    def read_squares(
        self, squares: Floats, weak: Sequence[Reason | None] = (), rates: BaseRates = EVEN
    ) -> list[Reading]:
        """The same from squared distances [n, c], wherever they were computed."""
        scores = self.scores_of(squares, rates)
        nearest = squares.min(1, initial=np.inf)
        why = list(weak) or [None] * len(scores)
        return [
            Reading(
                self.names[int(row.argmax())],
                dict(zip(self.names, row.tolist(), strict=True)),
                reason or self._doubt(row, float(far), rates),
            )
            for row, far, reason in zip(scores, nearest, why, strict=True)
        ]

    def _doubt(self, scores: Floats, nearest: float, rates: BaseRates) -> Reason | None:
        if nearest > self.doubts.distance:
            return Reason(Code.FAR)
        second, first = np.argsort(scores)[-2:]
        if scores[first] < self.doubts.least(rates):
            return Reason(Code.CLOSE, first=self.names[first], second=self.names[second])
        return None


def squared_distances(queries: Floats, points: Floats) -> Floats:
    """Plain squared L2 [n, c] between [n, d] and [c, d]."""
    difference = queries[:, None] - points[None]
    return np.asarray((difference * difference).sum(2), dtype=np.float32)


def log_sum(logs: Floats | Doubles, axis: int) -> Doubles:
    """Log of the sum of exponentials along an axis."""
    most = logs.max(axis, keepdims=True)
    total = np.log(np.exp(logs - most).sum(axis))
    return np.asarray(total + np.squeeze(most, axis), dtype=np.float64)
