"""`fewshot-fer data`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.options import Data, Faces
from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fewshot_fer.training.data import DataReport, Part

app = typer.Typer(
    name="data", no_args_is_help=True, help="Look at the data that networks are trained on."
)


@app.command()
@command()
def show(
    call: Call,
    data: Faces,
    out: Annotated[
        Path | None, typer.Option(help="Draw class balance, samples and disagreement into it.")
    ] = None,
) -> Answer:
    """Count the faces, compare both label sets, look for the same picture twice.

    The exit code is 1 where an expression has no face.
    """
    from fewshot_fer.training.data import DataReport
    from fewshot_fer.training.readers import read_parts

    parts = read_parts(data)
    report = DataReport.of(parts)
    if out is not None:
        _draw(parts, out)
    return Answer(report, lambda: _page(report, out), fine=not report.problems)


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


def _page(report: DataReport, out: Path | None) -> RenderableType:
    table = output.table(
        f"{report.n} faces; {report.dropped} of a single colour left out",
        ("expression", *(f"{split.split}, own / FER+" for split in report.splits)),
        (
            (name, *(f"{s.own_counts[name]} / {s.ferplus_counts[name]}" for s in report.splits))
            for name in report.splits[0].own_counts
        ),
    )
    lines = [
        *(
            f"{split.split}: both label sets agree on {split.agreement:.1%}"
            for split in report.splits
            if split.agreement is not None
        ),
        *(f"{split.split}: {split.duplicates} pictures are there twice" for split in report.splits),
        *(f"{pair}: {n} pictures are in both" for pair, n in report.duplicates_across.items()),
        *([f"Drawn into {out}"] if out is not None else []),
    ]
    problems = (output.line(problem, "bold red") for problem in report.problems)
    return output.page(table, *lines, *problems)


@app.command()
@command("seed", needs="train")
def label(
    call: Call,
    config: Annotated[
        Path, typer.Argument(help="The student's configuration: its augmentation draws the views.")
    ],
    teacher: Annotated[
        list[Path], typer.Option(help="teacher.safetensors of a run; may be repeated.")
    ],
    out: Annotated[Path, typer.Option(help="The bank's folder; what is there already is kept.")],
    data: Data = None,
    views: Annotated[int, typer.Option(min=1, max=99, help="Views of every face.")] = 6,
) -> Answer:
    """Fill a bank with what teachers say of the views that a student will be trained on."""
    from fewshot_fer.training.asking import open_teachers
    from fewshot_fer.training.bank import fill_bank
    from fewshot_fer.training.config import check_same, read_config
    from fewshot_fer.training.course import device
    from fewshot_fer.training.data import training_and_validation
    from fewshot_fer.training.readers import read_parts

    student = read_config(config)
    faces, _ = training_and_validation(read_parts(call.data(data)))
    teachers, names = open_teachers(teacher, device())
    check_same(teachers.expressions, student.expressions, "The teacher", str(teacher[0]))
    faces, augment = faces.named(student.expressions), student.augment
    with output.progress("Labelling views") as say:
        seed = call.settings.seed
        bank = fill_bank(out, faces, augment, teachers, names, views=views, seed=seed, say=say)
    return Answer(
        {"bank": out, "faces": bank.faces, "views": bank.count},
        f"{bank.count} views of {bank.faces} faces are labelled in {out}",
    )
