"""The screen of `live`: the class as it is seen now, and what remains of it at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Final, Self

from rich.console import Console, Group, RenderableType
from rich.text import Text

from fewshot_fer.cli.show import classview, output
from fewshot_fer.cli.show.desk import number_of
from fewshot_fer.expressions import BASIC
from fewshot_fer.palette import colour

if TYPE_CHECKING:
    from rich.live import Live

    from fewshot_fer.cli.show.desk import Desk
    from fewshot_fer.lesson.events import LessonState, Mode, RecordingState
    from fewshot_fer.records.summary import Summary
    from fewshot_fer.records.views import Seen

_SAID_FOR_S: Final = 8.0
_WHAT: Final[Mapping[Mode, str]] = {
    "off": "nothing", "class": "the class", "per_student": "the class and every student",
}  # fmt: skip
_FEW: Final = 0.25
"""Where less of the class was clearly read, that comes before all shares."""


class Screen:
    """Draws on the terminal; it leaves nothing behind."""

    def __init__(self, console: Console, *, each: bool) -> None:
        from rich.live import Live

        self.each = each
        """Everybody, not only the class."""
        self._console = console
        self._live: Live = Live(
            Text("Opening ...", style="dim"), console=console, refresh_per_second=10, transient=True
        )
        self._said, self._said_at = "", 0.0

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def say(self, words: str) -> None:
        """Show something for a few seconds."""
        self._said, self._said_at = words, monotonic()

    def update(self, state: LessonState, desk: Desk) -> None:
        """Draw what is seen now."""
        said = self._said if monotonic() - self._said_at < _SAID_FOR_S else ""
        size = self._console.width, self._console.height
        self._live.update(picture(state, desk, *size, said=said, each=self.each))


def picture(
    state: LessonState, desk: Desk, width: int, height: int, *, said: str = "", each: bool = False
) -> Group:
    """The class, everybody if wanted, trouble, and what the keys mean, in so many lines."""
    end: list[RenderableType] = [Text(note, style="yellow") for note in notes(state).values()]
    if said:
        end.append(Text(said, style="bold"))
    end.append(Text(desk.line, style="bold" if desk.naming else "dim"))
    view = state.view
    if view is None:
        head = _head(state) if state.seconds else Text("Waiting for the first picture ...", "dim")
        return Group(head, *end)
    parts: list[RenderableType] = [
        _head(state),
        Text(),
        classview.class_bars(view.shares, 40),
        Text(classview.effort_line(view.effort, view.timings), style="dim"),
    ]
    room = height - len(BASIC) - 5 - len(end)
    faces = numbered(state)
    if desk.naming:
        shown = [source for source in state.sources if source.faces] or state.sources
        for source in shown:
            theirs = [face for face in faces if face.source == source.key]
            lines = min(12, max(2, room // len(shown) - 1))
            sketch = classview.places(theirs, source.size, min(width, 72), lines)
            parts += [Text(source.key, style="dim"), sketch]
    elif each:
        parts += [Text(), classview.students_grid(faces, width, rows=max(1, room))]
    return Group(*parts, *end)


def notes(state: LessonState) -> dict[object, str]:
    """What is to be said of the sources now, in plain words, by what it is about."""
    said: dict[object, str] = {
        (source.key, source.reason.code if source.reason else source.said): (
            f"{source.key}: {source.said}"
        )
        for source in state.sources
        if source.said
    }
    if state.library is not None:
        said["library"] = f"the students' folder: {state.library.what}"
    return said


def numbered(state: LessonState) -> list[Seen]:
    """The faces of the view, with numbers that mean one face of one source."""
    places = {source.key: place for place, source in enumerate(state.sources)}
    seen = state.view.seen if state.view is not None else ()
    return [
        replace(face, track=number_of(places[face.source], face.track, len(places)))
        for face in seen
        if face.source in places
    ]


def _head(state: LessonState) -> Text:
    minutes, seconds = divmod(int(state.seconds), 60)
    return Text(f"{minutes}:{seconds:02}   ", style="bold").append_text(_recorded(state))


def _recorded(state: LessonState) -> Text:
    """Whether it is recorded, and what keeps it from being written just now."""
    recording = state.recording
    if state.paused:
        return Text("paused: nothing is recorded", style="yellow")
    if recording.mode == "off":
        return Text("not recorded")
    said = Text(f"recording {_WHAT[recording.mode]}", style="red")
    if recording.trouble is not None:
        said.append(f" (waiting: {recording.trouble.what})", style="yellow")
    return said


# ---------------------------------------------------------------------- the end


def summary_of(summary: Summary, recording: RecordingState, mode: Mode, *, enrolled: int) -> Group:
    """What remains of a lesson: how much was clearly read, then what that was."""
    words = (
        f"{summary.seconds:.0f} seconds, {summary.frames} frames "
        f"({summary.frames_a_second:.1f} a second), at most {summary.most_faces} faces."
    )
    parts: list[RenderableType] = [Text(words), Text(_coverage(summary, enrolled), style="bold")]
    if summary.shares:
        columns = ("expression", "share of the sure looks", "")
        rows = (
            (name, classview.bar(share, 40, colour(name)), f"{100 * share:.0f} %")
            for name, share in summary.shares.items()
        )
        parts.append(output.table("The class", columns, rows))
    if recording.session is not None:
        parts.append(Text(_where_recorded(recording, mode)))
    return Group(*parts)


def _coverage(summary: Summary, enrolled: int) -> str:
    share = f"{100 * summary.coverage:.0f} %"
    start = f"Only {share}" if summary.coverage >= 0.005 else "None"
    if summary.coverage >= _FEW:
        return f"{share} of the looks were sure; the shares below are of these."
    if not enrolled:
        return (
            f"{start} of the looks were sure: nobody is enrolled yet. Enrol the class with "
            "`fewshot-fer enroll`, and their faces are read as they show it themselves."
        )
    return (
        f"{start} of the looks were sure: too little to say anything of the class. Look at "
        "the light and the camera, enrol who is missing, or recalibrate (key r)."
    )


def _where_recorded(recording: RecordingState, mode: Mode) -> str:
    if recording.trouble is not None:
        return f"Not all of session {recording.session} is written: {recording.trouble.what}"
    each = " --each" if mode == "per_student" else ""
    return (
        f"Recorded {_WHAT[mode]} as session {recording.session}. "
        f"See it with `fewshot-fer session report {recording.session}{each}`."
    )
