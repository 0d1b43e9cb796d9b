"""The textbook's measure of few-shot learning: episodes of faces of all people.

References and queries are different people here, so it says how much an expression's look
can be learnt from strangers, not how much a person can be learnt; for that see `persons`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Floats, Ints
from fewshot_fer.errors import DataError
from fewshot_fer.evaluation.persons import Learner, Reader, bootstrap


@dataclass(frozen=True, slots=True)
class Episodes:
    """How many expressions, references and queries of each, and how many such draws."""

    way: int
    shot: int
    queries: int
    count: int


@dataclass(frozen=True, slots=True)
class EpisodeFigures:
    """Mean accuracy over the episodes with its interval, and with no reference at all."""

    way: int
    shot: int
    queries: int
    episodes: int
    accuracy: float
    ci95: tuple[float, float]
    accuracy_generic: float


class LabelledSampler:
    """Draws rows for episodes from labels [n] (-1 is none); refuses what they cannot give."""

    def __init__(self, labels: Ints, wanted: Episodes) -> None:
        needed = wanted.shot + wanted.queries
        cells = {c: np.flatnonzero(labels == c) for c in np.unique(labels[labels >= 0]).tolist()}
        self._cells = {c: rows for c, rows in cells.items() if len(rows) >= needed}
        self._wanted = wanted
        if wanted.way < 2 or wanted.shot < 1 or wanted.queries < 1 or wanted.count < 1:
            raise DataError(
                "An episode needs two expressions, a reference and a query at least.",
                next_step="Raise --way, --shot, --queries or --episodes.",
            )
        if wanted.way > len(self._cells):
            raise DataError(
                f"Episodes of {wanted.way} expressions are asked for, but only "
                f"{len(self._cells)} have {needed} faces.",
                next_step="Lower --way, --shot or --queries.",
            )

    def draw(self, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
        """Expressions [way], rows of references [way, shot] and of queries [way, queries]."""
        shot, queries = self._wanted.shot, self._wanted.queries
        ways = rng.choice(list(self._cells), self._wanted.way, replace=False)
        rows = np.stack(
            [rng.choice(self._cells[int(c)], shot + queries, replace=False) for c in ways]
        )
        return ways, rows[:, :shot], rows[:, shot:]


def evaluate_episodes(
    vectors: Floats, labels: Ints, learn: Learner, wanted: Episodes, seed: int = 0
) -> EpisodeFigures:
    """Learn each episode's references as if they were one person's, and name its queries."""
    sampler, rng = LabelledSampler(labels, wanted), np.random.default_rng(seed)
    generic = learn(vectors[:0], ())
    learnt, plain = np.empty(wanted.count), np.empty(wanted.count)
    for index in range(wanted.count):
        ways, references, queries = sampler.draw(rng)
        names = [generic.names[c] for c in ways]
        reader = learn(
            vectors[references.ravel()], [name for name in names for _ in range(wanted.shot)]
        )
        asked = vectors[queries.ravel()]
        truth = np.repeat(np.arange(wanted.way), wanted.queries)
        learnt[index] = (_choose(reader, asked, names) == truth).mean()
        plain[index] = (_choose(generic, asked, names) == truth).mean()
    return EpisodeFigures(
        wanted.way,
        wanted.shot,
        wanted.queries,
        wanted.count,
        float(learnt.mean()),
        bootstrap(learnt, seed),
        float(plain.mean()),
    )


def _choose(reader: Reader, vectors: Floats, names: list[str]) -> Ints:
    """The likeliest of the episode's own expressions [n]."""
    columns = [reader.names.index(name) for name in names]
    return np.asarray(reader.scores(vectors)[:, columns].argmax(1), dtype=np.int64)
