"""FER-2013 with both of its label sets: what a set of faces is, and what is wrong with one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np

from fewshot_fer.arrays import Bools, Bytes, Floats, Ints
from fewshot_fer.errors import DataError
from fewshot_fer.expressions import BASIC

FERPLUS_COLUMNS = (
    "neutral", "happy", "surprise", "sad", "angry", "disgust", "fear",
    "contempt", "unknown", "NF",
)  # fmt: skip
LABELS: Final = FERPLUS_COLUMNS[:8]
"""The expressions that anybody has labelled: FER-2013 the seven, FER+ these."""

TRAINING, PUBLIC, PRIVATE = "Training", "PublicTest", "PrivateTest"
LEAST_AGREEMENT = 0.60
_MANY = 500


@dataclass(frozen=True, slots=True)
class FaceSet:
    """Faces [n, 48, 48] with FER-2013's own label [n] and FER+'s votes [n, 10].

    An own label of -1 or a row of zero votes means that this set has none. `names` are the
    expressions that are asked for, by which labels are numbered.
    """

    images: Bytes
    own: Ints
    votes: Ints
    names: tuple[str, ...] = BASIC

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: Ints | Bools | slice) -> FaceSet:
        return replace(
            self, images=self.images[index], own=self.own[index], votes=self.votes[index]
        )

    def named(self, names: tuple[str, ...]) -> FaceSet:
        """The same faces, asked for other expressions."""
        numbers = [names.index(name) if name in names else -1 for name in self.names]
        return replace(self, own=np.array([*numbers, -1])[self.own], names=names)

    @property
    def _columns(self) -> list[int]:
        return [FERPLUS_COLUMNS.index(name) for name in self.names]

    def vote_shares(self) -> Floats:
        """Soft labels [n, c] over the expressions; zeros where nobody voted."""
        voted = self.votes[:, self._columns].astype(np.float32)
        shares: Floats = voted / np.maximum(self.votes.sum(1, keepdims=True), 1)
        return shares

    def own_shares(self) -> Floats:
        """One-hot own labels [n, c]; zeros where there is none."""
        shares: Floats = np.eye(len(self.names), dtype=np.float32)[np.maximum(self.own, 0)]
        return np.asarray(shares * (self.own >= 0)[:, None], dtype=np.float32)

    def majority(self) -> Ints:
        """FER+'s label [n]: the unique largest of all ten columns if it is asked for, else -1."""
        if not len(self):
            return np.zeros(0, np.int64)
        largest = self.votes.max(1, keepdims=True)
        unique = ((self.votes == largest).sum(1) == 1) & (largest[:, 0] > 0)
        winner = self.votes.argmax(1)
        numbers = np.full(len(FERPLUS_COLUMNS), -1)
        numbers[self._columns] = np.arange(len(self.names))
        return np.where(unique, numbers[winner], -1).astype(np.int64)

    def agreement(self) -> tuple[float, int]:
        """How often both label sets name the same expression, and over how many faces."""
        majority = self.majority()
        both = (majority >= 0) & (self.own >= 0)
        count = int(both.sum())
        return (float((majority == self.own)[both].mean()) if count else 0.0), count

    def hashes(self) -> list[bytes]:
        """One hash an image: equal for equal pixels."""
        return [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in self.images]

    def digest(self) -> str:
        """A hash over every image and label, to know the same data again."""
        return digest_of(self.images, self.own, self.votes)


def digest_of(*arrays: Bytes | Ints) -> str:
    """One hash over arrays."""
    whole = hashlib.sha256()
    for array in arrays:
        whole.update(np.ascontiguousarray(array).tobytes())
    return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class Part:
    """One split of one source; faces of a single colour are gone and counted."""

    name: str
    faces: FaceSet
    dropped: int = 0

    @property
    def split(self) -> str:
        """Kaggle's usage, where the name tells it."""
        return split_of(self.name)


@dataclass(frozen=True, slots=True)
class SplitReport:
    """What one split holds."""

    split: str
    n: int
    n_ferplus: int
    dropped: int
    own_counts: dict[str, int]
    ferplus_counts: dict[str, int]
    agreement: float | None
    duplicates: int


@dataclass(frozen=True, slots=True)
class DataReport:
    """What a set of faces holds, and what one should know before training on it."""

    n: int
    dropped: int
    splits: tuple[SplitReport, ...]
    duplicates_across: dict[str, int]
    problems: tuple[str, ...]

    @classmethod
    def of(cls, parts: Sequence[Part]) -> DataReport:
        """Count, compare and look for the same picture twice."""
        splits = {name: select(parts, name) for name in dict.fromkeys(p.split for p in parts)}
        hashes = {name: faces.hashes() for name, faces in splits.items()}
        reports = tuple(
            _report(name, faces, hashes[name], sum(p.dropped for p in parts if p.split == name))
            for name, faces in splits.items()
        )
        return cls(
            n=sum(len(faces) for faces in splits.values()),
            dropped=sum(part.dropped for part in parts),
            splits=reports,
            duplicates_across={
                f"{a} and {b}": len(set(hashes[a]) & set(hashes[b]))
                for a, b in combinations(splits, 2)
            },
            problems=tuple(
                f"{report.split}: no face is labelled {name}."
                for report in reports
                for name in _missing(report)
            ),
        )


