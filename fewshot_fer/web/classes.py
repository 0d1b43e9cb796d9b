"""A class that is watched now: pictures of several sources in, one picture of the class out.

Pictures are read by worker threads. A pulse puts the newest views of all sources together a few
times a second: that is what is recorded, shown to every viewer and drawn as the timeline.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Final, Protocol

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.classroom.health import Health
from fewshot_fer.classroom.merging import Part, merged
from fewshot_fer.classroom.naming import Namer, OneStudent
from fewshot_fer.classroom.opening import OpenClass
from fewshot_fer.classroom.recording import Recording
from fewshot_fer.classroom.records.seconds import Seconds
from fewshot_fer.classroom.records.values import Mark
from fewshot_fer.classroom.session import ClassSession
from fewshot_fer.classroom.view import ClassShares, View
from fewshot_fer.errors import FaceError, FewshotFerError, RecordError, SourceError
from fewshot_fer.faces.follower import FaceFollower, Rhythm
from fewshot_fer.images import decode_image
from fewshot_fer.web import wire
from fewshot_fer.web.byface import ByFace
from fewshot_fer.web.checking import EVERY_S
from fewshot_fer.web.newest import NewestWins
from fewshot_fer.web.timeline import STEP_S, Timeline
from fewshot_fer.web.viewing import Sent, Viewer
from fewshot_fer.web.wire import Message

_log = logging.getLogger(__name__)
_PULSE_S: Final = 0.2
_STATE_S: Final = 1.0
_FRESH_S: Final = 2.0
"""A source that has sent nothing for so long counts for nothing, ..."""
_FRESH_GAPS: Final = 3.0
"""... unless its pictures come as slowly as that anyway."""
_GONE_S: Final = 60.0
_FORSAKEN_S: Final = 30 * 60.0
"""A class that nobody sends pictures to or watches ends after so long; no break lasts longer."""
_ONE_FACE: Final = Rhythm(sweep=1.5)
"""Before a student's own camera new faces are rare, and searching for them costs most."""
_PACE: Final = 0.1
"""The share of a surprise that corrects what is told of a source's speed."""
_PLACES: Final = 1_000_000
"""More sources than a class ever has, so that every face has a number of its own."""


class Host(Protocol):
    """What a class needs of the service."""

    jobs: NewestWins[Message]

    def now(self) -> float:
        """The wall clock."""
        ...

    def clock(self) -> float:
        """Seconds that never go back."""
        ...

    def opened(self) -> OpenClass:
        """Recogniser, library and members; waits until they are there."""
        ...

    def recording(self, name: str) -> Recording:
        """What may be written down of a class."""
        ...

    def check_ins(self, session: int) -> tuple[Message, ...]:
        """Who is worth a check-in in a session that is recorded."""
        ...


@dataclass(slots=True, eq=False)
class Source:
    """One stream of pictures."""

    key: str
    student: str | None
    place: int
    """Which of all the sources it is."""
    session: ClassSession | None = None
    view: View | None = None
    size: tuple[int, int] = (0, 0)
    last: float = 0.0
    """When a picture last came."""
    gap: float | None = None
    """Seconds between two answers, smoothed."""
    took: float = 0.0
    """Seconds from a picture's arrival to its answer, smoothed."""
    health: Health = field(default_factory=Health)
    lock: Lock = field(default_factory=Lock)
    """Held while the session is used."""

    @property
    def patience(self) -> float:
        """What was seen counts for so many seconds."""
        return max(_FRESH_S, _FRESH_GAPS * (self.gap or 0.0))

    @property
    def kind(self) -> str:
        """`gallery`, `device` or `drawn`."""
        return self.key.partition(":")[0]


@dataclass(frozen=True, slots=True)
class SourceState:
    """A stream of pictures, for whoever asks."""

    key: str
    kind: str
    student: str | None
    faces: int
    a_second: float
    ms: float
    said: str | None
    """What is wrong with it, if anything."""


@dataclass(frozen=True, slots=True)
class ClassState:
    """A class at a moment."""

    id: str
    name: str
    started: float
    seconds: float
    paused: bool
    ended: bool
    recording: bool
    each: bool
    """Every student is recorded, not only the class."""
    session: int | None
    """The number in the record."""
    trouble: str | None
    """Why what was seen is not in the record yet."""
    sources: tuple[SourceState, ...]
    viewers: int
    present: tuple[str, ...]
    """Students who are seen now."""
    shares: ClassShares
    marks: tuple[Mark, ...]


