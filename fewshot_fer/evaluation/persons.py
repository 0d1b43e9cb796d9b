"""How often a recogniser names what people show, after a few references of each of them.

The protocol: per subject and repetition, K references of every expression at random; all
other images are queries of the expressions that have a reference. A cell with K images or
fewer gives neither. A face that was not found counts as wrong. The accuracy is the mean
over subjects, its interval a bootstrap over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from fewshot_fer.arrays import Bools, Floats, Ints
from fewshot_fer.errors import DataError

BOOTSTRAPS = 2000


class Learner(Protocol):
    """Learns one person: reference vectors and labels in, a reader of vectors out."""

    def __call__(self, references: Floats, labels: Sequence[str], /) -> Reader:
        """Learn a person; no references at all gives the generic recogniser."""
        ...


class Reader(Protocol):
    """Names expressions."""

    @property
    def names(self) -> tuple[str, ...]:
        """The expressions it knows, in the order of its scores."""
        ...

    def scores(self, vectors: Floats, /) -> Floats:
        """Probabilities [n, c]."""
        ...


@dataclass(frozen=True, slots=True)
class People:
    """Vectors [n, d] of labelled images of several subjects; `found` marks detected faces."""

    vectors: Floats
    found: Bools
    subjects: tuple[str, ...]
    expressions: tuple[str, ...]

    def rows_of(self, subject: str) -> Ints:
        """Where a subject's images are."""
        return np.flatnonzero(np.asarray(self.subjects) == subject)


@dataclass(frozen=True, slots=True)
class Draw:
    """One choice of references and queries, as rows."""

    subject: str
    references: Ints
    queries: Ints


