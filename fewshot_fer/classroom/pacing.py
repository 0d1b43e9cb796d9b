"""Keeps up with a source: pictures that would be late are dropped, the newest wins.

This is the edge where threads and waiting are; nothing behind it knows of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Condition, Thread
from time import monotonic, sleep

from fewshot_fer.classroom.sources import Captured, Clock, Pictures, Sleeps


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
    box = _Box()
    reader = Thread(target=box.fill, args=(pictures,), name="source", daemon=True)
    reader.start()
    try:
        while (captured := box.take()) is not None:
            yield captured
    finally:
        box.close()
        reader.join(timeout=5.0)


class _Box:
    """Holds one picture between two threads."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._captured: Captured | None = None
        self._error: BaseException | None = None
        self._ended = False
        self._closed = False

    def fill(self, pictures: Iterator[Captured]) -> None:
        """Read until the end, or until nobody wants any more."""
        try:
            for captured in pictures:
                with self._changed:
                    if self._closed:
                        break
                    self._captured = captured
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

    def take(self) -> Captured | None:
        """The newest picture that was not given yet; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._captured is not None or self._ended)
            captured, self._captured = self._captured, None
            if captured is None and self._error is not None:
                raise self._error
            return captured

    def close(self) -> None:
        """Nobody wants any more."""
        with self._changed:
            self._closed = True
