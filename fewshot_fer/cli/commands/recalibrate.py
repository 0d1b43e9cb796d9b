"""`fewshot-fer recalibrate`: fit a student to today's light and lens, see what it brought."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import options, people
from fewshot_fer.cli.show import output, panels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Group
    from rich.table import Table

    from fewshot_fer.arrays import Floats
    from fewshot_fer.settings import Settings
    from fewshot_fer.students.enrolment.gate import Gate, Picture
    from fewshot_fer.students.recalibration import BeforeAfter, Entry, Recalibrated
    from fewshot_fer.students.roster import Roster

app = typer.Typer(
    no_args_is_help=True, help="Fit a student to today's light; nothing enrolled is changed."
)

Calibration = Annotated[str, typer.Argument(help="The beginning of a calibration, or none.")]


def register(whole: typer.Typer) -> None:
    """Add the group."""
    whole.add_typer(app, name="recalibrate", rich_help_panel=panels.STUDENTS)


@app.command()
def run(
    context: typer.Context,
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
    checkpoint: options.Checkpoint = None,
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """Recalibrate from a resting face, one picture of any expression, or frames of a lesson."""
    from fewshot_fer.students import shown
    from fewshot_fer.students.recalibration import recalibrate

    settings = options.settings(context, checkpoint=checkpoint, support_sets=support_sets)
    if everybody:
        _run_class(settings, source, seconds, as_json=as_json)
        return
    if student is None:
        raise typer.BadParameter("say which student, or --class")
    if sum(given is not None for given in (images or None, frames, camera)) != 1:
        raise typer.BadParameter("give one of --image, --frames or --camera")
    roster = people.roster(settings)
    gate = people.live_gate(roster)
    found = roster.library.find(student)
    labels: Sequence[str] | None
    if images:
        given = people.pictures(images)
        z, labels = _vectors(roster, gate, given, lenient=False)
        how = "one picture" if len(given) == 1 else f"{len(given)} pictures"
    elif frames is not None:
        z, labels = _vectors(
            roster, gate, people.frames_in(frames, expression or "neutral"), lenient=True
        )
        labels = labels if expression is not None else None
        how = f"frames of {expression}" if expression is not None else "frames of a lesson"
    else:
        resting = expression or "neutral"
        z, labels = _vectors(
            roster, gate, people.five_seconds(camera or "0", resting), lenient=True
        )
        how = "resting face" if resting == "neutral" else f"frames of {resting}"
    came = recalibrate(roster, found.id, z, labels, how=how)
    output.show(
        shown.recalibrated(came), as_json=as_json, picture=lambda: _brought(found.name, came)
    )


@app.command()
def undo(
    context: typer.Context,
    student: people.Who,
    calibration: Annotated[
        str | None, typer.Argument(help="The beginning of one; else the newest.")
    ] = None,
    checkpoint: options.Checkpoint = None,
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """Take a calibration back, as if it had never been."""
    from fewshot_fer.students.recalibration import undo as take_back

    settings = options.settings(context, checkpoint=checkpoint, support_sets=support_sets)
    roster = people.roster(settings)
    found = roster.library.find(student)
    entry = take_back(roster, found.id, calibration)
    output.show(
        {"student": found.id, "undone": entry},
        as_json=as_json,
        picture=lambda: output.line(f"Taken back: {entry.in_words}."),
    )


@app.command()
def history(
    context: typer.Context,
    student: people.Who,
    checkpoint: options.Checkpoint = None,
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """List a student's calibrations, oldest first."""
    from fewshot_fer.students.recalibration import history as entries_of

    settings = options.settings(context, checkpoint=checkpoint, support_sets=support_sets)
    roster = people.roster(settings)
    found = roster.library.find(student)
    entries = entries_of(roster, found.id)
    output.show(
        {"student": found.id, "calibrations": entries},
        as_json=as_json,
        picture=lambda: _history(entries),
    )


