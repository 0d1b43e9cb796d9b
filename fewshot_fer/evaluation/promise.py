"""Whether the promise of *unsure* holds: that of the labels shown a stated share is right.

For people whom neither the network, nor the prior, nor the thresholds have seen: everything is
chosen on the other trials' people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Bools, Floats, Ints
from fewshot_fer.errors import DataError
from fewshot_fer.evaluation.persons import calibration_error
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.prototypes import Prior
from fewshot_fer.training.choosing import Chosen, Trial, choose
from fewshot_fer.training.fitting import FitConfig, Labelled

THREE = "three in all"
WAYS = ("0", NEUTRAL, THREE, "1", "2", "3")
_REPETITIONS = 4

Chooses = Callable[[Sequence[Trial], FitConfig], Chosen]


@dataclass(frozen=True, slots=True)
class Kept:
    """One set of people asked in one way: how many labels were shown, and the share right."""

    people: str
    references: str
    n: int
    accuracy: float
    shown: float
    right_of_shown: float
    ece: float


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    confidence: Floats
    right: Bools
    shown: Bools


def evaluate_promise(
    trials: Sequence[Trial], start: FitConfig, chooses: Chooses = choose
) -> list[Kept]:
    """Every trial's people are asked with what was chosen on the others'."""
    if len(trials) < 2:
        raise DataError(
            "Thresholds must be chosen on other people than are judged.",
            next_step="Give two trainings that left different people out.",
        )
    found: dict[tuple[str, str], list[_Answers]] = {}
    for i, trial in enumerate(trials):
        others = [other for j, other in enumerate(trials) if j != i]
        for group, answers in _ask(trial, chooses(others, start).config).items():
            found.setdefault(group, []).append(answers)
    return _kept(found)


def _ask(trial: Trial, config: FitConfig) -> dict[tuple[str, str], _Answers]:
    """The held people's answers, by set and way."""
    prior = trial.prior(config)
    z = prior.project(trial.held.features)
    sets = sorted({_set_of(subject) for subject in trial.held.subjects})
    found = {(one, way): _answers(prior, z, trial.held, one, way) for one in sets for way in WAYS}
    return {group: answers for group, answers in found.items() if answers is not None}


def _answers(prior: Prior, z: Floats, held: Labelled, people: str, way: str) -> _Answers | None:
    confidence, right, shown = [], [], []
    for references, queries in _deals(held, people, way):
        known = prior.learn(z[references], [held.names[held.labels[row]] for row in references])
        squares = known.squares(z[queries])
        scores = known.scores_of(squares)
        confidence.append(scores.max(1))
        right.append(scores.argmax(1) == held.labels[queries])
        shown.append(np.array([reading.unsure is None for reading in known.read_squares(squares)]))
    if not confidence:
        return None
    return _Answers(np.concatenate(confidence), np.concatenate(right), np.concatenate(shown))


def _deals(held: Labelled, people: str, way: str) -> Iterator[tuple[Ints, Ints]]:
    """References and queries of every person of a set, dealt a few times; always the same."""
    shots = int(way) if way.isdigit() else 1
    subjects = np.asarray(held.subjects)
    for subject in sorted({one for one in held.subjects if _set_of(one) == people}):
        rows = np.flatnonzero(subjects == subject)
        for repetition in range(_REPETITIONS if shots else 1):
            rng = np.random.default_rng([repetition, *subject.encode()])
            known = _known(np.unique(held.labels[rows]), way, rng, held.names.index(NEUTRAL))
            references: list[int] = []
            queries: list[int] = []
            for label in np.unique(held.labels[rows]):
                cell = rng.permutation(rows[held.labels[rows] == label])
                if len(cell) > shots:
                    references += cell[:shots].tolist() if label in known else []
                    queries += cell[shots:].tolist()
            if queries:
                yield np.array(references, np.int64), np.array(queries, np.int64)


def _known(labels: Ints, way: str, rng: np.random.Generator, neutral: int) -> Ints:
    """Which expressions have a reference."""
    if way == NEUTRAL:
        return np.array([neutral])
    if way == THREE:
        return np.array([neutral, *rng.choice(labels[labels != neutral], 2, replace=False)])
    return labels


def _set_of(subject: str) -> str:
    return subject.partition("/")[0]


def _kept(found: dict[tuple[str, str], list[_Answers]]) -> list[Kept]:
    kept = []
    for (people, way), parts in found.items():
        right = np.concatenate([part.right for part in parts])
        confidence = np.concatenate([part.confidence for part in parts])
        shown = np.concatenate([part.shown for part in parts])
        kept.append(
            Kept(
                people,
                way,
                len(right),
                round(float(right.mean()), 4),
                round(float(shown.mean()), 4),
                round(float(right[shown].mean()), 4),
                round(calibration_error(confidence, right), 4),
            )
        )
    return sorted(kept, key=lambda one: (one.people, WAYS.index(one.references)))
