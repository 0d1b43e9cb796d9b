"""How well a checkpoint names FER-2013's faces, by either head and by the generic prototypes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from fewshot_fer.arrays import Bools, Bytes, Floats, Ints
from fewshot_fer.errors import DataError
from fewshot_fer.evaluation.persons import calibration_error
from fewshot_fer.prototypes import BaseRates, Prototypes
from fewshot_fer.training.data import FaceSet
from fewshot_fer.training.scores import (
    Balance,
    HeadLogits,
    Named,
    named_by_own,
    named_by_votes,
)

_BATCH = 256


class EmbedsSquares(Protocol):
    """Turns FER-2013's pictures into features."""

    def embed_squares(self, squares: Bytes) -> Floats:
        """Pictures [n, 48, 48] to features [n, f]."""
        ...


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How well one expression is named: `recall` of those that show it, `precision` of its name."""

    n: int
    recall: float | None
    precision: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class FerFigures:
    """The figures of one set of faces.

    `accuracy_ferplus` is that of the votes' head on the faces with a majority,
    `accuracy_fer2013` of the own labels' head on all; both have the training data's balance
    put back. `accuracy_prototypes` is what the product says with even base rates and
    `accuracy_everyday` with those of everyday pictures, as it reads a photograph; of these
    `shown_everyday` are not unsure, and `right_of_shown` of those are right. The rest is of the
    votes' head; of the own labels' head where there are no votes.
    """

    n: int
    n_ferplus: int
    accuracy_ferplus: float | None
    accuracy_fer2013: float | None
    accuracy_prototypes: float | None
    accuracy_everyday: float | None
    shown_everyday: float
    right_of_shown: float | None
    macro_f1: float
    per_class: dict[str, ClassFigures]
    ece: float
    confusion: Ints
    named: Named

    def as_json(self) -> dict[str, object]:
        """What other programs read."""
        names = (
            "n", "n_ferplus", "accuracy_ferplus", "accuracy_fer2013", "accuracy_prototypes",
            "accuracy_everyday", "shown_everyday", "right_of_shown", "macro_f1", "per_class", "ece",
            "confusion",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


def features_of(
    embedder: EmbedsSquares, images: Bytes, listener: Callable[[int, int], None]
) -> Floats:
    """Features [n, f] of FER-2013's pictures [n, 48, 48], a batch at a time."""
    parts = []
    for start in range(0, len(images), _BATCH):
        parts.append(embedder.embed_squares(images[start : start + _BATCH]))
        listener(min(start + _BATCH, len(images)), len(images))
    return np.concatenate(parts)


@dataclass(frozen=True, slots=True, eq=False)
class AsRead:
    """What the product says of faces without references.

    Scores of the expressions [n, c] with even and with everyday base rates, and
    which of the latter it shows [n]: the others are unsure.
    """

    even: Floats
    everyday: Floats
    shown: Bools


def as_read(
    known: Prototypes, vectors: Floats, everyday: BaseRates, names: Sequence[str]
) -> AsRead:
    """The product's own way of reading a stranger's vectors [n, d]."""
    columns = [known.names.index(name) for name in names]
    readings = known.read(vectors, rates=everyday)
    return AsRead(
        known.scores(vectors)[:, columns],
        known.scores(vectors, everyday)[:, columns],
        np.array([reading.unsure is None for reading in readings], dtype=bool),
    )


def evaluate_fer(faces: FaceSet, logits: HeadLogits, balance: Balance, read: AsRead) -> FerFigures:
    """Compare both heads' logits, and what the generic prototypes say, with the labels."""
    by_votes = named_by_votes(logits, balance, faces)
    by_own = named_by_own(logits, balance, faces)
    voted = len(by_votes.truth) > 0
    shown, labels = (by_votes, faces.majority()) if voted else (by_own, faces.own)
    if not len(shown.truth):
        raise DataError("None of the faces has a label.", next_step="Give faces with labels.")
    known = labels >= 0
    everyday = Named(shown.truth, read.everyday[known])
    told = read.shown[known]
    confusion = shown.confusion()
    per_class = _per_class(confusion, faces.names)
    f1 = [figures.f1 for figures in per_class.values() if figures.f1 is not None]
    return FerFigures(
        n=len(faces),
        n_ferplus=len(by_votes.truth),
        accuracy_ferplus=by_votes.accuracy(),
        accuracy_fer2013=by_own.accuracy(),
        accuracy_prototypes=Named(shown.truth, read.even[known]).accuracy(),
        accuracy_everyday=everyday.accuracy(),
        shown_everyday=float(told.mean()),
        right_of_shown=Named(shown.truth[told], everyday.probabilities[told]).accuracy(),
        macro_f1=float(np.mean(f1)),
        per_class=per_class,
        ece=calibration_error(shown.probabilities.max(1), shown.guess == shown.truth),
        confusion=confusion,
        named=shown,
    )


def _per_class(confusion: Ints, names: Sequence[str]) -> dict[str, ClassFigures]:
    shown, named, right = confusion.sum(1), confusion.sum(0), confusion.diagonal()
    return {
        name: ClassFigures(
            n=int(shown[i]),
            recall=_share(right[i], shown[i]),
            precision=_share(right[i], named[i]),
            # An expression that is neither shown nor named has no figure, and no part in the mean.
            f1=_share(2 * right[i], shown[i] + named[i]),
        )
        for i, name in enumerate(names)
    }


def _share(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None
