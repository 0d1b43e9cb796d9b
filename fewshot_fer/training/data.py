"""FER-2013 with both of its label sets, from any of the forms people have it in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Bools, Bytes, Floats, Ints
from fewshot_fer.expressions import BASIC

FERPLUS_COLUMNS = (
    "neutral", "happy", "surprise", "sad", "angry", "disgust", "fear",
    "contempt", "unknown", "NF",
)  # fmt: skip
_TO_BASIC = [FERPLUS_COLUMNS.index(name) for name in BASIC]


@dataclass(frozen=True, slots=True)
class FaceSet:
    """Faces [n, 48, 48] with FER-2013's own label [n] and FER+'s votes [n, 10].

    An own label of -1 or a row of zero votes means that this set has none.
    """

    images: Bytes
    own: Ints
    votes: Ints

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: Ints | Bools | slice) -> FaceSet:
        return FaceSet(self.images[index], self.own[index], self.votes[index])

    def vote_shares(self) -> Floats:
        """Soft labels [n, 7] over the seven basic expressions; zeros where nobody voted."""
        seven = self.votes[:, _TO_BASIC].astype(np.float32)
        shares: Floats = seven / np.maximum(self.votes.sum(1, keepdims=True), 1)
        return shares

    def own_shares(self) -> Floats:
        """One-hot own labels [n, 7]; zeros where there is none."""
        shares: Floats = np.eye(len(BASIC), dtype=np.float32)[np.maximum(self.own, 0)]
        return np.asarray(shares * (self.own >= 0)[:, None], dtype=np.float32)

    def majority(self) -> Ints:
        """FER+'s label [n]: the unique largest of all ten columns if one of the seven, else -1."""
        largest = self.votes.max(1, keepdims=True)
        unique = ((self.votes == largest).sum(1) == 1) & (largest[:, 0] > 0)
        winner = self.votes.argmax(1)
        basic = np.full(len(FERPLUS_COLUMNS), -1)
        basic[_TO_BASIC] = np.arange(len(BASIC))
        return np.where(unique, basic[winner], -1).astype(np.int64)