@app.command()
def compare(
    context: typer.Context,
    student: people.Who,
    first: Calibration,
    second: Calibration,
    checkpoint: options.Checkpoint = None,
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """Read the student's references with one calibration and with another."""
    from fewshot_fer.students.recalibration import compare as both_of

    settings = options.settings(context, checkpoint=checkpoint, support_sets=support_sets)
    roster = people.roster(settings)
    found = roster.library.find(student)
    both = both_of(roster, found.id, first, second)
    output.show(
        {"student": found.id, "first": both.before, "second": both.after},
        as_json=as_json,
        picture=lambda: _scores("References", (first, second), both),
    )


def _run_class(settings: Settings, source: str, seconds: float, *, as_json: bool) -> None:
    """Watch for a while, then recalibrate everyone of whom there were enough sure looks."""
    from fewshot_fer.students import shown
    from fewshot_fer.students.recalibration import Recalibrated, recalibrate_class

    roster = people.roster(settings)
    looks = people.watched(roster, source, seconds)
    results = recalibrate_class(roster, looks)
    names = {one: roster.library.open(one).name for one in results}
    done = {one: came for one, came in results.items() if isinstance(came, Recalibrated)}
    left = {one: why for one, why in results.items() if isinstance(why, str)}
    output.show(
        {
            "recalibrated": {one: shown.recalibrated(came) for one, came in done.items()},
            "left_as_is": left,
        },
        as_json=as_json,
        picture=lambda: output.table(
            "The class",
            ("student", "looks", "unsure before", "unsure after", ""),
            (
                (names[one], len(looks[one]), *_unsure(came), _advice(came))
                if isinstance(came, Recalibrated)
                else (names[one], len(looks[one]), "-", "-", f"left as it was: {came}")
                for one, came in results.items()
            ),
        ),
    )


def _unsure(came: Recalibrated) -> tuple[str, str]:
    both = came.kept_aside
    if both is None:
        return "-", "-"
    return people.percent(both.before.unsure), people.percent(both.after.unsure)


def _advice(came: Recalibrated) -> str:
    if came.helped is False:
        return f"did not help: `fewshot-fer recalibrate undo {came.student}`"
    return "helped" if came.helped else "no difference"


def _vectors(
    roster: Roster, gate: Gate, pictures: Sequence[Picture], *, lenient: bool
) -> tuple[Floats, list[str]]:
    """Vectors z [n,D] and labels of the usable pictures; strict: all must be usable."""
    from fewshot_fer.students.enrolment.gate import stacked, usable

    faces = usable(gate, pictures, some=lenient)
    return roster.recogniser.vectors_of(stacked(faces)), [one.expression for one in faces]


def _brought(name: str, came: Recalibrated) -> Group:
    from rich.console import Group

    tables = [
        _scores(title, ("before", "after"), both)
        for title, both in (
            ("Pictures set aside to test it", came.kept_aside),
            ("References, read as if taken today", came.references),
        )
        if both is not None
    ]
    first = output.line(f"{name} is recalibrated. {came.in_words}")
    better = "Better take it back" if came.helped is False else "Take it back"
    last = output.line(f"{better} with `fewshot-fer recalibrate undo {came.student}`.")
    return Group(first, *tables, last)


def _scores(title: str, columns: tuple[str, str], both: BeforeAfter) -> Table:
    before, after = both.before, both.after
    return output.table(
        title,
        ("", *columns),
        (
            ("pictures", before.pictures, after.pictures),
            ("named right", people.percent(before.right), people.percent(after.right)),
            (
                "mean probability",
                people.percent(before.confidence),
                people.percent(after.confidence),
            ),
            ("unsure", people.percent(before.unsure), people.percent(after.unsure)),
        ),
    )


def _history(entries: Sequence[Entry]) -> Table | str:
    if not entries:
        return "There is no calibration: references are read as they were taken."

    def state(entry: Entry) -> str:
        if entry.in_use:
            return "in use"
        return "set aside: another checkpoint" if entry.set_aside else ""

    return output.table(
        "Calibrations",
        ("calibration", "made", "pictures", ""),
        (
            (entry.calibration[:8], entry.in_words, entry.pictures, state(entry))
            for entry in entries
        ),
    )
