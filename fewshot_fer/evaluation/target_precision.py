"""Whether labels that are shown are right as often as aimed at (target precision).

For people whom neither the network, nor the prior, nor the thresholds have seen: everything is
chosen on the other trials' people.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Bools, Floats
from fewshot_fer.errors import DataError
from fewshot_fer.evaluation.persons import calibration_error
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.prototypes import Prior
from fewshot_fer.training.choosing import THREE, Chosen, Trial, choose, deals
from fewshot_fer.training.fitting import FitConfig, Labelled

WAYS = ("0", NEUTRAL, THREE, "1", "2", "3")

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


def evaluate_target_precision(
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
    for deal in deals(held, way):
        if _set_of(held.subjects[deal.queries[0]]) != people:
            continue
        given = [held.names[held.labels[row]] for row in deal.references]
        known = prior.learn(z[deal.references], given)
        squares = known.squares(z[deal.queries])
        scores = known.scores_of(squares)
        confidence.append(scores.max(1))
        right.append(scores.argmax(1) == held.labels[deal.queries])
        shown.append(np.array([reading.unsure is None for reading in known.read_squares(squares)]))
    if not confidence:
        return None
    return _Answers(np.concatenate(confidence), np.concatenate(right), np.concatenate(shown))


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
