"""One student's prototypes, and what a look at them says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.reasons import Code, Reason


@dataclass(frozen=True, slots=True)
class Reading:
    """The best expression, all scores (they sum to 1), and why not to trust it, if so."""

    expression: str
    scores: Mapping[str, float]
    unsure: Reason | None = None


@dataclass(frozen=True, slots=True)
class Doubts:
    """When a label is not shown: below this confidence, or beyond this distance."""

    confidence: float
    distance: float


@dataclass(frozen=True, slots=True)
class Prototypes:
    """Where each expression of one student lies.

    points [c, d]; scale [d] makes the distance count only as far as each direction is
    pinned down; `allowance` [c] is taken off the squared distance of an expression whose own
    place is unsure, since looks lie that much farther from it; `offset` [d] is how the student
    differs from people at large; `counts` says how many distinct references each expression
    rests on, `doubt` (1 to 0) how much of the initial uncertainty about this student is left.
    """

    names: tuple[str, ...]
    points: Floats
    scale: Floats
    allowance: Floats
    offset: Floats
    counts: tuple[int, ...]
    doubt: float
    temperature: float
    doubts: Doubts

    def squares(self, z: Floats) -> Floats:
        """Squared distances [n, c] of vectors [n, d]."""
        return squared_distances(z * self.scale, self.points * self.scale)

    def scores(self, z: Floats) -> Floats:
        """Probabilities [n, c] of vectors [n, d]."""
        return self.scores_of(self.squares(z))

    def scores_of(self, squares: Floats) -> Floats:
        """Probabilities [n, c] from squared distances [n, c]."""
        return probabilities(squares - self.allowance, self.temperature)

    def read(self, z: Floats, weak: Sequence[Reason | None] = ()) -> list[Reading]:
        """Name what vectors [n, d] show; `weak` holds what is wrong with each face, if anything."""
        return self.read_squares(self.squares(z), weak)

    def read_squares(self, squares: Floats, weak: Sequence[Reason | None] = ()) -> list[Reading]:
        """The same from squared distances [n, c], wherever they were computed."""
        scores = self.scores_of(squares)
        nearest = squares.min(1, initial=np.inf)
        why = list(weak) or [None] * len(scores)
        return [
            Reading(
                self.names[int(row.argmax())],
                dict(zip(self.names, row.tolist(), strict=True)),
                reason or self._doubt(row, float(far)),
            )
            for row, far, reason in zip(scores, nearest, why, strict=True)
        ]

    def _doubt(self, scores: Floats, nearest: float) -> Reason | None:
        if nearest > self.doubts.distance:
            return Reason(Code.FAR)
        second, first = np.argsort(scores)[-2:]
        if scores[first] < self.doubts.confidence:
            return Reason(Code.CLOSE, first=self.names[first], second=self.names[second])
        return None


def squared_distances(queries: Floats, points: Floats) -> Floats:
    """Plain squared L2 [n, c] between [n, d] and [c, d]."""
    difference = queries[:, None] - points[None]
    return np.asarray((difference * difference).sum(2), dtype=np.float32)


def probabilities(squares: Floats, temperature: float) -> Floats:
    """Softmax of minus half the squared distances [n, c]."""
    logits = -0.5 * squares / temperature
    shifted = np.exp(logits - logits.max(1, keepdims=True, initial=-np.inf))
    return np.asarray(shifted / shifted.sum(1, keepdims=True), dtype=np.float32)
