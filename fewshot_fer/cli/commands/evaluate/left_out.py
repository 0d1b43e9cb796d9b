"""`fewshot-fer evaluate left-out`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import options
from fewshot_fer.cli.commands.evaluate.group import app, numbers
from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from rich.table import Table

    from fewshot_fer.evaluation.left_out import LeftOut


@app.command("left-out")
def left_out(
    context: typer.Context,
    runs: Annotated[
        list[Path], typer.Argument(help="Trainings that each left a fold of people out.")
    ],
    people: Annotated[
        list[Path], typer.Option(help="People's pictures with index.csv; may be repeated.")
    ],
    data: Annotated[
        list[Path] | None, typer.Option(help="FER-2013 as csv, folder or npz; may be repeated.")
    ] = None,
    folds: Annotated[
        int, typer.Option(help="For one run that saw no people: into how many folds to deal them.")
    ] = 0,
    shots: Annotated[str, typer.Option(help="How many references of each.")] = "0,1,2",
    ablate: Annotated[bool, typer.Option(help="Take each part of the posterior away.")] = False,
    seed: options.Seed = None,
    as_json: options.Json = False,
) -> None:
    """Judge trainings on the people that they left out; with --ablate, part by part."""
    from fewshot_fer.evaluation.left_out import evaluate_left_out, variants
    from fewshot_fer.training.choosing import choose
    from fewshot_fer.training.fitting import FitConfig
    from fewshot_fer.training.making import make_trials, read_material

    settings = options.settings(context, seed=seed)
    counts = numbers(shots)
    sources = data or ([settings.data] if settings.data else [])
    material = read_material(sources, people, settings.seed)
    trials = make_trials(runs, material, folds)
    chosen = choose(trials, FitConfig()).config
    wanted = variants(chosen) if ablate else {"whole": chosen}
    found = {
        name: evaluate_left_out(trials, config, counts, settings.seed)
        for name, config in wanted.items()
    }
    output.show(
        {
            name: {group: {way: asdict(one) for way, one in ways.items()}
                   for group, ways in sets.items()}
            for name, sets in found.items()
        },
        as_json=as_json,
        picture=lambda: _table(found),
    )  # fmt: skip


def _table(found: dict[str, dict[str, dict[str, LeftOut]]]) -> Table:
    rows = [
        (
            name,
            group,
            way,
            f"{one.accuracy:.1%} ({100 * one.ci95[0]:.1f}–{100 * one.ci95[1]:.1f})",
            f"{100 * one.gain:+.1f} ({100 * one.gain_ci95[0]:.1f}–{100 * one.gain_ci95[1]:.1f})",
            f"{one.subjects_harmed} of {one.n_subjects}",
            one.n_queries,
            f"{one.ece:.1%} ({one.ece_by_chance:.1%} by chance)",
        )
        for name, sets in found.items()
        for group, ways in sets.items()
        for way, one in ways.items()
    ]
    columns = ("variant", "people", "references", "accuracy (95 %)", "gain", "harmed", "n", "ece")
    return output.table("People whom neither network nor prior has seen", columns, rows)
