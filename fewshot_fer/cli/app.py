"""Puts the commands together.

Every module of `commands/` that has a function `register(app: typer.Typer) -> None` adds its
command or its group there, so a new command is one new file:

    def register(app: typer.Typer) -> None:
        app.command(rich_help_panel=panels.LOOK)(analyze)

    def analyze(context: typer.Context, paths: list[Path], as_json: options.Json = False) -> None:
        \"\"\"Name the expression of every face in pictures or folders.\"\"\"
        from fewshot_fer.recognizer import Recognizer      # heavy things are imported in here

        settings = options.settings(context)
        ...
        output.show(result, as_json=as_json, picture=lambda: output.table(...))

`options` holds the options that commands share, `show/` what they print with. Every command
is imported at every start: heavy things are imported in functions, or `--help` is slow. Errors of
ours are raised, never printed: `run` shows them and gives the exit code.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Annotated, Final

import typer

from fewshot_fer import __version__
from fewshot_fer.cli import commands
from fewshot_fer.cli.show import output, panels
from fewshot_fer.errors import FewshotFerError

ABOUT: Final = """
Read facial expressions in a live online class, adapted to each student. It reads what a face
shows, not what goes on in a person. Using such software on students is prohibited in the EU,
save for medical or safety reasons; see the README.
"""


def build() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name="fewshot-fer",
        help=" ".join(ABOUT.split()),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for module in pkgutil.iter_modules(commands.__path__, prefix=f"{commands.__name__}."):
        register = getattr(import_module(module.name), "register", None)
        if register is not None:
            register(app)
    # The help shows a panel where its first command stands.
    app.registered_commands.sort(key=lambda command: panels.ORDER.index(command.rich_help_panel))
    return app


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    output.print_anything()
    try:
        build()(args=arguments, prog_name="fewshot-fer")
    except FewshotFerError as error:
        output.show_error(error)
        return 1
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    return 0


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


def _root(
    context: typer.Context,
    settings: Annotated[
        Path | None,
        typer.Option(help="A YAML file of settings; else fewshot-fer.yaml in this folder."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    context.obj = settings
