"""What viewers get: always the newest, however slow they are; the lesson never waits for one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from fewshot_fer.lesson.events import Event, LessonState, Looked

_NOTES: Final = 50


class Viewer:
    """One who watches: made and read in an event loop, told by a lesson in its thread."""

    def __init__(self, without: str | None = None) -> None:
        """`without` is the source that this viewer sends and so sees already."""
        self._without = without
        self._loop = asyncio.get_running_loop()
        self._due = asyncio.Event()
        self._newest: dict[str, LessonState | Looked] = {}
        self._notes: deque[Event] = deque(maxlen=_NOTES)
        self._closed = False

    def __call__(self, event: Event) -> None:
        """Something happened."""
        with suppress(RuntimeError):  # The loop may be gone.
            self._loop.call_soon_threadsafe(self._take, event)

    def close(self) -> None:
        """No more."""
        self._closed = True
        self._due.set()

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        """What is due next; waits for it."""
        while True:
            if self._notes:
                return self._notes.popleft()
            if self._newest:
                # The source that waits longest comes first.
                return self._newest.pop(next(iter(self._newest)))
            if self._closed:
                raise StopAsyncIteration
            self._due.clear()
            await self._due.wait()

    def _take(self, event: Event) -> None:
        match event:
            case Looked(source=source):
                if source != self._without:
                    self._newest[source] = event
            case LessonState():
                self._newest["state"] = event
            case _:
                self._notes.append(event)
        self._due.set()
