"""How often faces are named rightly, and strangers left unnamed.

Everybody is enrolled with a few references; all their other images are looked at, once as
somebody enrolled, and once as a stranger, with their own student taken out. Several looks are
put together to one decision, as a track's are. The threshold can be chosen on other people than
those whose figures are reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import comb, floor
from typing import Final

import numpy as np

from fewshot_fer.arrays import Floats, Ints
from fewshot_fer.errors import DataError
from fewshot_fer.faces.identity import FaceGallery, Rules, decide

PRODUCT: Final = Rules()
"""As the product names people."""


@dataclass(frozen=True, slots=True)
class Dealing:
    """How each person's images are dealt into references and looks, and how often."""

    references: int = 1
    looks: int = 1
    """Put together to one decision."""
    repetitions: int = 10
    seed: int = 0


@dataclass(frozen=True, slots=True)
class IdentityResult:
    """Shares of all decisions; strangers are the same faces without their own student."""

    references: int
    looks: int
    threshold: float
    n_subjects: int
    n_decisions: int
    right: float
    """Named, and rightly."""
    wrong: float
    """Named as somebody else."""
    unnamed: float
    """Left unnamed although enrolled."""
    first: float
    """Most like their own student, whatever the threshold (rank 1)."""
    strangers_named: float
    strangers_named_upper95: float
    """Seldom more than this: the upper end of a one-sided exact interval (decisions of one person
    resemble each other, so it is on the low side)."""
    n_strangers: int


def evaluate_identity(
    vectors: Floats,
    subjects: Sequence[str],
    dealing: Dealing = Dealing(),
    rules: Rules = PRODUCT,
) -> IdentityResult:
    """Judge identity vectors [n,d] of several images of each subject."""
    right = wrong = first = strangers = decisions = 0
    people = set()
    for drawn in _draws(vectors, subjects, dealing):
        people.add(drawn.subject)
        decisions += len(drawn.seen)
        alike = drawn.seen @ drawn.known.vectors.T
        first += int((alike.argmax(axis=1) == drawn.number).sum())
        for one in drawn.seen:
            found = decide(one[None], drawn.known, rules)[0]
            right += found is not None and found[0] == drawn.subject
            wrong += found is not None and found[0] != drawn.subject
            strangers += decide(one[None], drawn.others, rules)[0] is not None
    return IdentityResult(
        references=dealing.references,
        looks=dealing.looks,
        threshold=rules.threshold,
        n_subjects=len(people),
        n_decisions=decisions,
        right=right / decisions,
        wrong=wrong / decisions,
        unnamed=(decisions - right - wrong) / decisions,
        first=first / decisions,
        strangers_named=strangers / decisions,
        strangers_named_upper95=_upper95(strangers, decisions),
        n_strangers=decisions,
    )


def choose_threshold(
    vectors: Floats,
    subjects: Sequence[str],
    dealing: Dealing = Dealing(),
    rules: Rules = PRODUCT,
) -> float:
    """The lowest threshold, in hundredths, at which none of these people is named as a stranger."""
    open_to_all = replace(rules, threshold=-1.0)
    highest = 0.0
    for drawn in _draws(vectors, subjects, dealing):
        for one in drawn.seen:
            found = decide(one[None], drawn.others, open_to_all)[0]
            highest = max(highest, found[1] if found else 0.0)
    return floor(highest * 100 + 1) / 100


@dataclass(frozen=True, slots=True)
class _Draw:
    """One person of one draw of references."""

    subject: str
    number: int
    seen: Floats
    known: FaceGallery
    others: FaceGallery
    """Without this person."""


def _draws(vectors: Floats, subjects: Sequence[str], dealing: Dealing) -> Iterator[_Draw]:
    references, looks = dealing.references, dealing.looks
    rows = _rows(subjects, references + looks)
    for repetition in range(dealing.repetitions):
        rng = np.random.default_rng([dealing.seed, repetition])
        shuffled = {subject: rng.permutation(where) for subject, where in rows.items()}
        known = FaceGallery.of({s: vectors[where[:references]] for s, where in shuffled.items()})
        for number, (subject, where) in enumerate(shuffled.items()):
            names = tuple(s for s in known.students if s != subject)
            others = FaceGallery(names, np.delete(known.vectors, number, axis=0))
            seen = _in_groups(vectors[where[references:]], looks)
            yield _Draw(subject, number, seen, known, others)


def _upper95(hits: int, of: int) -> float:
    """The share at which so few hits or fewer come by chance in one of twenty cases."""
    low, high = hits / of, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        terms = (comb(of, k) * middle**k * (1 - middle) ** (of - k) for k in range(hits + 1))
        low, high = (middle, high) if sum(terms) > 0.05 else (low, middle)
    return high


def _rows(subjects: Sequence[str], fewest: int) -> dict[str, Ints]:
    names = np.asarray(subjects)
    rows = {str(name): np.flatnonzero(names == name) for name in dict.fromkeys(subjects)}
    enough = {name: where for name, where in rows.items() if len(where) >= fewest}
    if len(enough) < 2:
        raise DataError(
            f"Fewer than two people have {fewest} images.",
            next_step="Give more images of each, or ask for fewer references and looks.",
        )
    return enough


def _in_groups(vectors: Floats, size: int) -> Floats:
    """Means of every `size` vectors; a rest that does not fill a group is left out."""
    whole = len(vectors) // size * size
    return np.asarray(vectors[:whole].reshape(-1, size, vectors.shape[1]).mean(axis=1), np.float32)
