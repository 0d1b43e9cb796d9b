"""A checkpoint: networks, fitted arrays and a card in one folder, sealed by one hash.

    model.onnx          the embedding network
    landmarks.tflite    the dense landmarks' network (optional)
    prior.safetensors   everything that was fitted: geometry, whitening, means, spreads
    card.json           format version, names, blocks, how it was trained, its figures
    SHA256              one hash over all of the above

Nothing in it can run code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import load

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import CheckpointError
from fewshot_fer.files import write_atomically

FORMAT = 1
MODEL, LANDMARKS, PRIOR, CARD, SEAL = (
    "model.onnx",
    "landmarks.tflite",
    "prior.safetensors",
    "card.json",
    "SHA256",
)
_REPAIR = "Install again, or export it again with `fewshot-fer export`."


@dataclass(frozen=True, slots=True)
class Card:
    """What the checkpoint says of itself; `blocks` are the slices of a feature vector."""

    names: tuple[str, ...]
    blocks: Mapping[str, slice]
    log_share_votes: tuple[float, ...]
    log_share_own: tuple[float, ...]
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint whose seal was checked."""

    folder: Path
    hash: str
    card: Card
    arrays: Mapping[str, Floats]

    @classmethod
    def read(cls, folder: Path) -> Checkpoint:
        """Check the seal, the format and the parts."""
        sealed = _read(folder / SEAL).decode(errors="replace").strip()
        found = digest(folder)
        if sealed != found:
            raise CheckpointError(
                "The checkpoint was altered or is damaged: its hash does not match.",
                where=str(folder),
                next_step=_REPAIR,
            )
        return cls(folder, found, read_card(folder / CARD), _arrays(folder / PRIOR))

    @property
    def model(self) -> Path:
        """The embedding network's file."""
        return self.folder / MODEL

    @property
    def landmarks(self) -> Path | None:
        """The landmarks network's file, if the checkpoint uses one."""
        path = self.folder / LANDMARKS
        return path if path.exists() else None


def digest(folder: Path) -> str:
    """One SHA-256 over every part's name and content."""
    whole = hashlib.sha256()
    for name in (MODEL, LANDMARKS, PRIOR, CARD):
        if name == LANDMARKS and not (folder / name).exists():
            continue
        whole.update(name.encode() + b"\0" + hashlib.sha256(_read(folder / name)).digest())
    return whole.hexdigest()


def seal(folder: Path) -> str:
    """Write the hash of what the folder holds, last of all."""
    value = digest(folder)
    write_atomically(folder / SEAL, f"{value}\n".encode())
    return value


def read_card(path: Path) -> Card:
    """Read `card.json`; another format version is refused."""
    try:
        raw = json.loads(_read(path))
        version = raw["format"]
        if version != FORMAT:
            raise CheckpointError(
                f"The checkpoint has format {version}; this version reads format {FORMAT}.",
                where=str(path),
                next_step="Use a checkpoint of this version, or upgrade fewshot-fer.",
            )
        return Card(
            names=tuple(raw["names"]),
            blocks={name: slice(*ends) for name, ends in raw["blocks"].items()},
            log_share_votes=tuple(raw["log_share_votes"]),
            log_share_own=tuple(raw["log_share_own"]),
            details=raw,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"The checkpoint's card cannot be read: {error!r}.", where=str(path), next_step=_REPAIR
        ) from error


def _arrays(path: Path) -> Mapping[str, Floats]:
    try:
        return load(_read(path))
    except SafetensorError as error:
        raise CheckpointError(
            f"The checkpoint's arrays cannot be read: {error}.",
            where=str(path),
            next_step=_REPAIR,
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            "A part of the checkpoint is missing or cannot be read.",
            where=str(path),
            next_step=_REPAIR,
        ) from error
