"""Chooses the prior's few numbers on people that neither network nor prior has seen.

A *trial* is a network and a prior made without some people, and those people's features. The
numbers (how much people vary, what each block is worth, how sure to be) are those that
foretell the held-out people's expressions best, with no, one and two references, and with a
resting face alone; and those of strangers' everyday pictures that were held back from training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from fewshot_fer.arrays import Doubles, Floats, Ints
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.prototypes import EVEN, BaseRates, Prior, Prototypes
from fewshot_fer.prototypes.prototypes import Doubts
from fewshot_fer.prototypes.thresholds import Named, least_confidences
from fewshot_fer.training.fitting import FitConfig, Labelled, fit_prior

REPETITIONS: Final = 4
# References of each expression; a resting face alone; one of each of some expressions.
WAYS: Final = ("0", "1", "2", NEUTRAL, "some")
THREE: Final = "three in all"
EVERYDAY: Final = "everyday"
TARGET_PRECISION: Final = 0.9
_TEMPERATURES: Final = np.exp(np.linspace(-1.5, 4.0, 45))
_FARTHEST: Final = 0.995

Temperature = Callable[[float], float]  # of the doubt that is left
Change = Callable[[FitConfig, float], FitConfig]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a prior is fitted on, and who was kept out of it and of the network.

    `held` are people, `strangers` everyday pictures; `everyday` says how often expressions occur.
    """

    crowd: Labelled
    acted: Labelled | None
    held: Labelled
    blocks: Mapping[str, slice]
    strangers: Labelled | None = None
    everyday: BaseRates = EVEN

    def prior(self, config: FitConfig) -> Prior:
        """The prior that has seen none of those who are kept out."""
        return fit_prior(self.crowd, self.acted, self.blocks, config, self.everyday)


@dataclass(frozen=True, slots=True)
class Asked:
    """One person's queries: distances less allowances [n, c], nearest [n], truth [n], doubt.

    `people` is the set that the person is of, `rates` the log base rates [c] there.
    """

    people: str
    squares: Floats
    nearest: Floats
    truth: Ints
    doubt: float
    rates: Floats


