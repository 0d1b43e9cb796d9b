"""Recorded pictures at their own speed, or as fast as they can be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Queue
from threading import Event, Thread
from time import monotonic, sleep

from fewshot_fer.lesson.sources import Captured, Clock, Pictures, Sleeps


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
