"""Puts the commands together: `PANELS` lists them, `call` says how one is written.

Every command is imported at every start: heavy things are imported in functions, or `--help` is
slow. `show/` holds what commands print with. Errors of ours are raised, never printed: `run`
shows them and gives the exit code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from fewshot_fer import __version__
from fewshot_fer.cli.commands import (
    analyze,
    bench,
    classes,
    data,
    demo,
    doctor,
    enroll,
    evaluate,
    export,
    expressions,
    live,
    recalibrate,
    serve,
    session,
    students,
    teachers,
    train,
)
from fewshot_fer.cli.show import output
from fewshot_fer.errors import FewshotFerError

ABOUT: Final = """
Read facial expressions in a live online class, adapted to each student. It reads what a face
shows, not what goes on in a person. Using such software on students is prohibited in the EU,
save for medical or safety reasons; see the README.
"""

PANELS: Final = {
    "To begin": (demo.demo, doctor.doctor, doctor.slim, serve.serve, teachers.app),
    "In class": (live.live, session.app),
    "Students": (classes.app, enroll.enroll, expressions.app, recalibrate.app, students.app),
    "Keep": (doctor.backup, doctor.restore, doctor.audit),
    "Look": (analyze.analyze,),
    "Train and measure": (
        bench.bench,
        export.export,
        train.train,
        data.app,
        evaluate.app,
    ),
}
"""The commands and the groups, under the headings of `fewshot-fer --help`."""


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
    for panel, things in PANELS.items():
        for thing in things:
            if isinstance(thing, typer.Typer):
                app.add_typer(thing, rich_help_panel=panel)
            else:
                app.command(rich_help_panel=panel)(thing)
    return app


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    output.print_anything()
    try:
        with output.written():
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
