"""`fewshot-fer doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from fewshot_fer.cli import options
from fewshot_fer.cli.show import output, panels

if TYPE_CHECKING:
    from rich.table import Table

    from fewshot_fer.doctor import Check

MARKS = {"fine": ("ok", "green"), "note": ("note", "yellow"), "broken": ("mend", "bold red")}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=panels.START)(doctor)


def doctor(
    context: typer.Context,
    checkpoint: options.Checkpoint = None,
    precision: options.PrecisionName = None,
    host: options.Host = None,
    port: options.Port = None,
    as_json: options.Json = False,
) -> None:
    """Say what is found on this machine, what is missing, and how to mend it."""
    from fewshot_fer.doctor import examine, healthy

    settings = options.settings(
        context, checkpoint=checkpoint, precision=precision, host=host, port=port
    )
    checks = examine(settings)
    output.show(
        {"healthy": healthy(checks), "checks": checks},
        as_json=as_json,
        picture=lambda: _table(checks),
    )
    if not healthy(checks):
        raise typer.Exit(1)


def _table(checks: list[Check]) -> Table:
    from rich.text import Text

    def row(check: Check) -> tuple[Text, str, Text]:
        word, style = MARKS[check.state]
        # One wide column, so that paths fit; one that does not is folded, never cut: it is there
        # to be copied.
        said = Text(check.found, overflow="fold")
        if check.mend:
            said.append(f"\n{check.mend}", style=style)
        return Text(word, style=style), check.name, said

    return output.table("This machine", ("", "what", "found, and what to do"), map(row, checks))
