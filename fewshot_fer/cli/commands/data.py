"""`fewshot-fer data`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import options
from fewshot_fer.cli.show import output, panels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Group

    from fewshot_fer.training.data import DataReport, Part

app = typer.Typer(no_args_is_help=True, help="Look at the data that networks are trained on.")

Data = Annotated[
    list[Path],
    typer.Argument(
        help="fer2013.csv, the folder of train/ and test/, or .npz files or their folder."
    ),
]


def register(whole: typer.Typer) -> None:
    """Add the group."""
    whole.add_typer(app, name="data", rich_help_panel=panels.MEASURE)


@app.callback()
def _group() -> None:
    """Keep `show` a command of its own."""


@app.command()
def show(
    data: Data,
    out: Annotated[
        Path | None, typer.Option(help="Draw class balance, samples and disagreement into it.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Count the faces, compare both label sets, look for the same picture twice.

    The exit code is 1 where an expression has no face.
    """
    from fewshot_fer.training.data import DataReport
    from fewshot_fer.training.readers import read_parts

    parts = read_parts(data)
    report = DataReport.of(parts)
    if out is not None:
        _draw(parts, out)
    output.show(report, as_json=as_json, picture=lambda: _picture(report, out))
    if report.problems:
        raise typer.Exit(1)


def _draw(parts: Sequence[Part], folder: Path) -> None:
    from fewshot_fer.files import write_atomically
    from fewshot_fer.training import plots
    from fewshot_fer.training.data import select

    splits = {name: select(parts, name) for name in dict.fromkeys(part.split for part in parts)}
    write_atomically(folder / "balance.png", plots.class_balance(splits))
    for name, faces in splits.items():
        write_atomically(folder / f"samples-{name}.png", plots.sample_grid(faces))
        if faces.votes.any():
            write_atomically(folder / f"disagreement-{name}.png", plots.disagreement(faces))


def _picture(report: DataReport, out: Path | None) -> Group:
    from rich.console import Group
    from rich.text import Text

    table = output.table(
        f"{report.n} faces; {report.dropped} of a single colour left out",
        ("expression", *(f"{split.split}, own / FER+" for split in report.splits)),
        (
            (name, *(f"{s.own_counts[name]} / {s.ferplus_counts[name]}" for s in report.splits))
            for name in report.splits[0].own_counts
        ),
    )
    agreements = [
        f"{split.split}: both label sets agree on {split.agreement:.1%}"
        for split in report.splits
        if split.agreement is not None
    ]
    twice = [
        *(f"{split.split}: {split.duplicates} pictures are there twice" for split in report.splits),
        *(f"{pair}: {n} pictures are in both" for pair, n in report.duplicates_across.items()),
    ]
    drawn = [f"Drawn into {out}"] if out is not None else []
    return Group(
        table,
        *(Text(line) for line in (*agreements, *twice, *drawn)),
        *(Text(problem, style="bold red") for problem in report.problems),
    )
