"""The files that travel with the product, in the wheel or in a checkout, and their licences."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from fewshot_fer.errors import CheckpointError

NETWORKS = ("mtcnn", "identity", "expression")
CARD = "card.json"


@dataclass(frozen=True, slots=True)
class Licence:
    """What a network's card says of its weights."""

    weights: str
    """As SPDX names it."""
    trained_on: str
    terms: str
    commercial_use: str


def licence_of(network: Path) -> Licence | None:
    """What the card in a network's folder says, if it says anything."""
    try:
        return Licence(**json.loads((network / CARD).read_text(encoding="utf-8"))["licence"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def shipped_checkpoint() -> Path:
    """The folder with a folder for each of the networks."""
    package = Path(str(files("fewshot_fer")))
    for folder in (package / "checkpoints", package.parent / "checkpoints"):
        if folder.is_dir():
            return folder
    raise CheckpointError(
        "The checkpoint that travels with the product is missing.",
        where=str(package / "checkpoints"),
        next_step="Install again with `pip install --force-reinstall fewshot-fer`, "
        "or set `checkpoint` to a folder of your own.",
    )
