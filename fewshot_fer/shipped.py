"""Finds the files that travel with the product: in the wheel, or in a checkout."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from fewshot_fer.errors import CheckpointError


def shipped_checkpoint() -> Path:
    """The folder with `mtcnn/` and `expression/`."""
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
