"""The group, and what its commands share."""

from __future__ import annotations

import typer

app = typer.Typer(name="evaluate", no_args_is_help=True, help="Measure how good the recogniser is.")


def share(value: float | None) -> str:
    """A share to read."""
    return "-" if value is None else f"{value:.1%}"


def between(value: float, bounds: tuple[float, float]) -> str:
    """A share with what it lies between."""
    return f"{value:.1%} ({100 * bounds[0]:.1f}–{100 * bounds[1]:.1f})"
