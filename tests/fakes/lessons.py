"""A class of coloured squares that is watched by the one engine, on a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Semaphore
from typing import Any, cast

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.errors import LibraryError
from fewshot_fer.lesson.commands import Leave, Results, Source
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.events import CheckIns, Kept, LessonState, Looked, Skipped
from fewshot_fer.lesson.naming import OneStudent
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.lesson.sources import Captured, Pictures
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.records.recording import SessionWriter
from fewshot_fer.records.views import View
from fewshot_fer.students.store.records import EVERY, Purposes
from tests.lesson.colours import FINE, Colours, Places, Pupils, picture

WAIT = 20.0
TOO_FEW = Reason(Code.TOO_FEW_SURE)
CLASS = {"a": "Ada", "b": "Bo", "c": "Cem"}


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Pupil:
    id: str
    purposes: Purposes = EVERY


@dataclass
class Hall:
    """Where lessons are held: squares for faces, and a record in a file."""

    records: str = "sqlite:///records.db"
    members: Pupils = field(default_factory=lambda: Pupils(CLASS))
    refreshed: int = 0
    broken: bool = False
    """Whether the students' folder cannot be read."""
    recalibrated: list[list[str]] = field(default_factory=list)
    begun: int = 0
    slow: Event | None = None
    """Sessions of the record begin once it is set."""

    def opened(self, name: str) -> Hall:
        return self

    def watch(self, source: Source) -> ClassSession:
        namer = OneStudent(source.student) if source.student is not None else source.namer
        return ClassSession(Colours(), self.members, follower=Places(), assess=FINE, namer=namer)

    def refresh(self) -> None:
        self.refreshed += 1
        if self.broken:
            raise LibraryError("A student's page is damaged.")

    def recalibrate(self, looks: Mapping[str, Floats], *, resting: bool) -> Results:
        if self.broken:
            raise LibraryError("The students' folder is busy.", next_step="Try again.")
        self.recalibrated.append(sorted(looks))
        return dict.fromkeys(looks, TOO_FEW)

    def begin_recording(self, name: str, *, per_student: bool) -> SessionWriter:
        self.begun += 1
        if self.slow is not None:
            assert self.slow.wait(WAIT)
        return SessionWriter.begin(self.records, self, name, per_student=per_student)

    def go_on_recording(self, kept: Kept) -> SessionWriter:
        each = kept.mode == "per_student"
        session, began = kept.session or 0, kept.session_began
        return SessionWriter.go_on(self.records, self, session, began, per_student=each)

    def check_ins(self, session: int) -> CheckIns:
        return ({"session": session},)

    def students(self) -> list[Pupil]:
        return [Pupil(one, self.members.purposes(one)) for one in self.members.names]


@dataclass
class Slow(Hall):
    """Looks take until they are let go; who looked at what is noted."""

    begun_looks: Semaphore = field(default_factory=lambda: Semaphore(0))
    go_on: Event = field(default_factory=Event)
    seen: list[Any] = field(default_factory=list)

    def watch(self, source: Source) -> ClassSession:
        inner = super().watch(source)
        look = inner.look

        def slowly(frame: Bytes, time: float) -> View:
            self.seen.append(int(frame[25, 20, 0]))
            self.begun_looks.release()
            assert self.go_on.wait(WAIT)
            return look(frame, time)

        inner.look = slowly  # type: ignore[method-assign]
        return inner


@dataclass
class Held:
    """A lesson under way."""

    lesson: LessonEngine
    clock: Clock

    @property
    def state(self) -> LessonState:
        return self.lesson.state

    def settle(self, seconds: float = 0.25) -> LessonState:
        """Let time pass, and whatever is due be done."""
        self.clock.now += seconds
        for _ in range(2):
            self.lesson.ask(Leave("nobody")).result(WAIT)
        return self.lesson.state

    def show(self, *expressions: str | None, source: Source | str = "class") -> Looked | Skipped:
        """One picture of squares, and what was said to it."""
        one = Source(source) if isinstance(source, str) else source
        return self.lesson.offer(one, picture(expressions)).result(WAIT)

    def until_over(self, count: int, tries: int = 1000) -> LessonState:
        """Until so many sources are over."""
        pause = Event()
        for _ in range(tries):
            if sum(source.over for source in self.state.sources) >= count:
                break
            pause.wait(0.01)
        return self.state


@contextmanager
def held(host: Any = None, *, workers: int = 1, **more: Any) -> Iterator[Held]:
    """A lesson that is ended in the end."""
    clock = Clock()
    with ThreadPoolExecutor(workers) as pool:
        lesson = LessonEngine(
            cast("Any", host or Hall()), pool, clock=more.pop("clock", clock), **more
        )
        try:
            yield Held(lesson, clock)
        finally:
            lesson.close()


def showing(
    images: Sequence[Bytes], go_on: Event | None = None, error: Exception | None = None
) -> Pictures:
    """A source's pictures at once, then nothing until it may go on to its end."""
    for image in images:
        yield Captured(image, 0.0)
    if go_on is not None:
        go_on.wait(WAIT)
    if error is not None:
        raise error


def looked(answer: Looked | Skipped) -> Looked:
    """The answer, which must not be that it was skipped."""
    assert isinstance(answer, Looked), answer
    return answer


def done(future: Future[Any]) -> Any:
    return cast("Any", future.result(WAIT))
