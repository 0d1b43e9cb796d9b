"""The students' devices that are connected now: one a student, so many a class."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Final, Literal

from fewshot_fer.errors import TooManyError
from fewshot_fer.languages import Phrase

MOST: Final = 60
"""Devices of one class; two cores read about 250 pictures a second."""
PICTURES_A_SECOND: Final = 250.0
"""What all devices together may send."""
IDLE_S: Final = 60.0
"""Who says nothing for so long is sent away; their page comes back when it has something."""
SEND_S: Final = 10.0
"""Who takes no answer for so long does not read any more."""
_FASTEST_S: Final = 0.1
_SENDS_S: Final = 5.0
"""Who sent nothing for so long needs no share."""

_LATE_S: Final = 0.3
_PACE: Final = 0.1
_MOST_PATIENCE: Final = 50.0

Why = Literal["taken over", "removed", "withdrawn", "left", "ended"]


@dataclass(eq=False, slots=True)
class Device:
    """One connection of a student; made in the task that serves it."""

    class_id: str
    student: str
    why: Why | None = None
    """Why it has to go, once it has to."""
    sent: float = -1e9
    """When its last picture came."""
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _task: asyncio.Task[object] | None = field(default_factory=asyncio.current_task)

    def dismiss(self, why: Why) -> None:
        """End the connection; from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._cancel, why)

    def _cancel(self, why: Why) -> None:
        if self.why is None and self._task is not None:
            self.why = why
            self._task.cancel()


class Devices:
    """All of them; every method may come from any thread."""

    def __init__(self, most: int = MOST, clock: Callable[[], float] = monotonic) -> None:
        self.most = most
        self.idle_s = IDLE_S
        self.send_s = SEND_S
        self.clock = clock
        self._every = (-1e9, _FASTEST_S)
        self._took = 0.0
        self._patience = 1.0
        """How much slower than usual pictures may come, so that none is old when it is read."""
        self._connected: dict[str, Device] = {}
        self._lock = Lock()

    def connect(self, device: Device) -> None:
        """A device comes; an older one of the same student is told to go."""
        with self._lock:
            older = self._connected.get(device.student)
            if older is None and self._count(device.class_id) >= self.most:
                raise TooManyError(
                    Phrase(
                        "{most} devices are in this class, as many as the server takes.",
                        most=self.most,
                    ),
                    next_step="Ask your teacher; somebody may have to leave first.",
                )
            self._connected[device.student] = device
        if older is not None:
            older.dismiss("taken over")

    def leave(self, device: Device) -> bool:
        """A device is gone; whether it was the student's newest."""
        with self._lock:
            if self._connected.get(device.student) is not device:
                return False
            del self._connected[device.student]
            return True

    def dismiss(self, student: str, why: Why) -> None:
        """Send a student's device away."""
        with self._lock:
            device = self._connected.get(student)
        if device is not None:
            device.dismiss(why)

    def of(self, class_id: str) -> tuple[str, ...]:
        """The students whose own devices are connected to a class."""
        with self._lock:
            return tuple(s for s, one in self._connected.items() if one.class_id == class_id)

    @property
    def every(self) -> float:
        """Seconds between two pictures of a device, so that the server can read all."""
        now, (told, every) = self.clock(), self._every
        if now - told < 1.0:
            return every
        with self._lock:
            lately = max(_SENDS_S, 3 * every)
            sending = sum(now - one.sent < lately for one in self._connected.values())
        self._patience = min(_MOST_PATIENCE, max(1.0, self._patience * self._step()))
        every = self._patience * max(_FASTEST_S, sending / PICTURES_A_SECOND)
        self._every = now, every
        return every

    def took(self, seconds: float) -> None:
        """How long a picture waited and was read: on a busy machine all are asked for fewer."""
        self._took += _PACE * (seconds - self._took)

    def _step(self) -> float:
        """More patience when answers are late, and slowly less when they are not."""
        if self._took > _LATE_S:
            return 1.3
        return 0.9 if self._took < _LATE_S / 2 else 1.0

    def _count(self, class_id: str) -> int:
        return sum(one.class_id == class_id for one in self._connected.values())
