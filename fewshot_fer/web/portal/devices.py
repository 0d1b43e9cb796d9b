"""The students' devices that are connected now: one a student, so many a class."""

from __future__ import annotations

import asyncio
import logging
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
_USUAL: Final = 640 * 480
"""Pixels of the largest picture that a student's page sends."""
_FASTEST_S: Final = 0.1
_SENDS_S: Final = 5.0
"""Who sent nothing for so long needs no share."""

_LATE_S: Final = 0.3
_PACE: Final = 0.1
_MOST_PATIENCE: Final = 50.0

_SHARE: Final = 0.8
"""Of the time between two pictures: who is a little early does not wait."""
_SLOW: Final = 2.0
"""So much slower than usual is worth a line in the log."""

Why = Literal["taken over", "removed", "withdrawn", "left", "ended", "full"]

_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Device:
    """One connection of a student; made in the task that serves it."""

    class_id: str
    student: str
    since: float = 0.0
    """When they were enrolled: in a full class the earlier ones come first."""
    why: Why | None = None
    """Why it has to go, once it has to."""
    sent: float = -1e9
    """When its last picture came, ..."""
    faces: int = 1
    """... and how many faces were in it: each costs as much as the first."""
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
        self._every, self._sending = (-1e9, _FASTEST_S), 1
        self._took = 0.0
        self._patience = 1.0
        """How much slower than usual pictures may come, so that none is old when it is read."""
        self._rarer = -1e9
        """When all were last asked for fewer."""
        self._turn = -1e9
        """When the last one may send that was told when it may."""
        self._is_slow = False
        self._connected: dict[str, Device] = {}
        self._lock = Lock()

    def connect(self, device: Device) -> None:
        """A device comes; an older one of the same student is told to go.

        So is, where the class is full, the one of who was enrolled last: many who come by one link
        under made-up names do not keep out who was known before.
        """
        why: Why = "taken over"
        with self._lock:
            goes = self._connected.get(device.student)
            here = [one for one in self._connected.values() if one.class_id == device.class_id]
            if goes is None and len(here) >= self.most:
                goes, why = max(here, key=lambda one: one.since), "full"
                if goes.since <= device.since:
                    raise TooManyError(
                        Phrase(
                            "{most} devices are in this class, as many as the server takes.",
                            most=self.most,
                        ),
                        next_step="Ask your teacher; somebody may have to leave first.",
                    )
                del self._connected[goes.student]
            self._connected[device.student] = device
        if goes is not None:
            goes.dismiss(why)

    def leave(self, device: Device) -> bool:
        """A device is gone; whether no newer one of the student is there."""
        with self._lock:
            here = self._connected.get(device.student)
            if here is device:
                del self._connected[device.student]
            return here is None or here is device

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
            self._sending = sum(now - one.sent < lately for one in self._connected.values())
        self._patience = min(_MOST_PATIENCE, max(1.0, self._patience * self._step(now, every)))
        self._tell_of_slowness()
        every = self._patience * max(_FASTEST_S, self._sending / PICTURES_A_SECOND)
        self._every = now, every
        return every

    def again(self) -> float:
        """Seconds until a device that is answered now may send again: one after the other.

        Those who came together would come together for ever, and wait for each other.
        """
        now, every = self.clock(), self.every
        turn = max(now + every, self._turn + every / max(1, self._sending))
        self._turn = min(turn, now + 2 * every)
        return self._turn - now

    def wait(self, device: Device, pixels: int) -> float:
        """Seconds until a device's next picture may be read.

        One of twice the work comes half as often: nobody gets more of the machine than others.
        """
        work = max(1.0, pixels / _USUAL, device.faces / 2)
        return device.sent + _SHARE * self.every * work - self.clock()

    def took(self, seconds: float) -> None:
        """How long a picture waited and was read: on a busy machine all are asked for fewer."""
        self._took += _PACE * (seconds - self._took)

    def _step(self, now: float, every: float) -> float:
        """More patience when answers are late, and slowly less when they are not.

        More only once all have sent as rarely as they were last asked to: before, nothing can tell
        whether that was enough.
        """
        if self._took > _LATE_S:
            if now - self._rarer < every:
                return 1.0
            self._rarer = now
            return 1.3
        return 0.9 if self._took < _LATE_S / 2 else 1.0

    def _tell_of_slowness(self) -> None:
        """Say once that more comes than can be read, and once more when that was over meanwhile."""
        if self._patience > _SLOW and not self._is_slow:
            _log.warning("more pictures come than this machine reads: all are asked for fewer")
        if self._patience > _SLOW or self._patience == 1.0:
            self._is_slow = self._patience > _SLOW
