"""`fewshot-fer evaluate promise`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import options, people
from fewshot_fer.cli.commands.evaluate.group import app
from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from rich.table import Table

    from fewshot_fer.evaluation.promise import Kept


@app.command("promise")
def promise(
    context: typer.Context,
    runs: Annotated[
        list[Path], typer.Argument(help="Trainings that each left a fold of people out.")
    ],
    folders: Annotated[
        list[Path],
        typer.Option("--people", help="People's pictures with index.csv; may be repeated."),
    ],
    data: Annotated[
        list[Path] | None, typer.Option(help="FER-2013 as csv, folder or npz; may be repeated.")
    ] = None,
    seed: options.Seed = None,
    as_json: options.Json = False,
) -> None:
    """Say how many of the labels shown (not unsure) are right, on people left out."""
    from fewshot_fer.evaluation.promise import evaluate_promise
    from fewshot_fer.training.choosing import PROMISE
    from fewshot_fer.training.fitting import FitConfig
    from fewshot_fer.training.making import make_trials, read_material

    settings = options.settings(context, seed=seed)
    sources = data or ([settings.data] if settings.data else [])
    material = read_material(sources, folders, settings.seed)
    found = evaluate_promise(make_trials(runs, material), FitConfig())
    output.show(
        {"promise": PROMISE, "people": found},
        as_json=as_json,
        picture=lambda: _table(PROMISE, found),
    )


def _table(promised: float, found: list[Kept]) -> Table:
    columns = ("people", "references", "n", "right", "shown", "right of those shown", "ece")
    rows = [
        (
            one.people,
            one.references,
            one.n,
            f"{one.accuracy:.1%}",
            f"{one.shown:.1%}",
            f"{one.right_of_shown:.1%}",
            f"{one.ece:.1%}",
        )
        for one in found
    ]
    return output.table(f"Promised: {people.percent(promised)} of those shown", columns, rows)
