"""How well two label heads name FER-2013's faces: pure, from logits and labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Floats, Ints
from fewshot_fer.training.data import FaceSet


@dataclass(frozen=True, slots=True)
class HeadLogits:
    """What both heads say of n faces, [n, c] each, free of the training data's balance."""

    votes: Floats
    own: Floats


@dataclass(frozen=True, slots=True)
class Balance:
    """The log share [c] of every expression in both label sets of the training data.

    The heads learn without it and serve without it. FER-2013's own test pictures have the
    same balance as its training pictures, so to measure accuracy on them it is put back.
    """

    votes: Floats
    own: Floats

    @classmethod
    def of(cls, votes: Sequence[float], own: Sequence[float]) -> Balance:
        """From a checkpoint's card."""
        return cls(np.array(votes, dtype=np.float32), np.array(own, dtype=np.float32))

    @classmethod
    def none(cls) -> Balance:
        """Nothing to put back."""
        return cls(np.zeros(1, np.float32), np.zeros(1, np.float32))


@dataclass(frozen=True, slots=True)
class Named:
    """Faces with a known label [k], what they were taken for [k], and all probabilities."""

    truth: Ints
    probabilities: Floats

    @property
    def guess(self) -> Ints:
        """The likeliest expression [k]."""
        return np.asarray(self.probabilities.argmax(1), dtype=np.int64)

    def accuracy(self) -> float | None:
        """The share named rightly; None where there is nothing to name."""
        return float((self.guess == self.truth).mean()) if len(self.truth) else None

    def confusion(self) -> Ints:
        """How often row was taken for column, [c, c]."""
        classes = self.probabilities.shape[1]
        counts = np.zeros((classes, classes), np.int64)
        np.add.at(counts, (self.truth, self.guess), 1)
        return counts


def named_by_votes(logits: HeadLogits, balance: Balance, faces: FaceSet) -> Named:
    """The faces on whose expression FER+'s voters agree, as the votes' head names them."""
    return _named(logits.votes + balance.votes, faces.majority())


def named_by_own(logits: HeadLogits, balance: Balance, faces: FaceSet) -> Named:
    """The faces with an own label, as the own labels' head names them."""
    return _named(logits.own + balance.own, faces.own)


def _named(logits: Floats, labels: Ints) -> Named:
    known = labels >= 0
    return Named(labels[known], softmax(logits[known]))


def softmax(logits: Floats) -> Floats:
    """Probabilities [n, c]."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True), dtype=np.float32)
