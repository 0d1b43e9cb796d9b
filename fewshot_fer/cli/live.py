"""`fewshot-fer live`."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from fewshot_fer.cli import classview, options, output, panels

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from rich.console import Group, RenderableType
    from rich.text import Text

    from fewshot_fer.classroom.opening import OpenClass
    from fewshot_fer.classroom.recording import Recording
    from fewshot_fer.classroom.sources import Captured
    from fewshot_fer.classroom.summary import Summary, Summing
    from fewshot_fer.classroom.view import View
    from fewshot_fer.settings import Settings

_REFRESH_S: Final = 2.0
_LOOKS_A_SECOND: Final = 15.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel=panels.CLASS)(live)


def live(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Option(
            help="A camera's number, a video, a folder of pictures, an address (rtsp://, http://), "
            "screen, screen:LEFT,TOP,WIDTH,HEIGHT, or drawn:STUDENTS."
        ),
    ] = "0",
    class_folder: Annotated[
        Path | None,
        typer.Option("--class", metavar="FOLDER", help="The students' folder of this class."),
    ] = None,
    student: Annotated[
        str | None, typer.Option(help="The one student whom the source shows.")
    ] = None,
    each: Annotated[
        bool, typer.Option("--each", help="Show every student too, not only the class.")
    ] = False,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Stop after so long; else at the end or Ctrl-C.")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Record numbers of the class, second by second.")
    ] = False,
    record_students: Annotated[
        bool,
        typer.Option("--record-students", help="Record every enrolled student's numbers too."),
    ] = False,
    cores: Annotated[
        float | None, typer.Option(min=0.05, help="How many processor cores it may use.")
    ] = None,
    checkpoint: options.Checkpoint = None,
    precision: options.PrecisionName = None,
    threads: options.Threads = None,
    min_face: options.MinFace = None,
    as_json: options.Json = False,
) -> None:
    """Watch a class live. Pictures are never stored; numbers only with --record.

    Shows the class as a whole; with --each every student as well. Nothing leaves this machine,
    unless the setting `records` names a database elsewhere.
    """
    from fewshot_fer.classroom.opening import OpenClass
    from fewshot_fer.classroom.summary import Summing

    settings = options.settings(
        context, support_sets=class_folder, checkpoint=checkpoint, precision=precision,
        threads=threads, min_face=min_face,
    )  # fmt: skip
    pictures = _pictures(source, settings)
    here = OpenClass.open(settings)
    views = _views(here, pictures, student, seconds, cores)
    summing = Summing()
    wanted = record or record_students
    try:
        with here.recording() as recording:
            if wanted:
                recording.open()
                views = _recorded(views, recording, each=record_students)
            if as_json or not output.console().is_terminal:
                for view in views:
                    summing.add(view)
            else:
                _watch(views, summing, source, recording, each=each)
    finally:
        summary = summing.summary
        if summary.frames:
            output.show(
                {**asdict(summary), "session": recording.session},
                as_json=as_json,
                picture=lambda: _result(summary, recording),
            )


def _views(
    here: OpenClass,
    pictures: Generator[Captured],
    student: str | None,
    seconds: float | None,
    cores: float | None,
) -> Iterator[View]:
    """What is seen of a source, for so long."""
    whom = here.library.find(student).id if student is not None else None
    session = here.watch(student=whom, cores=cores)
    refreshed = 0.0
    with closing(pictures):
        for captured in pictures:
            if seconds is not None and captured.time > seconds:
                return
            if captured.time - refreshed >= _REFRESH_S:
                here.refresh()
                refreshed = captured.time
            yield session.look(captured.image, captured.time)


def _recorded(views: Iterator[View], recording: Recording, *, each: bool) -> Iterator[View]:
    """The same views; a source that shows nothing leaves no empty session."""
    for view in views:
        if not recording.running:
            recording.start(each=each)
        recording.note(view)
        yield view


def _pictures(source: str, settings: Settings) -> Generator[Captured]:
    """A source's pictures, never later than the moment: live ones, recorded ones, drawn ones."""
    from fewshot_fer.classroom.pacing import newest, paced
    from fewshot_fer.classroom.sources import is_live, open_source

    if source.partition(":")[0] == "drawn":
        return paced(_drawn(source, settings.seed))
    pictures = open_source(source, every=0.0 if Path(source).is_dir() else 1 / _LOOKS_A_SECOND)
    return newest(pictures) if is_live(source) else paced(pictures)


def _drawn(source: str, seed: int) -> Iterator[Captured]:
    """A drawn class without end, of `drawn` or `drawn:STUDENTS`."""
    from fewshot_fer.simulation.demo import drawn_pictures

    number = source.partition(":")[2] or "12"
    if not number.isdecimal() or not 1 <= int(number) <= 49:
        raise typer.BadParameter("say drawn:12, for 1 to 49 students", param_hint="--source")
    return drawn_pictures(int(number), seed, _LOOKS_A_SECOND)


# ---------------------------------------------------------------------- to look at


def _watch(
    views: Iterator[View], summing: Summing, source: str, recording: Recording, *, each: bool
) -> None:
    """Show every view until the source ends."""
    from rich.live import Live
    from rich.text import Text

    console = output.console()
    opening = Text(f"Opening {source} ...", style="dim")
    with Live(opening, console=console, refresh_per_second=10, transient=True) as screen:
        for view in views:
            summing.add(view)
            screen.update(_picture(view, source, recording, console.width, each=each))


def _picture(view: View, source: str, recording: Recording, width: int, *, each: bool) -> Group:
    from rich.console import Group
    from rich.text import Text

    minutes, seconds = divmod(int(view.time), 60)
    parts: list[RenderableType] = [
        Text(f"{source}   {minutes}:{seconds:02}   ", style="bold")
        .append_text(_recording(recording))
        .append("; Ctrl-C ends"),
        Text(),
        classview.class_bars(view.shares, 40),
    ]
    if each:
        parts += [Text(), classview.students_grid(view.seen, width)]
    parts += [Text(), Text(classview.effort_line(view.effort, view.timings), style="dim")]
    return Group(*parts)


def _recording(recording: Recording) -> Text:
    """Whether it is recorded, and what keeps it from being written just now."""
    from rich.text import Text

    if not recording.running:
        return Text("not recorded")
    said = Text(f"recording {recording.what}", style="red")
    if recording.trouble is not None:
        said.append(f" (waiting: {recording.trouble.what})", style="yellow")
    return said


def _result(summary: Summary, recording: Recording) -> Group:
    from rich.console import Group
    from rich.text import Text

    words = (
        f"{summary.seconds:.0f} seconds, {summary.frames} frames "
        f"({summary.frames_a_second:.1f} a second), at most {summary.most_faces} faces. "
        f"On average {100 * summary.coverage:.0f} % of the class was surely read."
    )
    rows = [
        (name, classview.bar(share, 40, classview.colour(name)), f"{100 * share:.0f} %")
        for name, share in summary.shares.items()
    ]
    columns = ("expression", "share of those surely read", "")
    parts: list[RenderableType] = [output.table("The class", columns, rows), Text(words)]
    if recording.session is not None:
        parts.append(Text(_where_recorded(recording)))
    return Group(*parts)


def _where_recorded(recording: Recording) -> str:
    if recording.trouble is not None:
        return f"Not all of session {recording.session} is written: {recording.trouble.what}"
    each = " --each" if recording.each else ""
    return (
        f"Recorded {recording.what} as session {recording.session}. "
        f"See it with `fewshot-fer session report {recording.session}{each}`."
    )
