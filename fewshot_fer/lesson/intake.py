"""The sources of a lesson, pulled and pushed alike; each is read by one worker at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import closing, suppress
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Final, TypeVar

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import FaceError, FewshotFerError, SourceError
from fewshot_fer.lesson.actor import Actor, answer, fail
from fewshot_fer.lesson.commands import Source
from fewshot_fer.lesson.events import Looked, Skipped, SourceState
from fewshot_fer.lesson.health import Health
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.lesson.sources import Clock
from fewshot_fer.lesson.stream import Answer, Encodes, Offer, Read, Stream, read
from fewshot_fer.records.views import View

T = TypeVar("T")
_log = logging.getLogger(__name__)
_GONE_S: Final = 60.0
"""A source that is pushed and has sent nothing for so long is no more."""
_LET_GO_S: Final = 2.0
"""A stream that says nothing is not waited for longer: its thread ends with the program."""
_REST_S: Final = 0.2
"""A source that waits for its answers is left alone for so long when it gets none."""


class Intake:
    """For the lesson's thread alone; readers and workers send it what they have."""

    def __init__(
        self,
        actor: Actor,
        workers: Executor,
        begins: Callable[[Source], ClassSession],
        show: Callable[[Looked], None],
        changed: Callable[[], None],
        publish: Callable[[], None],
        clock: Clock,
    ) -> None:
        """`begins` makes a source's session, in a worker; `show` gets what others may see.

        `changed` is told before and after a source is over, `publish` before a picture is
        answered: who has the answer finds it in the lesson's state.
        """
        self.began: float | None = None
        """When the first picture came."""
        self.closed: Skipped | None = None
        """Why nothing is read now."""
        self.left = clock()
        """When the last source that is somebody left."""
        self.looks = 0
        """How many pictures were read."""
        self.encodes: Encodes | None = None
        """Makes pictures for those who watch, if anybody does."""
        self._actor, self._workers, self._clock = actor, workers, clock
        self._begins, self._show, self._changed, self._publish = begins, show, changed, publish
        self._paused = self._wanted = False
        """The last: whether anybody watches or writes down what a source shows that waits."""
        self._streams: dict[str, Stream] = {}
        self._states: dict[str, SourceState] = {}

    # ------------------------------------------------------------------ pictures

    def offer(self, offer: Offer) -> None:
        """A picture to read."""
        source = offer.source
        if self.closed is not None:
            answer(offer.answer, self.closed)
            return
        if source.pictures is not None and source.key not in self._streams:
            answer(offer.answer, Skipped("ended"))  # It was told to leave a moment ago.
            return
        self.began = offer.came if self.began is None else self.began
        stream = self._stream_of(source)
        stream.health.heard(offer.came)
        older = stream.take(offer)
        if older is not None:
            answer(older.answer, Skipped("newer"))
        self._send_off(stream)

    def close(self, why: Skipped | None) -> None:
        """Read nothing from now on, or (None) everything again."""
        self.closed = why
        for stream in self._streams.values():
            if why is None:
                stream.health.heard(self._clock())  # Nobody was to send anything until now.
                continue
            for offer in stream.take_back():
                answer(offer.answer, why)

    def stand(self, watched: bool, *, recording: bool, paused: bool) -> None:
        """How the lesson stands."""
        self._paused = paused
        self._wanted = (watched or recording) and not paused

    def _send_off(self, stream: Stream) -> None:
        """Let a worker read what waits, unless one is at it."""
        if stream.slot is not None or stream.next is None or stream.over:
            return
        stream.slot = SimpleQueue()
        stream.slot.put(stream.next)
        stream.next = None
        begins = partial(self._begins, stream.source)
        encodes = self.encodes if stream.source.kind != "device" else None
        work = partial(read, stream.slot, stream.session, begins, self.began or 0.0, encodes)
        self._actor.aside(
            self._workers,
            work,
            lambda done: self._back(stream, done.result()),
            lambda done: answer(done.result().offer.answer, Skipped("ended")),
        )

    def _back(self, stream: Stream, done: Read) -> None:
        stream.is_back(done, self._clock())
        waiting = done.offer.answer
        ended = self.closed is not None and self.closed.reason == "ended"
        if done.error is not None:
            fail(waiting, self._failed(stream, done.error))
        elif done.view is not None and not ended:
            self.looks += not self._paused
            if self._streams.get(stream.source.key) is stream:
                self._states[stream.source.key] = stream.state(self._clock())
            self._publish()
            answer(waiting, self._looked(stream.source, done, done.view))
        else:
            answer(waiting, Skipped("ended"))
        self._send_off(stream)

    def _looked(self, source: Source, done: Read, view: View) -> Looked:
        took, own = self._clock() - done.offer.came, source.kind == "device"
        jpeg = None if own else done.jpeg
        looked = Looked(source.key, view, done.size, took, jpeg)
        if not own:
            self._show(looked)
        return looked

    def _failed(self, stream: Stream, error: Exception) -> FewshotFerError:
        """What to say; a mistake of ours costs what the source remembers, never the lesson."""
        if stream.source.pictures is not None:
            self._is_over(stream, error)  # Nobody reads the answer.
        if isinstance(error, FewshotFerError):
            return error
        _log.error("a picture could not be read", exc_info=error)
        stream.session = None
        return FaceError("This picture could not be read.", next_step="Go on.")

    # ------------------------------------------------------------------ sources

    def pull(self, source: Source, offer: Callable[[Source, Bytes], Answer]) -> None:
        """Take pictures from a source: a reader of its own offers them."""
        stream = self._stream_of(source)
        stream.reader = Thread(
            target=self._read_on, args=(stream, offer), name="source", daemon=True
        )
        stream.reader.start()

    def leave(self, key: str) -> None:
        """A source is no more."""
        stream = self._streams.pop(key, None)
        if stream is None:
            return
        stream.stop.set()
        for offer in stream.take_back():
            answer(offer.answer, Skipped("newer"))
        for do in stream.after:
            do(None)
        stream.after.clear()
        if stream.source.kind != "drawn":
            self.left = self._clock()

    def let_go(self) -> None:
        """End all sources, and wait a little until cameras are free."""
        readers = [s.reader for s in self._streams.values() if s.reader is not None]
        for key in list(self._streams):
            self.leave(key)
        for reader in readers:
            reader.join(timeout=_LET_GO_S / len(readers))

    def drop_the_silent(self, now: float) -> None:
        """Sources that are pushed and have sent nothing for long are no more."""
        for key, stream in list(self._streams.items()) if self.closed is None else ():
            if stream.source.pictures is None and now - (stream.health.last or now) > _GONE_S:
                self.leave(key)

    def _stream_of(self, source: Source) -> Stream:
        found = self._streams.get(source.key)
        same = found is not None and found.source.pictures is source.pictures
        if found is None or not same or found.source.student != source.student:
            self.leave(source.key)
            health = Health(scales=source.pictures is None)
            health.begin(self._clock())
            found = self._streams[source.key] = Stream(source, health)
        return found

    def _read_on(self, stream: Stream, offer: Callable[[Source, Bytes], Answer]) -> None:
        """A reader's whole life: offer pictures until there are none, or nobody wants any."""
        source, error = stream.source, None
        assert source.pictures is not None
        try:
            with closing(source.pictures) as pictures:
                for captured in pictures:
                    if stream.stop.is_set():
                        break
                    waiting = offer(source, captured.image)
                    if source.waits:
                        self._wait(stream, waiting)
        except BaseException as broken:
            error = broken
        self._actor.send(lambda: stream.when_back(lambda _: self._is_over(stream, error)))

    def _wait(self, stream: Stream, waiting: Answer) -> None:
        """In a reader: until it was answered, and anybody wants the next one."""
        with suppress(FewshotFerError):
            waiting.result()
        while not self._wanted and not stream.stop.wait(_REST_S):
            pass

    def _is_over(self, stream: Stream, error: BaseException | None) -> None:
        if not stream.over:
            self._changed()  # What was seen last counts.
            stream.over, stream.error = True, error
            stream.stop.set()
            self._changed()

    # ------------------------------------------------------------------ what is known

    @property
    def alone(self) -> bool:
        """Whether no source is somebody; who is drawn is nobody."""
        return all(stream.source.kind == "drawn" for stream in self._streams.values())

    @property
    def members(self) -> int:
        """How many students the class has."""
        return max((stream.members for stream in self._streams.values()), default=0)

    def views(self) -> Mapping[str, View]:
        """What counts of every source."""
        now, streams = self._clock(), self._streams.items() if self.closed is None else ()
        return {k: s.view for k, s in streams if s.view is not None and s.counts(now)}

    def states(self, *, new: bool) -> tuple[SourceState, ...]:
        """How all stand, or stood when they were last asked or sent a picture."""
        if new:
            now = self._clock()
            self._states = {key: stream.state(now) for key, stream in self._streams.items()}
        return tuple(self._states.values())

    def name(self, key: str, track: int, student: str | None, waiting: Future[None]) -> None:
        """A person says who a face is."""

        def named(session: ClassSession | None) -> None:
            if session is None:
                fail(waiting, SourceError("This picture is not there any more.", where=key))
            else:
                session.name(track, student)
                answer(waiting, None)

        stream = self._streams.get(key)
        named(None) if stream is None else stream.when_back(named)

    def collect(
        self,
        of: Callable[[ClassSession, float], Mapping[str, Sequence[T]]],
        then: Callable[[dict[str, list[T]]], None],
    ) -> None:
        """What each session has now by student, once every one is back."""
        now, missing = self._clock() - (self.began or 0.0), len(self._streams)
        found: dict[str, list[T]] = {}

        def add(session: ClassSession | None) -> None:
            nonlocal missing
            missing -= 1
            for student, some in (of(session, now) if session is not None else {}).items():
                found.setdefault(student, []).extend(some)
            if not missing:
                then(found)

        if not missing:
            then({})
        for stream in list(self._streams.values()):
            stream.when_back(add)

    def forget_who_left(self) -> None:
        """Drop what is remembered of those who are not enrolled any more, and old pictures."""
        now = self._clock() - (self.began or 0.0)
        for stream in self._streams.values():
            stream.when_back(lambda session: session.forget_who_left(now) if session else None)
