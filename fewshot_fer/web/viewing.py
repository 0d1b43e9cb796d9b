"""What viewers get: always the newest, however slow they are; the analysis never waits for one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Final

from fewshot_fer.web.wire import Message

_NOTES: Final = 50


@dataclass(frozen=True, slots=True)
class Sent:
    """A message for a viewer, and the picture that it speaks of."""

    message: Message
    jpeg: bytes | None = None


class Viewer:
    """One who watches; made in an event loop, filled from any thread."""

    def __init__(self, without: str | None = None) -> None:
        """`without` is the source that this viewer sends and so sees already."""
        self.without = without
        self._loop = asyncio.get_running_loop()
        self._due = asyncio.Event()
        self._lock = Lock()
        self._newest: dict[str, Sent] = {}
        self._notes: deque[Sent] = deque(maxlen=_NOTES)
        self._closed = False

    def show(self, key: str, sent: Sent) -> None:
        """Something that replaces what was to be shown under the same key."""
        if key != self.without:
            with self._lock:
                self._newest[key] = sent
            self._wake()

    def note(self, message: Message) -> None:
        """Something that happened, which nothing replaces."""
        with self._lock:
            self._notes.append(Sent(message))
        self._wake()

    def close(self) -> None:
        """No more."""
        self._closed = True
        self._wake()

    def __aiter__(self) -> AsyncIterator[Sent]:
        return self

    async def __anext__(self) -> Sent:
        """What is due next; waits for it."""
        while True:
            with self._lock:
                if self._notes:
                    return self._notes.popleft()
                if self._newest:
                    # The key that waits longest comes first.
                    return self._newest.pop(next(iter(self._newest)))
                self._due.clear()
            if self._closed:
                raise StopAsyncIteration
            await self._due.wait()

    def _wake(self) -> None:
        if not self._due.is_set() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._due.set)


class Audience:
    """All who watch one class; every method but `admit` may be called from any thread."""

    def __init__(self) -> None:
        self._viewers: list[Viewer] = []
        self._lock = Lock()

    @property
    def viewers(self) -> tuple[Viewer, ...]:
        """Who watches now."""
        with self._lock:
            return tuple(self._viewers)

    def admit(self, without: str | None = None) -> Viewer:
        """One more, who is not shown the source `without`."""
        viewer = Viewer(without)
        with self._lock:
            self._viewers.append(viewer)
        return viewer

    def dismiss(self, viewer: Viewer) -> None:
        """One is gone."""
        viewer.close()
        with self._lock, suppress(ValueError):
            self._viewers.remove(viewer)

    def show(self, key: str, sent: Sent) -> None:
        """Show everybody what replaces the last under the same key."""
        for viewer in self.viewers:
            viewer.show(key, sent)

    def note(self, message: Message) -> None:
        """Tell everybody what happened."""
        for viewer in self.viewers:
            viewer.note(message)
