"""`fewshot-fer evaluate`: one small function for each thing that is measured."""

from __future__ import annotations

import typer

# Each adds its commands to the group.
from fewshot_fer.cli.commands.evaluate import faces, left_out, open_set, promise
from fewshot_fer.cli.commands.evaluate.group import app
from fewshot_fer.cli.show import panels

__all__ = ["faces", "left_out", "open_set", "promise", "register"]


def register(whole: typer.Typer) -> None:
    """Add the group."""
    whole.add_typer(app, name="evaluate", rich_help_panel=panels.MEASURE)
