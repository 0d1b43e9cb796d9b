"""One YAML file says how a network is trained; an unknown key names its neighbour."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fewshot_fer.errors import TrainingError
from fewshot_fer.expressions import BASIC, NEUTRAL
from fewshot_fer.plain_yaml import read_yaml
from fewshot_fer.training.augment import AugmentConfig
from fewshot_fer.training.data import LABELS
from fewshot_fer.training.network import NetworkConfig

OPTIMISERS = ("sgd", "adamw")


@dataclass(frozen=True, slots=True)
class LossConfig:
    """How much each thing the network is asked for weighs; 0 leaves it out.

    `teacher` is the share of both label losses that a bank's answers have beside the labels of
    people, `features` the weight of seeing what the teacher sees.
    """

    votes: float = 1.0
    own: float = 0.5
    teacher: float = 0.0
    features: float = 0.0
    instance: float = 0.0
    persons: float = 0.0
    views: float = 0.0
    strangers: float = 0.0


@dataclass(frozen=True, slots=True)
class EpisodeConfig:
    """What an episode looks like; in a `partial` share of them expressions go unreferenced."""

    way: tuple[int, int] = (3, 7)
    shot: tuple[int, int] = (1, 5)
    queries: int = 4
    per_step: int = 2
    partial: float = 0.4


@dataclass(frozen=True, slots=True)
class StageConfig:
    """One stretch of training with its own learning rate and losses."""

    name: str
    epochs: int
    batch: int = 128
    learning_rate: float = 0.05
    warmup_steps: int = 200
    mixup: float = 0.0
    mixup_until: float = 0.85
    balanced: bool = True
    losses: LossConfig = field(default_factory=LossConfig)
    episodes: EpisodeConfig = field(default_factory=EpisodeConfig)


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """A whole training; the same configuration, data and seed give the same network.

    `expressions` are what the network will tell apart: neutral and others that have labels.
    `backbone` is the file of a face recogniser: then it is a teacher that is trained. `start` is
    a run whose network is gone on from. With `folds`, the people of one fold are kept out of the
    episodes, so that the network can be judged on them.
    """

    stages: tuple[StageConfig, ...]
    expressions: tuple[str, ...] = BASIC
    seed: int = 0
    network: NetworkConfig = field(default_factory=NetworkConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    optimiser: str = "sgd"
    weight_decay: float = 5e-4
    ema: float = 0.999
    patience: int = 0
    backbone: str = ""
    start: str = ""
    folds: int = 0
    fold: int = 0

    def digest(self) -> str:
        """A hash that changes with any value."""
        text = json.dumps(dataclasses.asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def read_config(path: Path) -> TrainingConfig:
    """Read a YAML configuration."""
    try:
        raw = read_yaml(path.read_bytes())
    except (OSError, ValueError) as error:
        raise TrainingError(
            f"The training configuration cannot be read: {error}",
            where=str(path),
            next_step="See training/default.yaml for one that works.",
        ) from error
    return parse_config(raw, where=str(path))


def parse_config(raw: object, *, where: str = "") -> TrainingConfig:
    """Turn parsed YAML into a configuration, or say which key is wrong."""
    config: TrainingConfig = _build(TrainingConfig, raw, where or "configuration")
    if config.optimiser not in OPTIMISERS:
        raise TrainingError(
            f"There is no optimiser `{config.optimiser}`.",
            where=where,
            next_step=f"Known: {', '.join(OPTIMISERS)}.",
        )
    _check_expressions(config.expressions, where)
    return config


def _check_expressions(names: tuple[str, ...], where: str) -> None:
    """Everything is measured from a resting face, and nothing is learnt without labels."""
    unknown = [name for name in names if name not in LABELS]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if NEUTRAL not in names:
        problem = f"`expressions` lacks {NEUTRAL}"
    elif unknown:
        problem = f"Neither FER-2013 nor FER+ has labels of {', '.join(unknown)}"
    elif twice:
        problem = f"`expressions` names {', '.join(twice)} twice"
    else:
        return
    raise TrainingError(
        f"{problem}.", where=where, next_step=f"Choose of: {', '.join(LABELS)}; {NEUTRAL} is due."
    )


def check_same(found: Sequence[str], wanted: Sequence[str], what: str, where: str = "") -> None:
    """Refuse what knows other expressions, naming the difference."""
    lacks = [name for name in wanted if name not in found]
    more = [name for name in found if name not in wanted]
    parts = [f"lacks {', '.join(lacks)}"] * bool(lacks) + [f"has {', '.join(more)}"] * bool(more)
    if parts or list(found) != list(wanted):
        raise TrainingError(
            f"{what} knows other expressions: it {' and '.join(parts) or 'orders them otherwise'}.",
            where=where,
            next_step=f"`expressions` of the configuration is {', '.join(wanted)}.",
        )


def differences(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> list[str]:
    """The keys in which two configurations differ, as `key: old -> new`."""
    found: list[str] = []
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            found += differences(before, after, f"{prefix}{key}.")
        elif before != after:
            found.append(f"{prefix}{key}: {before!r} -> {after!r}")
    return found


def _build(kind: Any, raw: object, where: str) -> Any:
    if not isinstance(raw, Mapping):
        raise TrainingError(f"A mapping is due here, not {raw!r}.", where=where)
    hints = typing.get_type_hints(kind)
    for key in raw:
        if key not in hints:
            near = difflib.get_close_matches(str(key), hints, 1)
            advice = f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(hints)}."
            raise TrainingError(f"Unknown key `{key}`.", where=where, next_step=advice)
    values = {k: _convert(hints[k], v, f"{where}, {k}") for k, v in raw.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise TrainingError(f"Something is missing: {error}.", where=where) from error


def _convert(hint: Any, value: object, where: str) -> Any:
    if dataclasses.is_dataclass(hint):
        return _build(hint, value, where)
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise TrainingError(f"A list is due here, not {value!r}.", where=where)
        inner = typing.get_args(hint)[0]
        return tuple(_convert(inner, item, f"{where}[{i}]") for i, item in enumerate(value))
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise TrainingError(f"A value of type {hint.__name__} is due, not {value!r}.", where=where)
    return value
