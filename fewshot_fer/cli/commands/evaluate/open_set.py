"""`fewshot-fer evaluate open-set`, and the data to train on for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import options
from fewshot_fer.cli.commands.evaluate.group import app
from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from rich.table import Table

    from fewshot_fer.evaluation.open_set import OpenSet


@app.command("open-set")
def open_set(
    context: typer.Context,
    folders: Annotated[
        list[Path],
        typer.Option("--people", help="People's pictures with index.csv; may be repeated."),
    ],
    runs: Annotated[
        list[Path] | None,
        typer.Argument(help="Trainings that left a fold of people out, and this expression."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(help="The unknown expression; several: each in turn. Else all but neutral."),
    ] = None,
    data: Annotated[
        list[Path] | None, typer.Option(help="FER-2013 as npz files; may be repeated.")
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option(help="Only write the data without the expression here, to train on."),
    ] = None,
    seed: options.Seed = None,
    as_json: options.Json = False,
) -> None:
    """Hold an expression out: how well it is refused before it is taught, and learnt after."""
    from fewshot_fer.evaluation.open_set import data_without, evaluate_open_set
    from fewshot_fer.expressions import BASIC, NEUTRAL
    from fewshot_fer.students.store.names import known_expression
    from fewshot_fer.training.choosing import choose
    from fewshot_fer.training.fitting import FitConfig
    from fewshot_fer.training.making import make_trials, read_material

    settings = options.settings(context, seed=seed)
    sources = data or ([settings.data] if settings.data else [])
    unknown = [known_expression(name, BASIC) for name in without or ()]
    if write is not None:
        if len(unknown) != 1:
            raise typer.BadParameter("say which one with --without", param_hint="--write")
        data_without(unknown[0], sources, folders, write)
        output.show({"written": write}, as_json=as_json, picture=lambda: f"Written: {write}")
        return
    if not runs:
        raise typer.BadParameter("give one run or more", param_hint="RUNS")
    trials = make_trials(runs, read_material(sources, folders, settings.seed))
    config = choose(trials, FitConfig()).config
    found = evaluate_open_set(
        trials, config, unknown or [name for name in BASIC if name != NEUTRAL], settings.seed
    )
    output.show({"people": found}, as_json=as_json, picture=lambda: _table(found))


def _table(found: list[OpenSet]) -> Table:
    def share(value: float) -> str:
        return f"{value:.1%}"

    return output.table(
        "An expression that is not known, on people left out",
        ("people", "asked", "unknown", "the known ones", "n"),
        (
            row
            for one in found
            for row in (
                *(
                    (one.people, f"refused, {whom}", share(r.unknown), share(r.known), r.n_unknown)
                    for whom, r in (("strangers", one.strangers), ("enrolled", one.enrolled))
                ),
                *(
                    (
                        one.people,
                        f"called so after {k.references}",
                        share(k.recall),
                        share(k.false_alarms),
                        k.n,
                    )
                    for k in one.learnt
                ),
            )
        ),
    )