@dataclass(frozen=True, slots=True)
class Deal:
    """Which rows of a person are references and which are queries."""

    references: Ints
    queries: Ints


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choice, its cost (mean negative log likelihood), and how it was come to."""

    config: FitConfig
    cost: float
    steps: tuple[str, ...]


def choose(trials: Sequence[Trial], start: FitConfig, rounds: int = 2) -> Chosen:
    """Coordinate descent over a few values of each number; then temperatures and doubts."""
    best, cost, steps = start, _cost(trials, start), [f"start: {_cost(trials, start):.4f}"]
    for _ in range(rounds):
        before = cost
        for name, values, change in _moves(start):
            for value in values:
                candidate = change(best, value)
                found = _cost(trials, candidate)
                if found < cost - 1e-4:
                    best, cost = candidate, found
                    steps.append(f"{name} = {value}: {found:.4f}")
        if cost == before:
            break
    return Chosen(_calibrated(trials, best), cost, tuple(steps))


def _moves(config: FitConfig) -> Iterator[tuple[str, Sequence[float], Change]]:
    """What may be changed, to which values, and how."""
    yield "acted_means", (0.7, 0.85, 1.0), lambda one, v: replace(one, acted_means=v)
    yield "acted_noise", (0.15, 0.3, 0.5, 0.7), lambda one, v: replace(one, acted_noise=v)
    yield "allowance", (0.0, 0.03, 0.05, 0.08), lambda one, v: replace(one, allowance=v)
    for block in config.blocks:
        for part, values in (
            ("weight", (0.25, 0.5, 1.0, 2.0)),
            ("beta", (1.0, 2.0, 3.3, 6.0, 12.0)),
            ("delta", (0.35, 0.67, 1.0, 2.0)),
        ):
            yield f"{block}.{part}", values, partial(_with_block, block=block, part=part)


def _with_block(config: FitConfig, value: float, *, block: str, part: str) -> FitConfig:
    old = config.blocks[block]
    changed = {
        "weight": replace(old, weight=value),
        "beta": replace(old, beta=value),
        "delta": replace(old, delta=value),
    }[part]
    return replace(config, blocks={**config.blocks, block: changed})


def _cost(trials: Sequence[Trial], config: FitConfig) -> float:
    """Mean negative log likelihood over all ways of asking, each at its own best temperature."""
    return float(np.mean([_likeliest(asked)[1] for asked in _ask_all(trials, config).values()]))


def _calibrated(trials: Sequence[Trial], config: FitConfig) -> FitConfig:
    """Temperatures and thresholds without references and with many."""
    asked = _ask_all(trials, config)
    strangers = asked["0"] + asked.get(EVERYDAY, [])
    none = _likeliest(strangers)[0]
    enrolled = asked["1"] + asked.get("2", [])
    many = min(_TEMPERATURES, key=lambda t: _loss(enrolled, partial(_mixed, none, t)))
    temperature = partial(_mixed, none, float(many))
    groups = [
        _named([one for one in all_asked if one.people == people], temperature)
        for way, all_asked in asked.items()
        if way != EVERYDAY
        for people in sorted({one.people for one in all_asked})
    ]
    least = least_confidences(groups, TARGET_PRECISION)
    usual = least
    if asked.get(EVERYDAY):
        usual = least_confidences([_named(asked[EVERYDAY], temperature)], TARGET_PRECISION)
    doubts = (
        Doubts(least[0], _farthest(strangers), usual[0]),
        Doubts(least[1], _farthest(enrolled), least[1]),
    )
    return replace(config, temperatures=(none, float(many)), doubts=doubts)


def _named(asked: Sequence[Asked], temperature: Temperature) -> Named:
    """How sure every label is, whether it is right, and with how much doubt left."""
    logs = [_log_scores(one, temperature(one.doubt)) for one in asked]
    return Named(
        np.concatenate([np.exp(log.max(1)) for log in logs]).astype(np.float32),
        np.concatenate([log.argmax(1) == one.truth for log, one in zip(logs, asked, strict=True)]),
        np.concatenate([np.full(len(one.truth), one.doubt, np.float32) for one in asked]),
    )


def _farthest(asked: Sequence[Asked]) -> float:
    """The squared distance beyond which hardly any face lies."""
    return round(float(np.quantile(np.concatenate([one.nearest for one in asked]), _FARTHEST)), 2)


def _mixed(none: float, many: float, doubt: float) -> float:
    return many + (none - many) * doubt


def _likeliest(asked: Sequence[Asked]) -> tuple[float, float]:
    """The one temperature that foretells best, and its loss."""
    losses = [_loss(asked, partial(_mixed, t, t)) for t in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))]), float(min(losses))


def _loss(asked: Sequence[Asked], temperature: Temperature) -> float:
    logs = [_log_scores(one, temperature(one.doubt)) for one in asked]
    picked = [log[np.arange(len(log)), one.truth] for log, one in zip(logs, asked, strict=True)]
    return float(-np.concatenate(picked).mean())


def _log_scores(asked: Asked, temperature: float) -> Doubles:
    logits = -0.5 * asked.squares.astype(np.float64) / temperature + asked.rates
    logits -= logits.max(1, keepdims=True)
    return np.asarray(logits - np.log(np.exp(logits).sum(1, keepdims=True)))


def _ask_all(trials: Sequence[Trial], config: FitConfig) -> dict[str, list[Asked]]:
    """All held-out people, asked in every way, and the strangers."""
    found: dict[str, list[Asked]] = {way: [] for way in (*WAYS, EVERYDAY)}
    for trial in trials:
        prior = trial.prior(config)
        z = prior.project(trial.held.features)
        for way in WAYS:
            found[way] += [_ask(prior, z, trial.held, deal) for deal in deals(trial.held, way)]
        if trial.strangers is not None:
            found[EVERYDAY].append(_ask_strangers(prior, trial.strangers))
    return {way: asked for way, asked in found.items() if asked}


def _ask(prior: Prior, z: Floats, held: Labelled, deal: Deal) -> Asked:
    names = [held.names[label] for label in held.labels[deal.references]]
    learnt: Prototypes = prior.learn(z[deal.references], names)
    squares = learnt.squares(z[deal.queries])
    people = held.subjects[deal.queries[0]].partition("/")[0]
    return Asked(
        people,
        squares - learnt.allowance,
        squares.min(1),
        held.labels[deal.queries],
        learnt.doubt,
        EVEN.logs(prior.names),
    )


def _ask_strangers(prior: Prior, strangers: Labelled) -> Asked:
    squares = prior.generic.squares(prior.project(strangers.features))
    rates = prior.everyday.logs(prior.names)
    return Asked(EVERYDAY, squares, squares.min(1), strangers.labels, 1.0, rates)


def deals(held: Labelled, way: str) -> Iterator[Deal]:
    """References and queries of every person, dealt a few times; always the same."""
    shots = int(way) if way.isdigit() else 1
    for subject in sorted(set(held.subjects)):
        rows = np.flatnonzero(np.asarray(held.subjects) == subject)
        for repetition in range(REPETITIONS if shots else 1):
            rng = np.random.default_rng([repetition, *subject.encode()])
            references: list[int] = []
            queries: list[int] = []
            labels = np.unique(held.labels[rows])
            known = _referenced(labels, way, rng, held.names.index(NEUTRAL))
            for label in labels:
                cell = rng.permutation(rows[held.labels[rows] == label])
                if len(cell) <= shots:
                    continue
                if label in known:
                    references += cell[:shots].tolist()
                queries += cell[shots:].tolist()
            if queries:
                yield Deal(np.array(references, dtype=np.int64), np.array(queries))


def _referenced(labels: Ints, way: str, rng: np.random.Generator, neutral: int) -> Ints:
    """Which of a person's expressions [c] are referenced in this way of asking."""
    if way == NEUTRAL:
        return np.array([neutral])
    if way == THREE:
        return np.array([neutral, *rng.choice(labels[labels != neutral], 2, replace=False)])
    if way == "some":
        return rng.choice(labels, rng.integers(1, len(labels)), replace=False)
    return labels
