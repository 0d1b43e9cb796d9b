"""The options that commands share, and the settings that come of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fewshot_fer.recognizer import Recognizer
    from fewshot_fer.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Checkpoint = Annotated[
    Path | None, typer.Option(help="A checkpoint folder; else the one that is shipped.")
]
PrecisionName = Annotated[
    str | None, typer.Option("--precision", help="The engine's arithmetic: bf16 or f32.")
]
Threads = Annotated[int | None, typer.Option(help="Engine threads of one worker.")]
Seed = Annotated[int | None, typer.Option(help="For everything drawn by chance.")]
SupportSets = Annotated[Path | None, typer.Option(help="The students' folder.")]
Host = Annotated[str | None, typer.Option(help="Where the web app listens.")]
Port = Annotated[int | None, typer.Option(help="The web app's port.")]
MinFace = Annotated[int | None, typer.Option(help="The smallest face to find, in pixels.")]


def settings(context: typer.Context, **overrides: object) -> Settings:
    """Defaults < YAML file < environment < the options given here (None: not given)."""
    from fewshot_fer.settings import load_settings

    return load_settings(context.obj, os.environ, overrides)


def recognizer(settings: Settings) -> Recognizer:
    """The recogniser that the settings ask for."""
    from fewshot_fer.recognizer import Recognizer

    return Recognizer.of(settings)
