"""`fewshot-fer evaluate`: one small function for each thing that is measured."""

from __future__ import annotations

# Each adds its commands to the group.
from fewshot_fer.cli.commands.evaluate import faces, pictures, runs
from fewshot_fer.cli.commands.evaluate.group import app

__all__ = ["app", "faces", "pictures", "runs"]