def _report(name: str, faces: FaceSet, hashes: list[bytes], dropped: int) -> SplitReport:
    majority = faces.majority()
    agreement, compared = faces.agreement()
    return SplitReport(
        split=name,
        n=len(faces),
        n_ferplus=int((majority >= 0).sum()),
        dropped=dropped,
        own_counts={n: k for n, k in _counts(faces.own, faces.names).items() if n in BASIC},
        ferplus_counts=_counts(majority, faces.names),
        agreement=agreement if compared else None,
        duplicates=len(hashes) - len(set(hashes)),
    )


def _counts(labels: Ints, names: Sequence[str]) -> dict[str, int]:
    counts = np.bincount(labels[labels >= 0], minlength=len(names))
    return dict(zip(names, counts.tolist(), strict=True))


def _missing(report: SplitReport) -> list[str]:
    """Expressions that nobody shows, in any label set that there is and that knows them."""
    labelled = [c for c in (report.own_counts, report.ferplus_counts) if any(c.values())]
    return [
        name
        for name in report.ferplus_counts
        if not all(counts[name] for counts in labelled if name in counts)
        or not any(name in counts for counts in labelled)
    ]


def split_of(name: str) -> str:
    """Kaggle's usage for what people call it: train, public, validation, private."""
    known = {"train": TRAINING, "public": PUBLIC, "valid": PUBLIC, "private": PRIVATE}
    return next((split for word, split in known.items() if word in name.lower()), name)


def select(parts: Sequence[Part], split: str | None) -> FaceSet:
    """The faces of one split, by Kaggle's usage or by a piece of the file's name; None is all."""
    chosen = [
        part
        for part in parts
        if split is None or part.split == split_of(split) or split.lower() in part.name.lower()
    ]
    if not chosen:
        raise DataError(
            f"There is no split `{split}`.",
            next_step=f"There are: {', '.join(dict.fromkeys(part.name for part in parts))}.",
        )
    return joined([part.faces for part in chosen])


def joined(sets: Sequence[FaceSet]) -> FaceSet:
    """Several sets as one."""
    return replace(
        sets[0],
        images=np.concatenate([faces.images for faces in sets]),
        own=np.concatenate([faces.own for faces in sets]),
        votes=np.concatenate([faces.votes for faces in sets]),
    )


def without(faces: FaceSet, others: FaceSet) -> FaceSet:
    """The faces that are not among the others, pixel for pixel.

    FER-2013 holds hundreds of pictures in two splits; a network is not to be judged on
    what it was trained on.
    """
    known = set(others.hashes())
    return faces[np.array([each not in known for each in faces.hashes()], dtype=bool)]


def training_and_validation(parts: Sequence[Part]) -> tuple[FaceSet, FaceSet]:
    """The faces to train on and those to watch; PrivateTest serves neither."""
    splits = {part.split for part in parts}
    training = select(parts, TRAINING)
    watched = next((name for name in (PUBLIC, "test") if name in splits), None)
    if watched is None:
        raise DataError(
            "There are no faces to watch the training by.",
            next_step=f"Give the split {PUBLIC} too; there are: {', '.join(sorted(splits))}.",
        )
    validation = select(parts, watched)
    return without(training, validation), validation


def held_back(faces: FaceSet) -> Bools:
    """One face in twenty [n], by its pixels: kept out of training, to choose by afterwards."""
    return np.array([digest[0] < 256 // 20 for digest in faces.hashes()], dtype=bool)


def log_shares(shares: Floats) -> Floats:
    """Log of each expression's share [c] in soft labels [n, c].

    One that these labels do not know counts as common, so that a head learns not to name it.
    """
    total = shares.sum(0) + 1e-6
    total = np.where(total > 1e-5, total, total.mean())
    return np.asarray(np.log(total / total.sum()), dtype=np.float32)


def check_trainable(faces: FaceSet, *, where: str = "") -> None:
    """Raise unless every expression is there to be learnt."""
    missing = _missing(_report("", faces, [], 0))
    if missing or not len(faces):
        raise DataError(
            f"No face is labelled {', '.join(missing or faces.names)}.",
            where=where,
            next_step="A training needs faces of every one of its `expressions`.",
        )


def check_agreement(faces: FaceSet, *, where: str = "") -> None:
    """Raise where both label sets contradict each other: they were joined wrongly.

    In FER-2013 they agree on two faces of three, joined wrongly on one of five. A small
    set is allowed two standard errors of chance.
    """
    agreement, count = faces.agreement()
    chance = 2 * np.sqrt(LEAST_AGREEMENT * (1 - LEAST_AGREEMENT) / count) if count else 0.0
    least = LEAST_AGREEMENT - (chance if count < _MANY else 0.0)
    if count and agreement < least:
        raise DataError(
            f"FER+'s votes and FER-2013's own labels agree on {agreement:.0%} of {count} faces; "
            f"above {LEAST_AGREEMENT:.0%} is due.",
            where=where,
            next_step="The votes belong to other faces: were they joined by row? "
            "Take fer2013.csv and fer2013new.csv as they were published.",
        )
