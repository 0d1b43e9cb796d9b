"""`fewshot-fer live`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from fewshot_fer.cli import options
from fewshot_fer.cli.show import output
from fewshot_fer.cli.show.desk import Desk, Mark, Name

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from fewshot_fer.cli.show.desk import Action
    from fewshot_fer.cli.show.keys import Keys
    from fewshot_fer.cli.show.screen import Screen
    from fewshot_fer.lesson.live import LiveClass, Source
    from fewshot_fer.lesson.opening import OpenClass
    from fewshot_fer.lesson.sources import Captured
    from fewshot_fer.records.recording import Recording
    from fewshot_fer.records.views import View
    from fewshot_fer.settings import Settings

_LOOKS_A_SECOND: Final = 15.0
_KEYS_S: Final = 0.1
"""How long a key waits at most while no picture comes."""
_SILENT_S: Final = 10.0
"""A lesson of so many seconds is over so much later even if no picture comes."""


def live(
    context: typer.Context,
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="A camera's number, a video, a folder of pictures, an address (rtsp://, http://), "
            "screen, screen:LEFT,TOP,WIDTH,HEIGHT, or drawn:STUDENTS; several times for several "
            "that make one class. STUDENT=SOURCE shows that student only. Else camera 0."
        ),
    ] = None,
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
    browser: Annotated[
        bool, typer.Option("--browser", help="Show it in the web app instead, with the picture.")
    ] = False,
    cores: Annotated[
        float | None, typer.Option(min=0.05, help="How many processor cores it may use.")
    ] = None,
    checkpoint: options.Checkpoint = None,
    precision: options.PrecisionName = None,
    threads: options.Threads = None,
    min_face: options.MinFace = None,
    port: options.Port = None,
    as_json: options.Json = False,
) -> None:
    """Watch a class live. Pictures are never stored; numbers only with --record.

    Shows the class as a whole; with --each every student as well. Single keys name a face, mark a
    moment, recalibrate, pause and end. Nothing leaves this machine, unless the setting `records`
    names a database elsewhere.
    """
    from fewshot_fer.cli.show.screen import summary_of
    from fewshot_fer.lesson.live import LiveClass
    from fewshot_fer.lesson.opening import OpenClass

    settings = options.settings(
        context, support_sets=class_folder, checkpoint=checkpoint, precision=precision,
        threads=threads, min_face=min_face, port=port,
    )  # fmt: skip
    sources = _sources(source or ["0"], student, settings)
    if browser:
        _in_browser(settings, sources, record=record or record_students, each=record_students)
        return
    here = OpenClass.open(settings)
    with here.recording() as recording:
        if record or record_students:
            recording.open()
        lesson = _Lesson(here, recording, wanted=record or record_students, each=record_students)
        try:
            with LiveClass(here, sources, cores=cores) as watched, suppress(KeyboardInterrupt):
                if as_json or not output.console().is_terminal:
                    lesson.run(watched, seconds)
                else:
                    _show(lesson, watched, seconds, each=each)
            recording.stop()
        finally:
            summary = lesson.summing.summary
            if summary.frames:
                output.show(
                    {**asdict(summary), "session": recording.session},
                    as_json=as_json,
                    picture=lambda: summary_of(summary, recording, enrolled=len(here.members)),
                )
    if watched.error is not None:
        raise watched.error


class _Lesson:
    """One lesson: every view is counted and, if wanted, recorded; keys are done as they say."""

    def __init__(self, here: OpenClass, recording: Recording, *, wanted: bool, each: bool) -> None:
        from fewshot_fer.records.summary import Summing

        self.summing = Summing()
        self.recording = recording
        self.desk = Desk(lambda: here.members.names)
        self.paused = False
        self._here = here
        self._wanted, self._each = wanted, each
        self._over = False

    def run(
        self,
        live: LiveClass,
        seconds: float | None,
        keys: Keys | None = None,
        screen: Screen | None = None,
    ) -> None:
        """Watch until the sources are over, for so many seconds, or until somebody ends it."""
        said: list[str] = []
        while not (live.over or self._over):
            view = live.look(_KEYS_S)
            if view is not None:
                if seconds is not None and view.time > seconds:
                    return
                self._take(view)
            elif seconds is not None and live.elapsed > seconds + _SILENT_S:
                return
            while keys is not None and (key := keys.pressed()) is not None:
                faces = [face.track for face in live.view.seen] if live.view else []
                self._do(self.desk.press(key, faces), live, screen)
            if screen is not None:
                screen.update(self, live)
            else:
                # What ends the command is said by its error.
                said = _say_what_is_new(live.notes() if live.error is None else [], said)

    def _take(self, view: View) -> None:
        if self._wanted and not self.recording.running and not self.paused:
            # A source that shows nothing leaves no empty session.
            self.recording.start(each=self._each)
        self.recording.note(view)
        if not self.paused:
            self.summing.add(view)

    def _do(self, action: Action | None, live: LiveClass, screen: Screen | None) -> None:
        words = ""
        match action:
            case Name(number, student):
                live.name(number, student)
                who = self._here.members.names.get(student or "", "nobody of the class")
                words = f"Face {number} is {who}."
            case Mark(text):
                marked = self.recording.mark(text)
                words = f"Marked: {text}." if marked else "Nothing is recorded: no mark was made."
            case "recalibrate":
                words = self._recalibrated(live)
            case "pause":
                self.paused = not self.paused
                (self.recording.pause if self.paused else self.recording.resume)()
            case "end":
                self._over = True
            case "everybody" if screen is not None:
                screen.each = not screen.each
        if words and screen is not None:
            screen.say(words)

    def _recalibrated(self, live: LiveClass) -> str:
        from fewshot_fer.errors import FewshotFerError
        from fewshot_fer.lesson.live import in_words

        try:
            return in_words(self._here.recalibrate(live.looks()), self._here.members.names)
        except FewshotFerError as error:
            return f"{error.what} {error.next_step}".strip()


def _show(lesson: _Lesson, live: LiveClass, seconds: float | None, *, each: bool) -> None:
    """Watch with a screen and with keys."""
    from fewshot_fer.cli.show.keys import keyboard
    from fewshot_fer.cli.show.screen import Screen

    with keyboard() as keys, Screen(output.console(), each=each) as screen:
        lesson.run(live, seconds, keys, screen)


def _say_what_is_new(notes: list[str], before: list[str]) -> list[str]:
    """Without a screen, trouble of a source goes to standard error, once."""
    for note in notes:
        # "for 5 s" grows all the time and is no news.
        if note.split(" for ")[0] not in before:
            output.console(stderr=True).print(note, markup=False)
    return [note.split(" for ")[0] for note in notes]


# ---------------------------------------------------------------------- sources


def _in_browser(settings: Settings, sources: Sequence[Source], *, record: bool, each: bool) -> None:
    try:
        from fewshot_fer.cli.browser import in_browser

        in_browser(settings, sources, record=record, each=each)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("fewshot_fer"):
            raise
        from fewshot_fer.errors import ServerError

        raise ServerError(
            f"The web app needs a library that is not installed: {error.name}.",
            next_step="Install it with `pip install 'fewshot-fer[web]'`, or leave --browser out.",
        ) from error


def _sources(given: Sequence[str], student: str | None, settings: Settings) -> list[Source]:
    """Every source with its pictures; `anna=rtsp://...` shows Anna only."""
    from fewshot_fer.lesson.live import Source
    from fewshot_fer.lesson.sources import without_password
    from fewshot_fer.students.store.library import Library

    library = Library(settings.support_sets)

    if student is not None and len(given) > 1:
        raise typer.BadParameter("with several sources say STUDENT=SOURCE", param_hint="--student")
    found = []
    for one in given:
        whom, source = (student, one) if student is not None else _whose(one)
        known = library.find(whom) if whom is not None else None
        called = f"camera {source}" if source.isdecimal() else without_password(source)
        name = known.name if known is not None else called
        found.append(Source(name, _pictures(source, settings), known.id if known else None))
    return found


def _whose(source: str) -> tuple[str | None, str]:
    """The student whom a source shows, where that is said before a `=`."""
    student, equals, rest = source.partition("=")
    if not equals or not student or not rest or any(sign in student for sign in "/:\\"):
        return None, source
    return (None, source) if Path(source).exists() else (student, rest)


def _pictures(source: str, settings: Settings) -> Generator[Captured]:
    """A source's pictures at the speed at which they were taken."""
    from fewshot_fer.lesson.pacing import paced
    from fewshot_fer.lesson.sources import is_live, open_source

    if source.partition(":")[0] == "drawn":
        return paced(_drawn(source, settings.seed))
    pictures = open_source(source, every=0.0 if Path(source).is_dir() else 1 / _LOOKS_A_SECOND)
    return pictures if is_live(source) else paced(pictures)


def _drawn(source: str, seed: int) -> Iterator[Captured]:
    """A drawn class without end, of `drawn` or `drawn:STUDENTS`."""
    from fewshot_fer.drawn.demo import drawn_pictures

    number = source.partition(":")[2] or "12"
    if not number.isdecimal() or not 1 <= int(number) <= 49:
        raise typer.BadParameter("say drawn:12, for 1 to 49 students", param_hint="--source")
    return drawn_pictures(int(number), seed, _LOOKS_A_SECOND)
