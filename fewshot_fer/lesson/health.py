"""Tells from a source's pictures, and from their missing, that something is wrong with it; pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

from fewshot_fer.arrays import Bytes
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.sentences import sentence

_BLACK: Final = 24
"""A picture in which nothing is brighter than this is black: a covered lens still has noise."""
_GRID: Final = 16
_SET_BACK_S: Final = 1.0
"""A time that is earlier by more is of a clock that was set back, not of a late picture."""


def is_black(image: Bytes) -> bool:
    """Whether nothing is to be seen in a picture [h,w,3]."""
    return bool(image[::_GRID, ::_GRID].max(initial=0) <= _BLACK)


@dataclass(slots=True)
class Health:
    """One source; times are of the watcher's clock, in seconds."""

    silent_s: float = 4.0
    """Said when nothing has come for longer."""
    black_s: float = 2.0
    """Said when pictures have been black for longer."""
    said_for_s: float = 8.0
    """How long a change of size is said."""
    scales: bool = False
    """Who makes pictures smaller when the way is slow, as a browser does, is well all the same."""
    last: float | None = None
    """When a picture last came, or it was opened."""
    _dark_since: float | None = None
    """When the first came of those that are black now; None: the last one was not."""
    _dark: bool = False
    """Whether that has lasted."""
    _size: tuple[int, int] | None = None
    _resized: float | None = None

    def begin(self, now: float) -> None:
        """The source was opened."""
        self.last = now

    def heard(self, now: float) -> None:
        """A picture has come, though nobody has looked at it yet."""
        self.last = now if self.last is None else max(self.last, now)

    def picture(self, size: tuple[int, int], now: float, *, dark: bool) -> None:
        """A picture of a width and height has come, and whether it is black."""
        if self._size is not None and size != self._size and not self.scales:
            self._resized = now
        self._size = size
        self.heard(now)
        # Pictures may come seconds apart: only black ones say how long it has been black.
        since = now if self._dark_since is None else self._dark_since
        self._dark_since = since if dark else None
        self._dark = dark and now - since > self.black_s

    def reason(self, now: float) -> Reason | None:
        """What is wrong, if anything."""
        if self.last is not None and now - self.last > self.silent_s:
            code = Code.SILENT if self._size else Code.NO_PICTURE_YET
            return Reason(code, seconds=now - self.last)
        if self._dark:
            return Reason(Code.BLACK)
        if self._resized is not None and now - self._resized <= self.said_for_s and self._size:
            return Reason(Code.RESIZED, width=self._size[0], height=self._size[1])
        return None

    def said(self, now: float) -> str | None:
        """What is wrong, in words."""
        reason = self.reason(now)
        return sentence(reason) if reason is not None else None


@dataclass(slots=True)
class MonotonicClock:
    """Makes a time that never goes back of one that may."""

    last: float = -inf
    _ahead: float = 0.0
    """How far the source's time was set back in all."""

    def at(self, time: float) -> float:
        """The time to go by; a clock that was set back goes on from where it was."""
        if time + self._ahead < self.last - _SET_BACK_S:
            self._ahead = self.last - time
        self.last = max(self.last, time + self._ahead)
        return self.last
