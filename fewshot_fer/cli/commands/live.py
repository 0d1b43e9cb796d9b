"""`fewshot-fer live`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from functools import partial
from time import sleep
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fewshot_fer.cli import people
from fewshot_fer.cli.call import Answer, Call, command, need
from fewshot_fer.cli.options import NETWORK
from fewshot_fer.cli.show import output
from fewshot_fer.cli.show.desk import Desk, Mark, Name, track_of
from fewshot_fer.cli.sources import sources_of

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    from fewshot_fer.cli.show.desk import Action
    from fewshot_fer.cli.show.keys import Keys
    from fewshot_fer.cli.show.screen import Screen
    from fewshot_fer.lesson.commands import Command, Source
    from fewshot_fer.lesson.engine import LessonEngine
    from fewshot_fer.lesson.events import LessonState, Mode
    from fewshot_fer.settings import Settings

_KEYS_S: Final = 0.1
"""How long a key waits at most while no picture comes."""
_SILENT_S: Final = 10.0
"""A lesson of so many seconds is over so much later even if no picture comes."""


@command(*NETWORK, "min_face", "port", "reads")
def live(
    call: Call,
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="A camera's number, a video, a folder of pictures, an address (rtsp://, http://), "
            "screen, screen:LEFT,TOP,WIDTH,HEIGHT, or drawn:STUDENTS; several times for several "
            "that make one class. STUDENT=SOURCE shows that student only. Else camera 0."
        ),
    ] = None,
    class_: Annotated[
        str | None,
        typer.Option(
            "--class", metavar="CLASS", help="One of your classes, or a students' folder."
        ),
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
    title: Annotated[str, typer.Option(help="What the lesson is called.")] = "",
    record_students: Annotated[
        bool,
        typer.Option("--record-students", help="Record every enrolled student's numbers too."),
    ] = False,
    browser: Annotated[
        bool, typer.Option("--browser", help="Show it in the web app instead, with the picture.")
    ] = False,
    cores: Annotated[
        float | None, typer.Option(min=0.05, help="How many processor cores it may use.")
    ] = None,
) -> None:
    """Watch a class live. Pictures are never stored; numbers only with --record.

    Only those who agreed are read; others are counted as faces, unless --reads everybody is
    allowed where you are. Shows the class as a whole; with --each every student as well. Single
    keys name a face, mark a moment, recalibrate, pause and end. Nothing leaves this machine, unless
    the setting `records` names a database elsewhere.
    """
    settings, of = people.class_meant(call, class_)
    sources = sources_of(source or ["0"], student, settings, cores)
    mode: Mode = "per_student" if record_students else "class" if record else "off"
    if browser:
        need("web")
        from fewshot_fer.cli.browser import in_browser

        in_browser(settings, sources, mode, title, of=of)
    else:
        _in_terminal(call, settings, of, sources, mode, title, seconds, each=each)


def _in_terminal(
    call: Call,
    settings: Settings,
    of: str,
    sources: Sequence[Source],
    mode: Mode,
    title: str,
    seconds: float | None,
    *,
    each: bool,
) -> None:
    """One lesson on the screen, or without one; at its end what remains of it."""
    from concurrent.futures import ThreadPoolExecutor

    from fewshot_fer.cli.show.screen import summary_of
    from fewshot_fer.lesson.commands import Pull, Rename
    from fewshot_fer.lesson.engine import LessonEngine
    from fewshot_fer.lesson.opening import OpenClass
    from fewshot_fer.records.folders import opened
    from fewshot_fer.records.store import Retention

    here = OpenClass.open(settings).opened(of)
    here.know_faces()
    if mode != "off":
        # Better now than in the middle of the lesson.
        opened(settings.records, Retention.of(settings)).close()
    with ThreadPoolExecutor(1, "reading") as worker:
        lesson = LessonEngine(here, worker, name=here.name, rests=False)
        if title:
            lesson.ask(Rename(title))
        for source in sources:
            lesson.ask(Pull(source))
        try:
            with suppress(KeyboardInterrupt):
                watching = TerminalLesson(lesson, lambda: here.members.names, mode, seconds)
                if call.as_json or not output.console().is_terminal:
                    watching.run()
                else:
                    _show(watching, each=each)
        finally:
            error = lesson.state.error
            ended = lesson.close()
            summary, recording = ended.summary, ended.recording
            if summary.frames:
                document = {**asdict(summary), "session": recording.session}
                page = partial(summary_of, summary, recording, mode, enrolled=len(here.members))
                call.show(Answer(document, page))
    for wrong in (recording.trouble, error):
        if wrong is not None:
            raise wrong


class TerminalLesson:
    """A lesson in a terminal: recorded if wanted, and keys are done as they say."""

    def __init__(
        self,
        lesson: LessonEngine,
        names: Callable[[], Mapping[str, str]],
        mode: Mode,
        seconds: float | None = None,
        *,
        sleeps: Callable[[float], None] = sleep,
    ) -> None:
        self.desk = Desk(names)
        self._lesson, self._names, self._mode, self._seconds = lesson, names, mode, seconds
        self._sleeps, self._waited = sleeps, 0.0
        self._over = False

    def run(self, keys: Keys | None = None, screen: Screen | None = None) -> None:
        """Watch until the sources are over, for so many seconds, or until somebody ends it."""
        from fewshot_fer.cli.show.screen import notes, numbered
        from fewshot_fer.lesson.commands import Record

        said: Container[object] = ()
        self._lesson.ask(Record(self._mode, when_seen=True))
        while not ((state := self._lesson.state).over or self._over or self._is_late(state)):
            while keys is not None and (key := keys.pressed()) is not None:
                faces = {face.track: (face.source, face.track) for face in numbered(state)}
                self._do(self.desk.press(key, faces), state, screen)
            if screen is not None:
                screen.update(self._lesson.state, self.desk)
            else:
                said = _say_what_is_new(notes(state), said)
            self._sleeps(_KEYS_S)
            self._waited += _KEYS_S
        if screen is None and state.error is None:
            # What ends the command is said by its error.
            _say_what_is_new(notes(state), said)

    def _is_late(self, state: LessonState) -> bool:
        if self._seconds is None:
            return False
        return state.seconds > self._seconds or self._waited > self._seconds + _SILENT_S

    def _do(self, action: Action | None, state: LessonState, screen: Screen | None) -> None:
        from fewshot_fer.lesson import commands

        words = ""
        match action:
            case Name(number, student):
                place, track = track_of(number, len(state.sources))
                key = state.sources[place].key
                words = self._asked(commands.Name(key, track, student))
                words = words or f"Face {number} is {self._called(student)}."
            case Mark(text):
                recorded = self._lesson.ask(commands.Mark(text)).result().recorded
                words = f"Marked: {text}." if recorded else "Nothing is recorded: no mark was made."
            case "recalibrate":
                words = self._recalibrated()
            case "pause":
                self._lesson.ask(commands.Pause(not state.paused)).result()
            case "end":
                self._over = True
            case "everybody" if screen is not None:
                screen.each = not screen.each
        if words and screen is not None:
            screen.say(words)

    def _called(self, student: str | None) -> str:
        return self._names().get(student or "", "nobody of the class")

    def _asked(self, command: Command[Any]) -> str:
        """Have something done; what is wrong with it, if anything."""
        from fewshot_fer.errors import FewshotFerError

        try:
            self._lesson.ask(command).result()
        except FewshotFerError as error:
            return f"{error.what} {error.next_step}".strip()
        return ""

    def _recalibrated(self) -> str:
        """What recalibrating everybody in view brought, in a line."""
        from fewshot_fer.errors import FewshotFerError
        from fewshot_fer.lesson.commands import Recalibrate

        try:
            return in_words(self._lesson.ask(Recalibrate()).result(), self._names())
        except FewshotFerError as error:
            return f"{error.what} {error.next_step}".strip()


def in_words(results: Mapping[str, object], names: Mapping[str, str]) -> str:
    """What recalibrating the class brought, for one line of a screen."""
    if not results:
        return "Nobody who is enrolled was recognised yet: nothing to recalibrate."
    from fewshot_fer.reasons import Reason

    left = sorted(names.get(who, who) for who, why in results.items() if isinstance(why, Reason))
    done = len(results) - len(left)
    rest = f" Left as they were, too few sure looks: {', '.join(left)}." if left else ""
    return f"{done} of {len(results)} recalibrated.{rest}"


def _show(watching: TerminalLesson, *, each: bool) -> None:
    """Watch with a screen and with keys."""
    from fewshot_fer.cli.show.keys import keyboard
    from fewshot_fer.cli.show.screen import Screen

    with keyboard() as keys, Screen(output.console(), each=each) as screen:
        watching.run(keys, screen)


def _say_what_is_new(notes: Mapping[object, str], before: Container[object]) -> Container[object]:
    """Without a screen, trouble of a source goes to standard error, once."""
    for trouble, note in notes.items():
        if trouble not in before:
            output.say(note)
    return notes
