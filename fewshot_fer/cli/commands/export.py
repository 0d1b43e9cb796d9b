"""`fewshot-fer export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import options
from fewshot_fer.cli.show import output, panels

if TYPE_CHECKING:
    from rich.table import Table

    from fewshot_fer.training.making import Made


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=panels.MEASURE)(export)


def export(
    context: typer.Context,
    run: Annotated[
        Path, typer.Argument(help="The folder of a finished training; or of MTCNN's weights.")
    ],
    out: Annotated[Path, typer.Option(help="Where the checkpoint's folder is to be.")],
    people: Annotated[
        list[Path] | None, typer.Option(help="People's pictures with index.csv; may be repeated.")
    ] = None,
    data: Annotated[
        list[Path] | None, typer.Option(help="FER-2013 as csv, folder or npz; may be repeated.")
    ] = None,
    trial: Annotated[
        list[Path] | None,
        typer.Option(help="A run with a fold of people left out, to choose on; may be repeated."),
    ] = None,
    detector: Annotated[
        bool,
        typer.Option("--detector", help="Export pnet.pt, rnet.pt and onet.pt of RUN instead."),
    ] = False,
    seed: options.Seed = None,
    as_json: options.Json = False,
) -> None:
    """Make a checkpoint of a training: ONNX, the fitted prior, a card, one hash over all."""
    if detector:
        _export_detector(run, out, as_json)
        return
    if not people:
        raise typer.BadParameter("the prior is fitted on people too", param_hint="--people")
    from fewshot_fer.training.making import make_checkpoint, read_material

    settings = options.settings(context, seed=seed)
    sources = data or ([settings.data] if settings.data else [])
    with output.console(stderr=True).status("people") as status:
        material = read_material(sources, people, settings.seed)
        made = make_checkpoint(run, out, material, trial or (), say=status.update)
    answer = {
        "checkpoint": made.folder,
        "hash": made.hash,
        "cosine_f32": made.parity.f32,
        "cosine_bf16": made.parity.bf16,
        "chosen": made.chosen.steps if made.chosen else (),
    }
    output.show(answer, as_json=as_json, picture=lambda: _table(made))


def _export_detector(weights: Path, out: Path, as_json: bool) -> None:
    from fewshot_fer.training import mtcnn

    written = mtcnn.export(weights, out)
    rows = [(path.name, path.stat().st_size) for path in written]
    output.show(
        {"written": written},
        as_json=as_json,
        picture=lambda: output.table("The detector's networks", ("file", "bytes"), rows),
    )


def _table(made: Made) -> Table:
    rows = [
        ("hash", made.hash[:16]),
        ("nearness to torch, f32", f"{made.parity.f32:.6f}"),
        ("nearness to torch, bf16", f"{made.parity.bf16:.6f}"),
        *(("chosen", step) for step in (made.chosen.steps if made.chosen else ())),
    ]
    return output.table(f"The checkpoint in {made.folder}", ("what", "value"), rows)
