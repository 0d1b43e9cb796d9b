"""Single keys from the terminal, while something else goes on; over SSH too."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

ENTER: Final = "\n"
BACK: Final = "\x7f"
ESCAPE: Final = "\x1b"
_SAME: Final = {"\r": ENTER, "\x08": BACK}
_ARROW: Final = re.compile(rb"\x1b[\[O][0-?]*[ -/]*[@-~]")
_SEQUENCE: Final = 0.02
"""What follows an escape within this time belongs to it: an arrow, a function key."""


class Keys(Protocol):
    """Where keys come from."""

    def pressed(self) -> str | None:
        """The next key that waits; None if none does."""
        ...


class NoKeys:
    """Nobody is there to press any."""

    def pressed(self) -> str | None:
        """Never anything."""
        return None


class TerminalKeys:
    """The keys of a terminal that gives every one at once."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._left = b""

    def pressed(self) -> str | None:
        """The next key that waits; what is longer than a letter (an arrow) is passed over."""
        while True:
            if not self._left and self._waits(0):
                self._left = os.read(self._handle, 64)
            if not self._left:
                return None
            if self._left == b"\x1b" and self._waits(_SEQUENCE):
                self._left += os.read(self._handle, 64)
            arrow = _ARROW.match(self._left)
            if arrow is None:
                return self._letter()
            self._left = self._left[arrow.end() :]

    def _letter(self) -> str:
        """The first letter of what was read, which may be longer than a byte."""
        for length in range(1, 5):
            while len(self._left) < length and self._waits(_SEQUENCE):
                self._left += os.read(self._handle, 1)
            try:
                letter = self._left[:length].decode()
            except UnicodeDecodeError:
                continue
            self._left = self._left[length:]
            return _SAME.get(letter, letter)
        self._left = self._left[1:]
        return ""

    def _waits(self, timeout: float) -> bool:
        from select import select

        return bool(select([self._handle], [], [], timeout)[0])


@contextmanager
def keyboard() -> Iterator[Keys]:
    """The terminal's keys, one by one and unseen; the terminal is as before afterwards.

    Without a terminal, or where it cannot do that, there are no keys.
    """
    try:
        import termios
        import tty

        handle = sys.stdin.fileno()
        before = termios.tcgetattr(handle)
    except (ImportError, OSError, ValueError, AttributeError):
        yield NoKeys()
        return
    except termios.error:
        yield NoKeys()
        return
    tty.setcbreak(handle, termios.TCSANOW)
    try:
        yield TerminalKeys(handle)
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)