class RunningClass:
    """One class; every method may be called from any thread."""

    def __init__(self, id_: str, name: str, host: Host) -> None:
        self.id = id_
        self.name = name
        self.started = host.now()
        self.timeline = Timeline()
        self.ended = False
        self.draws = False
        """Whether a drawn class sits in it."""
        self.check_ins: tuple[Message, ...] = ()
        """Who is worth a check-in; only where every student is recorded."""
        self._host = host
        self._began = host.clock()
        self._recording = host.recording(name)
        self._sources: dict[str, Source] = {}
        self._places = 0
        self._left = 0.0
        """When the last who left did."""
        self._viewers: list[Viewer] = []
        self._marks: list[Mark] = []
        self.paused = False
        self._seconds = Seconds(each=False)
        self._shares = ClassShares({}, 0, 0)
        self._view: View | None = None
        self._lock = Lock()
        self._over = Event()
        self._on_end: list[Callable[[], None]] = []
        self._pulse = Thread(target=self._beat, name=f"class-{id_}", daemon=True)
        self._pulse.start()

    # ------------------------------------------------------------------ pictures in

    @property
    def time(self) -> float:
        """Seconds since the class began."""
        return self._host.clock() - self._began

    def offer(
        self,
        source: str,
        jpeg: bytes,
        student: str | None = None,
        *,
        namer: Callable[[], Namer | None] | None = None,
    ) -> Future[Message]:
        """Have a picture read; the newest of a source wins, the others are answered `skipped`.

        A source is called `gallery:…` (many faces), `device:…` (one `student`) or `drawn:…`.
        Raises ImageError where the bytes must not be decoded.
        """
        size = wire.size_of(jpeg)
        if self.ended or self.paused:
            return _done(wire.skipped("ended" if self.ended else "paused"))
        came = self.time
        one = self._source(source, student)
        one.last = came
        return self._host.jobs.submit(
            (self.id, source), lambda: self._read(one, jpeg, size, came, namer)
        )

    def leave(self, source: str) -> None:
        """A source is no more."""
        self._host.jobs.drop((self.id, source))
        with self._lock:
            if self._sources.pop(source, None) is not None:
                self._left = self.time

    def _source(self, key: str, student: str | None) -> Source:
        with self._lock:
            found = self._sources.get(key)
            if found is None or found.student != student:
                self._places += 1
                found = self._sources[key] = Source(key, student, self._places)
                found.health.begin(self.time)
            return found

    def _read(
        self,
        source: Source,
        jpeg: bytes,
        size: tuple[int, int],
        came: float,
        namer: Callable[[], Namer | None] | None,
    ) -> Message:
        """In a worker: decode, look, tell everybody."""
        if self.ended or self.paused:
            return wire.skipped("ended" if self.ended else "paused")
        image = decode_image(jpeg, max_pixels=wire.MOST_PIXELS)
        try:
            view = self._look(source, image, came, namer)
        except FewshotFerError:
            raise
        except Exception as error:
            # A mistake of ours costs this source what it remembers, never the lesson.
            _log.exception("a picture could not be read")
            source.session = None
            raise FaceError("This picture could not be read.", next_step="Go on.") from error
        done = self.time
        if source.view is not None:
            gap = came - source.view.time
            source.gap = gap if source.gap is None else source.gap + _PACE * (gap - source.gap)
        source.took += (1.0 if source.view is None else _PACE) * (done - came - source.took)
        source.view, source.size = view, size
        message = wire.view_message(view, size, ms=1000 * (done - came))
        message["source"] = source.key
        message["recording"] = self._recording.running and not self._recording.paused
        message["paused"] = self.paused
        if source.kind != "device":
            self._show(source.key, Sent(message, jpeg))
        return message

    def _look(
        self,
        source: Source,
        image: Bytes,
        time: float,
        namer: Callable[[], Namer | None] | None,
    ) -> View:
        opened = self._host.opened()
        with source.lock:
            if source.session is None:
                who: Namer | None = ByFace(lambda: self._host.opened().namer())
                if namer is not None:
                    who = namer()
                elif source.student is not None:
                    who = OneStudent(source.student)
                rhythm = None if source.student is None else _ONE_FACE
                follower = FaceFollower(opened.recognizer.detector, rhythm=rhythm)
                source.session = ClassSession(
                    opened.recognizer, opened.members, follower=follower, namer=who
                )
            source.health.picture(image, time)
            return source.session.look(image, time)

    @property
    def alone(self) -> float:
        """For so many seconds nobody has sent a picture or watched; who is drawn is nobody."""
        with self._lock:
            if self._viewers or any(one.kind != "drawn" for one in self._sources.values()):
                return 0.0
            return self.time - self._left

    # ------------------------------------------------------------------ viewers

    def subscribe(self, *, without: str | None = None) -> Viewer:
        """Watch: an async iterator of what is seen; close it with `unsubscribe`."""
        viewer = Viewer(without)
        with self._lock:
            self._viewers.append(viewer)
        viewer.show("state", Sent(self.state_message(0)))
        return viewer

    def unsubscribe(self, viewer: Viewer) -> None:
        """A viewer is gone."""
        viewer.close()
        with self._lock, suppress(ValueError):
            self._viewers.remove(viewer)
            self._left = self.time

    @property
    def viewers(self) -> tuple[Viewer, ...]:
        """Who watches now."""
        with self._lock:
            return tuple(self._viewers)

    def _show(self, key: str, sent: Sent) -> None:
        for viewer in self.viewers:
            viewer.show(key, sent)

    def tell(self, message: Message) -> None:
        """Tell every viewer what happened."""
        for viewer in self.viewers:
            viewer.note(message)

    # ------------------------------------------------------------------ what a teacher does

    def say_who(self, source: str, track: int, student: str | None) -> None:
        """Name a face (None: nobody of the class)."""
        with self._lock:
            one = self._sources.get(source)
        if one is None or one.session is None:
            raise SourceError("This picture is not there any more.", where=source)
        if student is not None:
            self._host.opened().library.open(student)
        with one.lock:
            one.session.name(track, student)

    def forget_who_left(self) -> None:
        """Drop what is remembered of those who are not enrolled any more."""
        for source in self.sources:
            with source.lock:
                if source.session is not None:
                    source.session.forget_who_left()

    def mark(self, text: str) -> Mark:
        """Mark this moment; it goes into the record where one is kept."""
        mark = Mark(int(self.time), " ".join(text.split())[:200])
        self._recording.mark(text)
        with self._lock:
            self._marks.append(mark)
        return mark

    def pause(self) -> None:
        """Look at nothing and record nothing until `resume`."""
        self.paused = True
        self._recording.pause()

    def resume(self) -> None:
        """Look and record again."""
        self.paused = False
        self._recording.resume()

    def record(self, *, each: bool) -> int:
        """Write down what is seen: numbers of the class, or of every enrolled student too."""
        if self.ended:
            raise RecordError("This class has ended.", next_step="Open a new one.")
        session = self._recording.start(each=each)
        if self.paused:
            self._recording.pause()
        if each:
            Thread(target=self._check, args=(session,), name="checking", daemon=True).start()
        return session

    def _check(self, session: int) -> None:
        """Now and then, while this session is recorded."""
        while not self._over.wait(EVERY_S) and self._records(session):
            with suppress(FewshotFerError):
                found = self._host.check_ins(session)
                if self._records(session):
                    self.check_ins = found

    def _records(self, session: int) -> bool:
        return self._recording.running and self._recording.session == session

    def stop_recording(self) -> int | None:
        """Write nothing more; the session that was recorded."""
        was_running = self._recording.running
        self._recording.stop()
        self.check_ins = ()
        return self._recording.session if was_running else None

    def looks(self, seconds: float) -> dict[str, Floats]:
        """The vectors [n,D] of the last seconds by student, to recalibrate from."""
        since, found = self.time - seconds, {}
        for source in self.sources:
            if source.session is None:
                continue
            with source.lock:
                memory = source.session.memory
                for student in memory.students:
                    z = memory.of(student, since=since)
                    if len(z):
                        found[student] = z
        return found

    def end(self) -> int | None:
        """End the class; the session that was recorded, if one was."""
        if self.ended:
            return self._recording.session
        self.ended = True
        self._over.set()
        for source in self.sources:
            self.leave(source.key)
        for stop in self._on_end:
            stop()
        if self._pulse.is_alive():
            self._pulse.join(timeout=5.0)
        try:
            self._recording.stop()
        finally:
            trouble = self._recording.trouble
            self.tell(
                {
                    "type": "ended",
                    "session": self._recording.session,
                    "seconds": round(self.time, 1),
                    "trouble": str(trouble) if trouble is not None else None,
                }
            )
        return self._recording.session

    def when_over(self, stop: Callable[[], None]) -> None:
        """Do this when the class ends."""
        self._on_end.append(stop)

    # ------------------------------------------------------------------ state

    @property
    def sources(self) -> tuple[Source, ...]:
        """All streams of pictures."""
        with self._lock:
            return tuple(self._sources.values())

    @property
    def recording(self) -> bool:
        """Whether something is written down (or would be, were it not paused)."""
        return self._recording.running

    @property
    def state(self) -> ClassState:
        """The class at this moment."""
        recording, view = self._recording, self._view
        trouble = recording.trouble
        present = () if view is None else (f.student for f in view.seen if f.student is not None)
        return ClassState(
            self.id, self.name, self.started, self.time, self.paused, self.ended,
            recording.running, recording.running and recording.each, recording.session,
            trouble.what if trouble is not None else None,
            tuple(_source_state(one, self.time) for one in self.sources), len(self.viewers),
            tuple(present), self._shares, tuple(self._marks),
        )  # fmt: skip

    @property
    def view(self) -> View | None:
        """Everybody who is seen now, of all sources together."""
        return self._view

    def state_message(self, first: int) -> Message:
        """The state for viewers, with the timeline from one of its stretches on."""
        state, view = self.state, self._view
        stretches = self.timeline.stretches
        first = max(0, min(first, len(stretches)))
        people = () if view is None else sorted(view.seen, key=lambda f: (f.name or "~", f.track))
        return {
            "type": "state",
            "id": state.id,
            "name": state.name,
            "seconds": round(state.seconds, 1),
            "paused": state.paused,
            "ended": state.ended,
            "recording": state.recording,
            "each": state.each,
            "session": state.session,
            "trouble": state.trouble,
            "viewers": state.viewers,
            **wire.shares_message(state.shares),
            "sources": [
                {"key": s.key, "kind": s.kind, "student": s.student, "faces": s.faces,
                 "a_second": round(s.a_second, 1), "ms": round(s.ms, 1), "said": s.said}
                for s in state.sources
            ],
            "people": [
                {"student": f.student, "name": f.name, "expression": f.expression,
                 "unsure": f.reading.unsure if f.reading is not None else None}
                for f in people if f.student is not None
            ],
            "marks": [{"second": mark.second, "text": mark.text} for mark in state.marks],
            "check_ins": list(self.check_ins),
            "timeline": {
                "step": STEP_S,
                "from": first,
                "stretches": [stretch.told() for stretch in stretches[first:]],
            },
        }  # fmt: skip

    # ------------------------------------------------------------------ the pulse

    def _beat(self) -> None:
        told, known = -_STATE_S, 0
        while not self._over.wait(_PULSE_S):
            now = self.time
            with suppress(FewshotFerError):
                self._put_together(now)
            if now - told >= _STATE_S:
                told = now
                self._show("state", Sent(self.state_message(known - 1)))
                known = len(self.timeline.stretches)

    def _put_together(self, now: float) -> None:
        for source in self.sources:
            if now - source.last > _GONE_S and not self.paused:
                self.leave(source.key)
        parts = [
            Part(source.key, source.place, source.view, source.view.time)
            for source in self.sources
            if source.view is not None and now - source.view.time <= source.patience
        ]
        if not parts or self.paused:
            self._view, self._shares = None, ClassShares({}, 0, self._shares.expected)
            return
        view = merged(parts, _PLACES, now, len(self._host.opened().members))
        self._view, self._shares = view, view.shares
        self._recording.note(view)
        over = self._seconds.add(view)
        if over is not None:
            self.timeline.add(over.whole)


