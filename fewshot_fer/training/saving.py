"""What a training run keeps: its whole state after every epoch, or the one before, never half.

    run/state.pt        everything that the next epoch depends on
    run/best.pt         the network with the best figures of the last stage so far
    run/history.json    the figures of every epoch
    run/curves.png      the same to look at
    run/confusion.png   what was taken for what, after the last epoch

The `.pt` files hold tensors and plain values, and are read without running any code.
"""

from __future__ import annotations

import dataclasses
import io
import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import torch
from torch import nn

from fewshot_fer.errors import TrainingError
from fewshot_fer.files import write_atomically
from fewshot_fer.training.config import TrainingConfig, differences, parse_config
from fewshot_fer.training.history import EpochRecord
from fewshot_fer.training.network import EmbeddingNetwork

if TYPE_CHECKING:
    from fewshot_fer.training.run import Trainer

FORMAT = 1
STATE, BEST, HISTORY = "state.pt", "best.pt", "history.json"


@runtime_checkable
class Stateful(Protocol):
    """A network or an optimiser."""

    def state_dict(self) -> dict[str, Any]:
        """Everything that it holds."""
        ...

    def load_state_dict(self, state: dict[str, Any], /) -> object:
        """Take it up again."""
        ...


@dataclass(frozen=True, slots=True)
class RunState:
    """A run after its last whole epoch."""

    config: dict[str, Any]
    data: dict[str, str]
    parts: dict[str, Any]
    history: tuple[EpochRecord, ...]


def parts_of(trainer: Trainer) -> dict[str, Stateful]:
    """The trainer's networks and its optimiser, by field."""
    values = {field.name: getattr(trainer, field.name) for field in dataclasses.fields(trainer)}
    return {name: value for name, value in values.items() if isinstance(value, Stateful)}


def save_state(
    folder: Path,
    trainer: Trainer,
    config: TrainingConfig,
    data: Mapping[str, str],
    history: tuple[EpochRecord, ...],
) -> None:
    """Keep the whole state; where the disk is full, the old one stays."""
    _write(
        folder / STATE,
        {
            "format": FORMAT,
            "config": as_plain(config),
            "data": dict(data),
            "parts": {name: part.state_dict() for name, part in parts_of(trainer).items()},
            "history": [dataclasses.asdict(record) for record in history],
        },
    )


def load_state(folder: Path) -> RunState | None:
    """What was kept, or nothing where no epoch was finished."""
    path = folder / STATE
    if not path.exists():
        return None
    raw = _read(path)
    try:
        history = tuple(EpochRecord(**record) for record in raw["history"])
        return RunState(raw["config"], raw["data"], raw["parts"], history)
    except (KeyError, TypeError) as error:
        raise _damaged(path, error) from error


def check_same_run(
    state: RunState, config: TrainingConfig, data: Mapping[str, str], folder: Path
) -> None:
    """Refuse to go on with another configuration or other faces, naming what differs."""
    begun = as_plain(parse_config(state.config, where=str(folder)))
    changed = differences(_keyed(begun), _keyed(as_plain(config)))
    changed += differences(state.data, data)
    if changed:
        raise TrainingError(
            f"This run was begun with another configuration or other data: {'; '.join(changed)}.",
            where=str(folder),
            next_step="Resume with what it was begun with, or begin another run in a new folder.",
        )


def restore(trainer: Trainer, state: RunState, folder: Path) -> None:
    """Bring the trainer to where the run was."""
    parts = parts_of(trainer)
    if parts.keys() != state.parts.keys():
        raise _damaged(folder / STATE, KeyError(*(parts.keys() ^ state.parts.keys())))
    try:
        for name, part in parts.items():
            part.load_state_dict(state.parts[name])
    except (RuntimeError, ValueError, KeyError) as error:
        raise _damaged(folder / STATE, error) from error


def take_up_helpers(trainer: Trainer, before: RunState) -> None:
    """Go on with what an earlier run learnt beside its network.

    A translator that begins anew would pull the network about for an epoch: 2 points of FER+.
    """
    for helper, name in ((trainer.translator, "translator"), (trainer.head, "head")):
        held = before.parts.get(name, {})
        shapes = {key: value.shape for key, value in helper.state_dict().items()}
        if shapes == {key: value.shape for key, value in held.items()}:
            helper.load_state_dict(held)


def save_network(path: Path, network: nn.Module, config: TrainingConfig) -> None:
    """A network alone, with the configuration that it was trained by."""
    _write(path, {"format": FORMAT, "config": as_plain(config), "network": network.state_dict()})


def load_network(folder: Path) -> tuple[EmbeddingNetwork, TrainingConfig]:
    """The best network of a run, ready to be used, and its configuration."""
    path = folder / BEST
    raw = _read(path)
    try:
        config = parse_config(raw["config"], where=str(path))
        network = EmbeddingNetwork(config.network, len(config.expressions))
        network.load_state_dict(raw["network"])
    except (KeyError, RuntimeError) as error:
        raise _damaged(path, error) from error
    return network.eval(), config


def save_history(folder: Path, history: tuple[EpochRecord, ...]) -> None:
    """The figures of every epoch, for other programs."""
    records = [dataclasses.asdict(record) for record in history]
    write_atomically(folder / HISTORY, json.dumps(records, indent=1).encode())


def as_plain(config: TrainingConfig) -> dict[str, Any]:
    """The configuration as JSON knows it: no tuples."""
    plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(config)))
    return plain


def _keyed(config: Mapping[str, Any]) -> dict[str, Any]:
    """The stages by place and name, so that a difference inside one is named."""
    stages = {f"{n} ({stage['name']})": stage for n, stage in enumerate(config["stages"], 1)}
    return {**config, "stages": stages}


def _write(path: Path, content: dict[str, Any]) -> None:
    packed = io.BytesIO()
    torch.save(content, packed)
    write_atomically(path, packed.getvalue())


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
        raise _damaged(path, error) from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise _damaged(path, f"format {FORMAT} is due")
    return raw


def _damaged(path: Path, reason: object) -> TrainingError:
    first_line = str(reason).splitlines()[0] if str(reason) else repr(reason)
    return TrainingError(
        f"The run's state cannot be read: {first_line}.",
        where=str(path),
        next_step="Begin the training again in a new folder.",
    )
