"""A checkpoint: networks, fitted arrays and a card in one folder, sealed by one hash.

    model.onnx          the embedding network
    prior.safetensors   everything that was fitted: whitening, means, spreads
    card.json           format version, names, blocks, how it was trained, its licence
    SHA256              one hash over all of the above

Nothing in it can run code. The hash is also the name of the vectors' space; a card that was
changed in its words alone says in `space` what the space was called before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import load

from fewshot_fer.arrays import Floats
from fewshot_fer.engine import Ranges
from fewshot_fer.errors import CheckpointError
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.files import check_seal, read_part, sha256
from fewshot_fer.files import seal as seal_files
from fewshot_fer.shipped import CARD

FORMAT = 1
MODEL, PRIOR = "model.onnx", "prior.safetensors"
PARTS = MODEL, PRIOR, CARD
RANGES = "ranges.json"
"""Beside the network: what its eight bits are spread over, for it alone. A folder may lack it."""
EXPRESSION = "expression"
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
    """A checkpoint whose seal was checked; `hash` names the space of its vectors."""

    folder: Path
    hash: str
    card: Card
    arrays: Mapping[str, Floats]

    @classmethod
    def read(cls, folder: Path) -> Checkpoint:
        """Check the seal, the format and the parts."""
        found = check_seal(folder, PARTS)
        card = read_card(folder / CARD)
        return cls(folder, card.details.get("space", found), card, _arrays(folder / PRIOR))

    @property
    def model(self) -> Path:
        """The embedding network's file."""
        return self.folder / MODEL

    @property
    def ranges(self) -> Ranges:
        """What calibration wrote beside the network; of another network it is worth nothing."""
        path = self.folder / RANGES
        next_step = "Give FER-2013 too, and it is calibrated anew."
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            ranges = said["ranges"].items()
            found = {name: (float(low), float(high)) for name, (low, high) in ranges}
            if said["network"] == sha256(self.model):
                return found
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            what = "What the network's eight bits are spread over is missing or damaged."
            raise CheckpointError(what, where=str(path), next_step=next_step) from error
        raise CheckpointError(
            "The network was calibrated before it was changed.",
            where=str(path),
            next_step=next_step,
        )

    @property
    def width(self) -> int:
        """How many numbers a vector has once it is whitened."""
        try:
            return int(self.arrays["prior.whitening"].shape[1])
        except (KeyError, IndexError) as error:
            raise CheckpointError(
                "The checkpoint's prior is damaged.", where=str(self.folder), next_step=_REPAIR
            ) from error


def seal(folder: Path) -> str:
    """Write the hash of what the folder holds, last of all."""
    return seal_files(folder, PARTS)


def read_card(path: Path) -> Card:
    """Read `card.json`; another format version is refused."""
    try:
        raw = json.loads(read_part(path))
        version = raw["format"]
        if version != FORMAT:
            raise CheckpointError(
                f"The checkpoint has format {version}; this version reads format {FORMAT}.",
                where=str(path),
                next_step="Use a checkpoint of this version, or upgrade fewshot-fer.",
            )
        names = tuple(raw["names"])
        if NEUTRAL not in names:
            raise CheckpointError(
                f"The checkpoint does not know {NEUTRAL}, from which all else is measured; it "
                f"knows {', '.join(names) or 'nothing'}.",
                where=str(path),
                next_step=f"Train with {NEUTRAL} among the `expressions`, and export again.",
            )
        return Card(
            names=names,
            blocks={name: slice(*ends) for name, ends in raw["blocks"].items()},
            log_share_votes=tuple(raw["log_share_votes"]),
            log_share_own=tuple(raw["log_share_own"]),
            details=raw,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(
            f"The checkpoint's card cannot be read: {error!r}.", where=str(path), next_step=_REPAIR
        ) from error


def _arrays(path: Path) -> Mapping[str, Floats]:
    try:
        return load(read_part(path))
    except SafetensorError as error:
        raise CheckpointError(
            f"The checkpoint's arrays cannot be read: {error}.",
            where=str(path),
            next_step=_REPAIR,
        ) from error
