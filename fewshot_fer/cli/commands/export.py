"""`fewshot-fer export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from fewshot_fer.cli.call import Answer, Call, command, need
from fewshot_fer.cli.options import Data
from fewshot_fer.cli.show import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fewshot_fer.training.making import Made


@command("seed", "checkpoint")
def export(
    call: Call,
    run: Annotated[
        Path | None,
        typer.Argument(help="The folder of a finished training; or of MTCNN's weights."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the checkpoint's folder is to be.")
    ] = None,
    people: Annotated[
        list[Path] | None, typer.Option(help="People's pictures with index.csv; may be repeated.")
    ] = None,
    data: Data = None,
    trial: Annotated[
        list[Path] | None,
        typer.Option(help="A run with a fold of people left out, to choose on; may be repeated."),
    ] = None,
    detector: Annotated[
        bool,
        typer.Option("--detector", help="Export pnet.pt, rnet.pt and onet.pt of RUN instead."),
    ] = False,
    browser: Annotated[
        Path | None,
        typer.Option(help="Make what students' own devices read with in this folder instead."),
    ] = None,
    engine: Annotated[
        Path | None,
        typer.Option(help="onnxruntime-web's package, if it is not to be fetched (for --browser)."),
    ] = None,
) -> Answer:
    """Make a checkpoint of a training: ONNX, the fitted prior, a card, one hash over all.

    With --browser, make what students' own devices read with, of the checkpoint in use. Its
    network is calibrated on FER-2013 where --data is given, else by what travels with it.
    """
    if browser is not None:
        return _export_for_browsers(call, browser, engine, call.data(data) if data else ())
    need("train")
    if run is None or out is None:
        raise typer.BadParameter("a RUN and --out are needed", param_hint="RUN")
    if detector:
        return _export_detector(run, out)
    if not people:
        raise typer.BadParameter("the prior is fitted on people too", param_hint="--people")
    from fewshot_fer.training.making import make_checkpoint, read_material

    with output.console(stderr=True).status("people") as status:
        material = read_material(call.data(data), people, call.settings.seed)
        made = make_checkpoint(run, out, material, trial or (), say=status.update)
    document = {
        "checkpoint": made.folder,
        "hash": made.hash,
        "cosine_f32": made.parity.f32,
        "cosine_bf16": made.parity.bf16,
        "chosen": made.chosen.steps if made.chosen else (),
    }
    return Answer(document, lambda: _table(made))


def _export_for_browsers(
    call: Call, folder: Path, engine: Path | None, data: Sequence[Path]
) -> Answer:
    need("on-device")
    from fewshot_fer.on_device.making import calibrate, make
    from fewshot_fer.shipped import shipped_checkpoint

    checkpoint = call.settings.checkpoint or shipped_checkpoint()
    with output.console(stderr=True).status("some minutes") as status:
        if data:
            from fewshot_fer.training.data import training_and_validation
            from fewshot_fer.training.readers import read_parts

            faces, _ = training_and_validation(read_parts(data))
            calibrate(checkpoint, faces.images, call.settings.seed)
        made = make(folder, checkpoint, engine)
        status.stop()
    rows = [(name, *sizes) for name, sizes in made.sizes.items()]
    document = {"folder": folder, "seal": made.seal, "checkpoint": made.checkpoint,
                "download": made.download}  # fmt: skip
    title = f"What browsers read with, in {folder}: {made.download / 1e6:.1f} MB to download"
    return Answer(document, lambda: output.table(title, ("file", "bytes", "compressed"), rows))


def _export_detector(weights: Path, out: Path) -> Answer:
    from fewshot_fer.training import mtcnn

    written = mtcnn.export(weights, out)
    rows = [(path.name, path.stat().st_size) for path in written]
    return Answer(
        {"written": written},
        lambda: output.table("The detector's networks", ("file", "bytes"), rows),
    )


def _table(made: Made) -> Table:
    rows = [
        ("hash", made.hash[:16]),
        ("nearness to torch, f32", f"{made.parity.f32:.6f}"),
        ("nearness to torch, bf16", f"{made.parity.bf16:.6f}"),
        *(("chosen", step) for step in (made.chosen.steps if made.chosen else ())),
    ]
    return output.table(f"The checkpoint in {made.folder}", ("what", "value"), rows)
