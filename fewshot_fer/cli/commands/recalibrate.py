"""`fewshot-fer recalibrate`: fit a student to today's light and lens, see what it brought."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import people
from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.options import ROSTER, Who
from fewshot_fer.cli.show import students as view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fewshot_fer.arrays import Floats
    from fewshot_fer.students.enrolment.gate import Picture

app = typer.Typer(
    name="recalibrate",
    no_args_is_help=True,
    help="Fit a student to today's light; nothing enrolled is changed.",
)

Calibration = Annotated[str, typer.Argument(help="The beginning of a calibration, or none.")]


@app.command()
@command(*ROSTER)
def run(
    call: Call,
    student: Annotated[
        str | None,
        typer.Argument(metavar="[STUDENT]", help="An id or a name, or the beginning of one."),
    ] = None,
    everybody: Annotated[
        bool, typer.Option("--class", help="Everyone in view of --source at once, while sure.")
    ] = False,
    source: Annotated[
        str, typer.Option(help="With --class: a camera's number, a video, a folder, an address.")
    ] = "0",
    seconds: Annotated[
        float, typer.Option(min=1.0, help="With --class: how long to watch.")
    ] = 60.0,
    images: Annotated[
        list[str] | None,
        typer.Option("--image", help="EXPRESSION=FILE; several times for several."),
    ] = None,
    frames: Annotated[
        Path | None, typer.Option(help="A folder of frames in which nobody says what is shown.")
    ] = None,
    camera: Annotated[
        str | None, typer.Option(help="Five seconds of a resting face before this camera.")
    ] = None,
    expression: Annotated[
        str | None, typer.Option(help="What all frames of the folder or camera show.")
    ] = None,
) -> Answer:
    """Recalibrate from a resting face, one picture of any expression, or frames of a lesson."""
    from fewshot_fer.students import documents
    from fewshot_fer.students.recalibration import recalibrate

    if everybody:
        return _run_class(call, source, seconds)
    if student is None:
        raise typer.BadParameter("say which student, or --class")
    if sum(given is not None for given in (images or None, frames, camera)) != 1:
        raise typer.BadParameter("give one of --image, --frames or --camera")
    found = call.library.find(student)
    labels: Sequence[str] | None
    shows = expression or "neutral"
    if images:
        z, labels = _vectors(call, people.pictures(images), lenient=False)
        how = "one picture" if len(images) == 1 else f"{len(images)} pictures"
    elif frames is not None:
        z, labels = _vectors(call, people.frames_in(frames, shows), lenient=True)
        labels = labels if expression is not None else None
        how = f"frames of {expression or 'a lesson'}"
    else:
        z, labels = _vectors(call, people.five_seconds(camera or "0", shows), lenient=True)
        how = "resting face" if shows == "neutral" else f"frames of {shows}"
    came = recalibrate(call.roster, found.id, z, labels, how=how)
    return Answer(documents.recalibrated(came), lambda: view.brought(found.name, came))


@app.command()
@command(*ROSTER)
def undo(
    call: Call,
    student: Who,
    calibration: Annotated[
        str | None, typer.Argument(help="The beginning of one; else the newest.")
    ] = None,
) -> Answer:
    """Take a calibration back, as if it had never been."""
    from fewshot_fer.students.recalibration import undo as take_back

    found = call.library.find(student)
    entry = take_back(call.roster, found.id, calibration)
    return Answer({"student": found.id, "undone": entry}, f"Taken back: {entry.in_words}.")


@app.command()
@command(*ROSTER)
def history(call: Call, student: Who) -> Answer:
    """List a student's calibrations, oldest first."""
    from fewshot_fer.students.recalibration import history as entries_of

    found = call.library.find(student)
    entries = entries_of(call.roster, found.id)
    return Answer(
        {"student": found.id, "calibrations": entries}, lambda: view.calibrations(entries)
    )


@app.command()
@command(*ROSTER)
def compare(call: Call, student: Who, first: Calibration, second: Calibration) -> Answer:
    """Read the student's references with one calibration and with another."""
    from fewshot_fer.students.recalibration import compare as both_of

    found = call.library.find(student)
    both = both_of(call.roster, found.id, first, second)
    return Answer(
        {"student": found.id, "first": both.before, "second": both.after},
        lambda: view.scores("References", (first, second), both),
    )


def _run_class(call: Call, source: str, seconds: float) -> Answer:
    """Watch for a while, then recalibrate everyone of whom there were enough sure looks."""
    from fewshot_fer.reasons import Reason
    from fewshot_fer.sentences import sentence
    from fewshot_fer.students import documents
    from fewshot_fer.students.recalibration import Recalibrated, recalibrate_class

    looks = people.watched(call, source, seconds)
    results = recalibrate_class(call.roster, looks)
    names = {one: call.library.open(one).name for one in results}
    seen = {one: len(looks[one]) for one in results}
    done = {
        one: documents.recalibrated(came)
        for one, came in results.items()
        if isinstance(came, Recalibrated)
    }
    left = {one: sentence(why) for one, why in results.items() if isinstance(why, Reason)}
    return Answer(
        {"recalibrated": done, "left_as_is": left},
        lambda: view.class_recalibrated(results, names, seen),
    )


def _vectors(call: Call, pictures: Sequence[Picture], *, lenient: bool) -> tuple[Floats, list[str]]:
    """Vectors z [n,D] and labels of the usable pictures; strict: all must be usable."""
    from fewshot_fer.students.enrolment.gate import stacked, usable

    faces = usable(people.live_gate(call.roster), pictures, some=lenient)
    return call.roster.recogniser.vectors_of(stacked(faces)), [one.expression for one in faces]
