"""Keeps up with a source: pictures that would be late are dropped, the newest wins.

This is the edge where threads and waiting are; nothing behind it knows of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Condition, Event, Thread
from time import monotonic, sleep
from typing import Final

from fewshot_fer.lesson.sources import Captured, Clock, Pictures, Sleeps

_LET_GO_S: Final = 2.0


def paced(
    pictures: Iterator[Captured],
    *,
    clock: Clock = monotonic,
    sleeps: Sleeps = sleep,
    patience: float = 0.25,
    longest_gap: float = 0.5,
) -> Pictures:
    """Recorded pictures at the speed at which they were taken; later than `patience` is dropped.

    Whoever cannot keep up at all still gets a picture every `longest_gap`.
    """
    start: float | None = None
    given = clock()
    for captured in pictures:
        if start is None:
            start = clock() - captured.time
        early = start + captured.time - clock()
        if early > 0:
            sleeps(early)
        if early >= -patience or clock() - given >= longest_gap:
            yield captured
            given = clock()


def newest(pictures: Iterator[Captured]) -> Pictures:
    """Live pictures, read in a thread of their own; of those that wait only the newest is given."""
    with closing(Several([pictures])) as sources:
        while not sources.over:
            news = sources.next()
            if news is not None and news.error is not None:
                raise news.error
            if news is not None and news.captured is not None:
                yield news.captured


def ahead(pictures: Iterator[Captured], count: int = 8) -> Pictures:
    """All pictures of a file, read in a thread of their own, so many ahead; none is dropped."""
    waiting: Queue[Captured | BaseException | None] = Queue(count)
    enough = Event()

    def read() -> None:
        last: BaseException | None = None
        try:
            for captured in pictures:
                waiting.put(captured)
                if enough.is_set():
                    break
        except BaseException as error:
            last = error
        waiting.put(last)

    reader = Thread(target=read, name="ahead", daemon=True)
    reader.start()
    try:
        while (next_one := waiting.get()) is not None:
            if isinstance(next_one, BaseException):
                raise next_one
            yield next_one
    finally:
        enough.set()
        while reader.is_alive():
            # A full queue holds the reader; what it has read is not wanted any more.
            with suppress(Empty):
                waiting.get(timeout=0.02)


@dataclass(frozen=True, slots=True)
class News:
    """What one of several sources has: a picture, or none any more."""

    source: int
    """Which, from 0 on."""
    captured: Captured | None = None
    error: BaseException | None = None
    """Why there are none any more; without it the source has come to its end."""


class Several:
    """Sources read side by side, in a thread each; of each only the newest picture is kept."""

    def __init__(self, sources: Sequence[Iterator[Captured]], clock: Clock = monotonic) -> None:
        self._changed = Condition()
        self._boxes = [_Box(self._changed, clock) for _ in sources]
        self._turns = list(range(len(sources)))
        """The sources, the one first that has waited longest for its turn."""
        self._readers = [
            Thread(target=box.fill, args=(pictures,), name="source", daemon=True)
            for box, pictures in zip(self._boxes, sources, strict=True)
        ]
        for reader in self._readers:
            reader.start()

    @property
    def over(self) -> bool:
        """Whether all have ended, and that was told."""
        return all(box.told for box in self._boxes)

    def next(self, timeout: float | None = None) -> News | None:
        """The news of whoever has waited longest; None when there are none for so long."""
        with self._changed:
            self._changed.wait_for(lambda: self.over or self._ready() is not None, timeout)
            place = self._ready()
            if place is None:
                return None
            self._turns.remove(place)
            self._turns.append(place)
            return self._boxes[place].news(place)

    def came(self, source: int) -> float | None:
        """When a source's last picture came, whether it was told or not."""
        return self._boxes[source].came

    def close(self) -> None:
        """Nobody wants any more."""
        with self._changed:
            for box in self._boxes:
                box.closed = True
        for reader in self._readers:
            # A stream that says nothing is not waited for: its thread ends with the program.
            reader.join(timeout=_LET_GO_S / len(self._readers))

    def _ready(self) -> int | None:
        return next((place for place in self._turns if self._boxes[place].full), None)


class _Box:
    """Holds one source's picture between two threads."""

    def __init__(self, changed: Condition, clock: Clock) -> None:
        self.came: float | None = None
        self.closed = False
        self.told = False
        self._changed = changed
        self._clock = clock
        self._captured: Captured | None = None
        self._error: BaseException | None = None
        self._ended = False

    @property
    def full(self) -> bool:
        """Whether there is anything to tell."""
        return self._captured is not None or (self._ended and not self.told)

    def fill(self, pictures: Iterator[Captured]) -> None:
        """Read until the end, or until nobody wants any more."""
        try:
            for captured in pictures:
                with self._changed:
                    if self.closed:
                        break
                    self._captured, self.came = captured, self._clock()
                    self._changed.notify()
        except BaseException as error:
            self._error = error
        finally:
            close = getattr(pictures, "close", None)
            if close is not None:
                close()
            with self._changed:
                self._ended = True
                self._changed.notify()

    def news(self, place: int) -> News:
        """The newest picture that was not told yet, or that there are no more."""
        captured, self._captured = self._captured, None
        if captured is not None:
            return News(place, captured)
        self.told = True
        return News(place, error=self._error)
