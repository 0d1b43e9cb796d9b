"""The screen of `live`: the class as it is seen now, and what remains of it at the end."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Final, Protocol, Self

from fewshot_fer.cli.show import classview, output

if TYPE_CHECKING:
    from rich.console import Console, Group, RenderableType
    from rich.live import Live
    from rich.text import Text

    from fewshot_fer.cli.show.desk import Desk
    from fewshot_fer.lesson.live import LiveClass
    from fewshot_fer.records.recording import Recording
    from fewshot_fer.records.summary import Summary

_SAID_FOR_S: Final = 8.0
_FEW: Final = 0.25
"""Where less of the class was surely read, that comes before all shares."""


class Shown(Protocol):
    """What the screen shows of a lesson beside the class."""

    @property
    def desk(self) -> Desk:
        """What the keys mean now."""
        ...

    @property
    def recording(self) -> Recording:
        """What is recorded."""
        ...

    @property
    def paused(self) -> bool:
        """Whether nothing is counted now."""
        ...


class Screen:
    """Draws on the terminal; it leaves nothing behind."""

    def __init__(self, console: Console, *, each: bool) -> None:
        from rich.live import Live
        from rich.text import Text

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

    def update(self, shown: Shown, live: LiveClass) -> None:
        """Draw what is seen now."""
        said = self._said if monotonic() - self._said_at < _SAID_FOR_S else ""
        self._live.update(
            picture(
                shown, live, self._console.width, self._console.height, said=said, each=self.each
            )
        )


def picture(
    shown: Shown, live: LiveClass, width: int, height: int, *, said: str = "", each: bool = False
) -> Group:
    """The class, everybody if wanted, trouble, and what the keys mean, in so many lines."""
    from rich.console import Group
    from rich.text import Text

    view, naming = live.view, shown.desk.naming
    end: list[RenderableType] = [Text(note, style="yellow") for note in live.notes()]
    if said:
        end.append(Text(said, style="bold"))
    end.append(Text(shown.desk.line, style="bold" if naming else "dim"))
    if view is None:
        return Group(Text("Waiting for the first picture ...", style="dim"), *end)
    parts: list[RenderableType] = [
        _head(shown, view.time),
        Text(),
        classview.class_bars(view.shares, 40),
        Text(classview.effort_line(view.effort, view.timings), style="dim"),
    ]
    room = height - len(classview.COLOURS) - 5 - len(end)
    if naming:
        sources = sorted({face.source for face in view.seen})
        for source in sources:
            faces = [face for face in view.seen if face.source == source]
            lines = min(12, max(2, room // len(sources) - 1))
            sketch = classview.places(faces, live.size_of(source), min(width, 72), lines)
            parts += [Text(source, style="dim"), sketch]
    elif each:
        parts += [Text(), classview.students_grid(view.seen, width, rows=max(1, room))]
    return Group(*parts, *end)


def _head(shown: Shown, time: float) -> Text:
    from rich.text import Text

    minutes, seconds = divmod(int(time), 60)
    return Text(f"{minutes}:{seconds:02}   ", style="bold").append_text(_recorded(shown))


def _recorded(shown: Shown) -> Text:
    """Whether it is recorded, and what keeps it from being written just now."""
    from rich.text import Text

    recording = shown.recording
    if shown.paused:
        return Text("paused: nothing is recorded", style="yellow")
    if not recording.running:
        return Text("not recorded")
    said = Text(f"recording {recording.what}", style="red")
    if recording.trouble is not None:
        said.append(f" (waiting: {recording.trouble.what})", style="yellow")
    return said


# ---------------------------------------------------------------------- the end


def summary_of(summary: Summary, recording: Recording, *, enrolled: int) -> Group:
    """What remains of a lesson: how much was surely read, then what that was."""
    from rich.console import Group
    from rich.text import Text

    words = (
        f"{summary.seconds:.0f} seconds, {summary.frames} frames "
        f"({summary.frames_a_second:.1f} a second), at most {summary.most_faces} faces."
    )
    parts: list[RenderableType] = [Text(words), Text(_coverage(summary, enrolled), style="bold")]
    if summary.shares:
        columns = ("expression", "share of the sure looks", "")
        rows = (
            (name, classview.bar(share, 40, classview.colour(name)), f"{100 * share:.0f} %")
            for name, share in summary.shares.items()
        )
        parts.append(output.table("The class", columns, rows))
    if recording.session is not None:
        parts.append(Text(_where_recorded(recording)))
    return Group(*parts)


def _coverage(summary: Summary, enrolled: int) -> str:
    share = f"{100 * summary.coverage:.0f} %" if summary.coverage >= 0.005 else "none"
    if summary.coverage >= _FEW:
        return f"{share} of the looks were sure; the shares below are of these."
    if not enrolled:
        return (
            f"Only {share} of the looks were sure: nobody is enrolled yet. Enrol the class with "
            "`fewshot-fer enroll`, and their faces are read as they show it themselves."
        ).replace("Only none", "None")
    return (
        f"Only {share} of the looks were sure: too little to say anything of the class. Look at "
        "the light and the camera, enrol who is missing, or recalibrate (key r)."
    ).replace("Only none", "None")


def _where_recorded(recording: Recording) -> str:
    if recording.trouble is not None:
        return f"Not all of session {recording.session} is written: {recording.trouble.what}"
    each = " --each" if recording.each else ""
    return (
        f"Recorded {recording.what} as session {recording.session}. "
        f"See it with `fewshot-fer session report {recording.session}{each}`."
    )
