"""How well people are learnt whom neither the network nor the prior has seen.

And what each part of the posterior is worth: the same trials with one thing taken away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.evaluation.persons import (
    Learner,
    People,
    ShotResult,
    bootstrap,
    draws,
    draws_of_unlabelled,
    evaluate_draws,
    evaluate_persons,
)
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.prototypes import Prior
from fewshot_fer.training.choosing import Trial
from fewshot_fer.training.fitting import FitConfig, Labelled

_NONE, _ANY = 1e-6, 1e6
WATCHED = 20
_REPETITIONS = 10


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The figures of one set of people at one way of asking, over all trials."""

    accuracy: float
    ci95: tuple[float, float]
    gain: float
    gain_ci95: tuple[float, float]
    subjects_harmed: int
    n_subjects: int
    n_queries: int
    ece: float
    ece_by_chance: float


def evaluate_left_out(
    trials: Sequence[Trial], config: FitConfig, shots: Sequence[int], seed: int = 0
) -> dict[str, dict[str, LeftOut]]:
    """Set by set (the subjects' folder), shots by shots.

    `neutral` is a resting face alone, `watched` some pictures that nobody has labelled.
    """
    found: dict[str, dict[str, list[ShotResult]]] = {}
    for trial in trials:
        prior = trial.prior(config)
        for name in sorted({subject.partition("/")[0] for subject in trial.held.subjects}):
            people = _people(prior.project(trial.held.features), trial.held, name)
            for way, count, only in _ways(shots):
                if not draws(people, count, 1, seed):
                    continue
                result = evaluate_persons(people, prior.learn, count, seed=seed, only=only)
                found.setdefault(name, {}).setdefault(way, []).append(result)
            unlabelled = draws_of_unlabelled(people, WATCHED, _REPETITIONS, seed)
            result = evaluate_draws(people, _watching(prior), unlabelled, 0, seed)
            found[name].setdefault("watched", []).append(result)
    return {
        name: {way: _joined(results, seed) for way, results in ways.items()}
        for name, ways in found.items()
    }


def _watching(prior: Prior) -> Learner:
    return lambda vectors, _labels: prior.watched(vectors)


def _ways(shots: Sequence[int]) -> list[tuple[str, int, str | None]]:
    """Names, references of each expression, and the only expression that has any."""
    return [*((str(count), count, None) for count in shots), (NEUTRAL, 1, NEUTRAL)]


def _people(z: Floats, held: Labelled, name: str) -> People:
    mine = np.array([subject.partition("/")[0] == name for subject in held.subjects])
    rows = np.flatnonzero(mine)
    return People(
        z[rows],
        np.ones(len(rows), bool),
        tuple(np.asarray(held.subjects)[rows].tolist()),
        tuple(held.names[held.labels[row]] for row in rows),
    )


def _joined(results: Sequence[ShotResult], seed: int) -> LeftOut:
    """Trials hold different people, so their people are simply put together."""
    pairs = np.array([pair for result in results for pair in result.by_subject.values()])
    gains = pairs[:, 0] - pairs[:, 1]
    return LeftOut(
        accuracy=round(float(pairs[:, 0].mean()), 4),
        ci95=bootstrap(pairs[:, 0], seed),
        gain=round(float(gains.mean()), 4),
        gain_ci95=bootstrap(gains, seed),
        subjects_harmed=sum(result.subjects_harmed for result in results),
        n_subjects=len(pairs),
        n_queries=sum(result.n_queries for result in results),
        ece=_weighted(results, [result.ece for result in results]),
        ece_by_chance=_weighted(results, [result.ece_by_chance for result in results]),
    )  # fmt: skip


def _weighted(results: Sequence[ShotResult], values: Sequence[float]) -> float:
    """The mean over trials, each counting as it has queries."""
    return round(float(np.average(values, weights=[one.n_queries for one in results])), 4)


def variants(config: FitConfig) -> Mapping[str, FitConfig]:
    """The whole and what is left of it without one part each."""
    return {
        "whole": config,
        "numbers not chosen": _fresh(config),
        "offset only": _in_blocks(config, delta=_NONE),
        "bare mean of the references": _in_blocks(config, beta=_ANY, delta=_ANY),
        "no whitening": replace(config, whitened=False),
        "acted mode alone": replace(config, modes=1),
        "everyday mode alone": replace(config, modes=1, acted_means=0.0),
        "no acted people in the prior": replace(config, acted_means=0.0, acted_noise=0.0),
        "no allowance": replace(config, allowance=0.0),
        "no earlier layer (detail)": _without(config, "detail"),
    }


def _fresh(config: FitConfig) -> FitConfig:
    """The numbers as they were before anything was chosen, for the same blocks."""
    start = FitConfig()
    return replace(start, blocks={name: start.blocks[name] for name in config.blocks})


def _in_blocks(config: FitConfig, **changes: float) -> FitConfig:
    blocks = {name: replace(block, **changes) for name, block in config.blocks.items()}
    return replace(config, blocks=blocks)


def _without(config: FitConfig, name: str) -> FitConfig:
    return replace(config, blocks={k: v for k, v in config.blocks.items() if k != name})