def _source_state(source: Source, now: float) -> SourceState:
    view = source.view
    return SourceState(
        source.key, source.kind, source.student, len(view.seen) if view is not None else 0,
        1 / source.gap if source.gap else 0.0, 1000 * source.took,
        source.health.said(now),
    )  # fmt: skip


def _done(message: Message) -> Future[Message]:
    future: Future[Message] = Future()
    future.set_result(message)
    return future


class Classes:
    """The classes that are watched now."""

    def __init__(self, host: Host, new_id: Callable[[], str]) -> None:
        self._host = host
        self._new_id = new_id
        self._running: dict[str, RunningClass] = {}
        self._lock = Lock()
        self._making = Lock()

    def open(self, name: str = "") -> RunningClass:
        """A new class."""
        made = RunningClass(self._new_id(), name, self._host)
        with self._lock:
            self._running[made.id] = made
        return made

    def latest(self, make: Callable[[], RunningClass]) -> RunningClass:
        """The one that was opened last and still runs, or a new one; never two new ones at once."""
        with self._making:
            here = [one for one in self.all() if not one.ended]
            return here[-1] if here else make()

    def get(self, id_: str) -> RunningClass:
        """A class by its id."""
        found = self._running.get(id_)
        if found is None:
            raise SourceError(
                "This class has ended, or there never was one.",
                where=id_[:20],
                next_step="Open the page of the class again.",
            )
        return found

    def all(self) -> tuple[RunningClass, ...]:
        """All that are watched, the latest last."""
        with self._lock:
            return tuple(self._running.values())

    def close(self, id_: str) -> int | None:
        """End a class; the session that was recorded, if one was."""
        with self._lock:
            found = self._running.pop(id_, None)
        return found.end() if found is not None else None

    def close_forsaken(self) -> None:
        """End those that everybody left long ago, and keep what was recorded."""
        for running in self.all():
            if running.alone > _FORSAKEN_S:
                with suppress(FewshotFerError):
                    self.close(running.id)

    def close_all(self) -> None:
        """End them all and keep what was recorded."""
        for running in self.all():
            with suppress(FewshotFerError):
                self.close(running.id)
