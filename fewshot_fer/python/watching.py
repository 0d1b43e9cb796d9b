"""A lesson as an iterator: the one engine of a lesson, pulled by a `for`."""

from __future__ import annotations

import atexit
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, Queue
from typing import Final

from fewshot_fer.lesson.commands import Pull, Record, Source, Watch
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.events import Event, Looked, Mode
from fewshot_fer.lesson.opening import OpenClass
from fewshot_fer.records.views import View

_LOOK_UP_S: Final = 1.0
"""So long at most until an end that came without a picture is seen."""


def views(here: OpenClass, source: Source, record: Mode) -> Generator[View]:
    """Each new view of a lesson until its source is over; who is slow gets the newest.

    The lesson ends, and its record is written, when the generator does.
    """
    newest: Queue[View] = Queue(1)

    def show(event: Event) -> None:
        """In the lesson's own thread, which must not wait."""
        if isinstance(event, Looked):
            _put_instead(newest, event.view)

    with ThreadPoolExecutor(1, "reading") as worker:
        lesson = LessonEngine(here, worker, name=here.name)
        # A generator that is still held when Python ends is closed too late: threads have been cut
        # off by then, and one in the middle of C++ takes the program down.
        atexit.register(lesson.close)
        try:
            lesson.ask(Record(record, when_seen=True))
            lesson.ask(Watch(show))
            lesson.ask(Pull(source)).result()
            while not (state := lesson.state).over or not newest.empty():
                try:
                    yield newest.get(timeout=_LOOK_UP_S)
                except Empty:
                    continue
            if state.error is not None:
                raise state.error
        finally:
            atexit.unregister(lesson.close)
            trouble = lesson.close().recording.trouble
        if trouble is not None:
            raise trouble


def _put_instead(newest: Queue[View], view: View) -> None:
    """Only the lesson's thread puts anything here, so one that is taken out leaves room."""
    with suppress(Empty):
        newest.get_nowait()
    newest.put_nowait(view)
