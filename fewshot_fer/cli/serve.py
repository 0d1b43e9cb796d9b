"""`fewshot-fer serve`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from fewshot_fer.cli import options, panels


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=panels.CLASS)(serve)


def serve(
    context: typer.Context,
    host: options.Host = None,
    port: options.Port = None,
    drawn: Annotated[
        int | None, typer.Option(min=1, max=49, help="Show a drawn class of so many, to try.")
    ] = None,
    support_sets: options.SupportSets = None,
    checkpoint: options.Checkpoint = None,
) -> None:
    """Open the web app: a page for teachers, one for each student, and an API."""
    from fewshot_fer.web.drawn import thrown_away
    from fewshot_fer.web.server import serve as run
    from fewshot_fer.web.service import Service

    settings = options.settings(
        context, host=host, port=port, support_sets=support_sets, checkpoint=checkpoint
    )
    with TemporaryDirectory(prefix="fewshot-fer-drawn-") as folder:
        if drawn:
            settings = thrown_away(settings, Path(folder))
        service = Service(settings, demo=drawn or 0)
        run(service, host=settings.host, port=settings.port)
