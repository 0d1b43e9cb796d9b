"""A class that is watched now: pictures of several sources in, one picture of the class out.

Pictures are read by worker threads. A pulse puts the newest views of all sources together a few
times a second: that is what is recorded, shown to every viewer and drawn as the timeline.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from math import inf
from threading import Event, Lock, Thread
from typing import Final

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import FaceError, FewshotFerError, RecordError, SourceError
from fewshot_fer.images import decode_image
from fewshot_fer.records.values import Mark
from fewshot_fer.records.views import View
from fewshot_fer.web import wire
from fewshot_fer.web.checking import EVERY_S
from fewshot_fer.web.host import Host
from fewshot_fer.web.pulse import Pulse
from fewshot_fer.web.sources import FindsNamer, Source, session_for
from fewshot_fer.web.state import ClassState, state_message
from fewshot_fer.web.timeline import Timeline
from fewshot_fer.web.viewing import Audience, Sent, Viewer
from fewshot_fer.web.wire import Message

_log = logging.getLogger(__name__)
_PULSE_S: Final = 0.2
_STATE_S: Final = 1.0
_GONE_S: Final = 60.0


class RunningClass:
    """One class; every method may be called from any thread."""

    def __init__(self, id_: str, name: str, host: Host) -> None:
        self.id = id_
        self.name = name
        self.started = host.now()
        self.ended = False
        self.draws = False
        """Whether a drawn class sits in it."""
        self.check_ins: tuple[Message, ...] = ()
        """Who is worth a check-in; only where every student is recorded."""
        self._host = host
        self._began: float | None = None
        """When the first picture came."""
        self._recording = host.recording(name)
        self._sources: dict[str, Source] = {}
        self._places = 0
        self._left = host.clock()
        """When the last who left did, as the clock says it."""
        self._audience = Audience()
        self._marks: list[Mark] = []
        self._unkept: list[Mark] = []
        """Those of them that no record has yet."""
        self.paused = False
        self._pulse = Pulse()
        self._lock = Lock()
        self._over = Event()
        self._on_end: list[Callable[[], None]] = []
        self._beating = Thread(target=self._beat, name=f"class-{id_}", daemon=True)
        self._beating.start()

    # ------------------------------------------------------------------ pictures in

    @property
    def time(self) -> float:
        """Seconds since the first picture came; 0 before."""
        return 0.0 if self._began is None else self._host.clock() - self._began

    def offer(
        self,
        source: str,
        jpeg: bytes,
        student: str | None = None,
        *,
        namer: FindsNamer | None = None,
    ) -> Future[Message]:
        """Have a picture read; the newest of a source wins, the others are answered `skipped`.

        A source is called `gallery:…` (many faces), `device:…` (one `student`) or `drawn:…`.
        Raises ImageError where the bytes must not be decoded.
        """
        size = wire.size_of(jpeg)
        if self.ended or self.paused:
            return _done(wire.skipped("ended" if self.ended else "paused"))
        with self._lock:
            self._began = self._host.clock() if self._began is None else self._began
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
                self._left = self._host.clock()

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
        namer: FindsNamer | None,
    ) -> Message:
        """In a worker: decode, look, tell everybody."""
        if self.ended or self.paused:
            return wire.skipped("ended" if self.ended else "paused")
        image = decode_image(jpeg, max_pixels=wire.MOST_PIXELS)
        try:
            opened = self._host.opened()
            view = source.look(image, came, lambda: session_for(source, opened, namer))
        except FewshotFerError:
            raise
        except Exception as error:
            # A mistake of ours costs this source what it remembers, never the lesson.
            _log.exception("a picture could not be read")
            source.session = None
            raise FaceError("This picture could not be read.", next_step="Go on.") from error
        if self.ended:
            return wire.skipped("ended")
        done = self.time
        source.answered(view, size, came, done)
        message = wire.view_message(view, size, ms=1000 * (done - came))
        message["source"] = source.key
        message["recording"] = self._recording.running and not self._recording.paused
        message["paused"] = self.paused
        if source.kind != "device":
            self._audience.show(source.key, Sent(message, jpeg))
        return message

    @property
    def alone(self) -> float:
        """For so many seconds nobody has sent a picture or watched; who is drawn is nobody."""
        if self.viewers or any(one.kind != "drawn" for one in self.sources):
            return 0.0
        return self._host.clock() - self._left

    # ------------------------------------------------------------------ viewers

    def subscribe(self, *, without: str | None = None) -> Viewer:
        """Watch: an async iterator of what is seen; close it with `unsubscribe`."""
        viewer = self._audience.admit(without)
        viewer.show("state", Sent(self.state_message(0)))
        return viewer

    def unsubscribe(self, viewer: Viewer) -> None:
        """A viewer is gone."""
        self._left = self._host.clock()
        self._audience.dismiss(viewer)

    @property
    def viewers(self) -> tuple[Viewer, ...]:
        """Who watches now."""
        return self._audience.viewers

    def tell(self, message: Message) -> None:
        """Tell every viewer what happened."""
        self._audience.note(message)

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
        """Mark this moment; a record that is begun or goes on later gets it then."""
        mark = Mark(int(self.time), " ".join(text.split())[:200])
        with self._lock:
            self._marks.append(mark)
            if self._recording.mark(mark.text) is None:
                self._unkept.append(mark)
        return mark

    def _keep_marks(self, why: str) -> None:
        """Write down those that were made while nothing was recorded, and say so."""
        with self._lock:
            kept = (
                self._recording.mark(f"{mark.text[:160] or 'Marked'} ({why})")
                for mark in self._unkept
            )
            self._unkept = [m for m, done in zip(self._unkept, kept, strict=True) if done is None]

    def pause(self) -> None:
        """Look at nothing and record nothing until `resume`."""
        self.paused = True
        self._recording.pause()

    def resume(self) -> None:
        """Look and record again."""
        self.paused = False
        self._recording.resume()
        self._keep_marks("in the pause")

    def record(self, *, each: bool) -> int:
        """Write down what is seen: numbers of the class, or of every enrolled student too."""
        if self.ended:
            raise RecordError("This class has ended.", next_step="Open a new one.")
        session = self._recording.start(each=each)
        self._keep_marks("before the recording")
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
        if self._beating.is_alive():
            self._beating.join(timeout=5.0)
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
        recording, view = self._recording, self.view
        trouble = recording.trouble
        present = () if view is None else (f.student for f in view.seen if f.student is not None)
        return ClassState(
            self.id, self.name, self.started, self.time, self.paused, self.ended,
            recording.running, recording.running and recording.each, recording.session,
            trouble.what if trouble is not None else None,
            tuple(one.state(self.time) for one in self.sources), len(self.viewers),
            tuple(present), self._pulse.shares, tuple(self._marks),
        )  # fmt: skip

    @property
    def view(self) -> View | None:
        """Everybody who is seen now, of all sources together."""
        return self._pulse.view

    @property
    def timeline(self) -> Timeline:
        """The class until now, in short stretches."""
        return self._pulse.timeline

    def state_message(self, first: int) -> Message:
        """The state for viewers, with the timeline from one of its stretches on."""
        view = self.view
        return state_message(self.state, view, self.check_ins, self.timeline.stretches, first)

    # ------------------------------------------------------------------ the pulse

    def _beat(self) -> None:
        told, known = -inf, 0
        while not self._over.wait(_PULSE_S):
            now = self.time
            clock = self._host.clock()
            with suppress(FewshotFerError):
                self._put_together(now)
            if clock - told >= _STATE_S:
                told = clock
                self._audience.show("state", Sent(self.state_message(known - 1)))
                known = len(self.timeline.stretches)

    def _put_together(self, now: float) -> None:
        for source in self.sources:
            if now - source.last > _GONE_S and not self.paused:
                self.leave(source.key)
        seen = () if self.paused else self.sources
        view = self._pulse.beat(seen, now, lambda: len(self._host.opened().members))
        if view is not None:
            self._recording.note(view)
            self._pulse.draw(view)


def _done(message: Message) -> Future[Message]:
    future: Future[Message] = Future()
    future.set_result(message)
    return future
