"""How often faces are named rightly, and strangers left unnamed.

Everybody is enrolled with a few references; all their other images are looked at, once as
somebody enrolled, and once as a stranger, with their own student taken out. Several looks are
put together to one decision, as a track's are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from fewshot_fer.arrays import Floats, Ints
from fewshot_fer.errors import DataError
from fewshot_fer.faces.identity import Known, Rules, decide


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
    n_strangers: int

    def to_json(self) -> dict[str, float | int]:
        """What other programs read."""
        return asdict(self)


def evaluate_identity(
    vectors: Floats,
    subjects: Sequence[str],
    *,
    references: int = 1,
    looks: int = 1,
    repetitions: int = 10,
    seed: int = 0,
    rules: Rules | None = None,
) -> IdentityResult:
    """Judge identity vectors [n,d] of several images of each subject."""
    chosen = rules or Rules()
    rows = _rows(subjects, references + looks)
    right = wrong = first = strangers = decisions = 0
    for repetition in range(repetitions):
        rng = np.random.default_rng([seed, repetition])
        shuffled = {subject: rng.permutation(where) for subject, where in rows.items()}
        known = Known.of({s: vectors[where[:references]] for s, where in shuffled.items()})
        for number, (subject, where) in enumerate(shuffled.items()):
            seen = _in_groups(vectors[where[references:]], looks)
            others = Known(
                tuple(s for s in known.students if s != subject),
                np.delete(known.vectors, number, axis=0),
            )
            decisions += len(seen)
            first += int(((seen @ known.vectors.T).argmax(axis=1) == number).sum())
            for one in seen:
                found = decide(one[None], known, chosen)[0]
                right += found is not None and found[0] == subject
                wrong += found is not None and found[0] != subject
                strangers += decide(one[None], others, chosen)[0] is not None
    return IdentityResult(
        references=references,
        looks=looks,
        threshold=chosen.threshold,
        n_subjects=len(rows),
        n_decisions=decisions,
        right=right / decisions,
        wrong=wrong / decisions,
        unnamed=(decisions - right - wrong) / decisions,
        first=first / decisions,
        strangers_named=strangers / decisions,
        n_strangers=decisions,
    )


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