@dataclass(frozen=True, slots=True)
class Answers:
    """Every answer to every query of one subject, over all draws."""

    subject: str
    right: Bools
    right_without: Bools
    confidence: Floats
    named: tuple[str, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShotResult:
    """The figures at K references of each expression."""

    shots: int
    accuracy: float
    ci95: tuple[float, float]
    n_queries: int
    n_subjects: int
    subjects_harmed: int
    ece: float
    ece_by_chance: float
    """What a perfectly calibrated recogniser as sure as this one would show on as many queries."""
    by_subject: dict[str, tuple[float, float]]
    answers: tuple[Answers, ...]

    def gain(self, seed: int = 0) -> tuple[float, tuple[float, float]]:
        """What the references add to no reference, mean over subjects and its interval."""
        gains = np.array([with_ - without for with_, without in self.by_subject.values()])
        return float(gains.mean()), bootstrap(gains, seed)

    def as_json(self) -> dict[str, object]:
        """What other programs read."""
        gain, between = self.gain()
        return {
            "accuracy": round(self.accuracy, 4),
            "ci95": [round(bound, 4) for bound in self.ci95],
            "n_queries": self.n_queries,
            "n_subjects": self.n_subjects,
            "subjects_harmed": self.subjects_harmed,
            "ece": round(self.ece, 4),
            "ece_by_chance": round(self.ece_by_chance, 4),
            "gain": round(gain, 4),
            "gain_ci95": [round(bound, 4) for bound in between],
        }


def draws(
    people: People, shots: int, repetitions: int, seed: int, *, only: str | None = None
) -> list[Draw]:
    """The choices of references; `only` keeps references of one expression alone."""
    chosen: list[Draw] = []
    for subject in sorted(set(people.subjects)):
        rows = people.rows_of(subject)
        labels = np.asarray(people.expressions)[rows]
        for repetition in range(repetitions if shots else 1):
            rng = np.random.default_rng([seed, repetition, *subject.encode()])
            references, queries = [], []
            for name in sorted(set(labels)):
                cell = rng.permutation(rows[labels == name])
                if len(cell) > shots:
                    references.append(cell[:shots])
                    queries.append(cell[shots:])
            if not queries:
                continue
            held = np.concatenate(references)
            if only is not None:
                held = held[np.asarray(people.expressions)[held] == only]
            chosen.append(Draw(subject, held, np.concatenate(queries)))
    return chosen


def draws_of_unlabelled(people: People, count: int, repetitions: int, seed: int) -> list[Draw]:
    """Up to `count` pictures of each person to watch; all of the person's pictures are queries."""
    return [
        Draw(subject, rng.permutation(rows)[:count], rows)
        for subject in sorted(set(people.subjects))
        for rows in [people.rows_of(subject)]
        for repetition in range(repetitions)
        for rng in [np.random.default_rng([seed, repetition, *subject.encode()])]
    ]


def evaluate_persons(
    people: People,
    learn: Learner,
    shots: int,
    *,
    repetitions: int = 10,
    seed: int = 0,
    only: str | None = None,
) -> ShotResult:
    """Learn every person from K references of each expression and read all other images."""
    choices = draws(people, shots, repetitions, seed, only=only)
    if not choices:
        raise DataError(
            f"No expression of any person has more than {shots} images.",
            next_step="Ask for fewer references with --shots.",
        )
    return evaluate_draws(people, learn, choices, shots, seed)


def evaluate_draws(
    people: People, learn: Learner, choices: Sequence[Draw], shots: int, seed: int
) -> ShotResult:
    """Learn every person as each draw says, and read its queries."""
    generic = learn(people.vectors[:0], ())
    answers = [
        _answer(people, subject, [c for c in choices if c.subject == subject], learn, generic)
        for subject in dict.fromkeys(choice.subject for choice in choices)
    ]
    by_subject = {
        a.subject: (float(a.right.mean()), float(a.right_without.mean())) for a in answers
    }
    accuracies = np.array([with_ for with_, _ in by_subject.values()])
    confidence = np.concatenate([a.confidence for a in answers])
    return ShotResult(
        shots=shots,
        accuracy=float(accuracies.mean()),
        ci95=bootstrap(accuracies, seed),
        n_queries=sum(len(a.right) for a in answers),
        n_subjects=len(answers),
        subjects_harmed=sum(with_ < without for with_, without in by_subject.values()),
        ece=calibration_error(confidence, np.concatenate([a.right for a in answers])),
        ece_by_chance=chance_error(confidence, seed),
        by_subject=by_subject,
        answers=tuple(answers),
    )


def _answer(
    people: People, subject: str, choices: list[Draw], learn: Learner, generic: Reader
) -> Answers:
    right, without, confidence = [], [], []
    named: list[str] = []
    shown: list[str] = []
    for choice in choices:
        kept = choice.references[people.found[choice.references]]
        reader = learn(people.vectors[kept], [people.expressions[row] for row in kept])
        truth = [people.expressions[row] for row in choice.queries]
        found = people.found[choice.queries]
        names, sure = _name(reader, people.vectors[choice.queries])
        plain, _ = _name(generic, people.vectors[choice.queries])
        right.append(found & (names == np.asarray(truth)))
        without.append(found & (plain == np.asarray(truth)))
        confidence.append(np.where(found, sure, 0.0))
        named += list(names)
        shown += truth
    return Answers(
        subject,
        np.concatenate(right),
        np.concatenate(without),
        np.concatenate(confidence).astype(np.float32),
        tuple(named),
        tuple(shown),
    )


def _name(reader: Reader, vectors: Floats) -> tuple[np.ndarray, Floats]:
    scores = reader.scores(vectors)
    best = scores.argmax(1)
    return np.asarray(reader.names)[best], scores[np.arange(len(scores)), best]


def bootstrap(values: np.ndarray, seed: int) -> tuple[float, float]:
    """The 95 % interval of the mean."""
    rng = np.random.default_rng(seed)
    means = values[rng.integers(0, len(values), (BOOTSTRAPS, len(values)))].mean(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def calibration_error(confidence: Floats, right: Bools, bins: int = 15) -> float:
    """Expected calibration error: how far stated confidence is from being right."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for index in range(bins):
        here = place == index
        if here.any():
            error += here.mean() * abs(float(confidence[here].mean()) - float(right[here].mean()))
    return float(error)


def chance_error(confidence: Floats, seed: int, times: int = 200) -> float:
    """The mean calibration error [0..1] of answers that are right exactly as often as stated."""
    rng = np.random.default_rng(seed)
    right = rng.random((times, len(confidence))) < confidence
    return float(np.mean([calibration_error(confidence, once) for once in right]))
