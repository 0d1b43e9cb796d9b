"""A capture of OpenCV's kind, and a clock that moves with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Watch:
    """A clock that moves only when somebody sleeps or a picture is taken."""

    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Device:
    """A capture that gives some pictures, one every tenth of a second, and remembers its end."""

    watch: Watch
    count: int
    still: bool = False
    opened: bool = True
    released: bool = False
    taken: int = 0

    def isOpened(self) -> bool:  # noqa: N802
        return self.opened

    def grab(self) -> bool:
        self.watch.now += 0.1
        self.taken += 1
        return self.taken <= self.count

    def retrieve(self) -> tuple[bool, Any]:
        value = 7 if self.still else self.taken % 256
        return True, np.full((4, 6, 3), (value, 0, 200), np.uint8)

    def get(self, what: int, /) -> float:
        return 0.0

    def release(self) -> None:
        self.released = True
