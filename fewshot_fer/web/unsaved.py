"""What a browser tab has not saved yet, so that a tab that is loaded again has it back.

In memory only: pictures that nobody has agreed to keep must not reach a disk.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Final

MOST_TABS: Final = 32
LASTS_S: Final = 3600.0
"""What nobody came back for in this time is gone."""


class Unsaved:
    """By the ticket in a tab's address, which cannot be guessed."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tabs: OrderedDict[str, tuple[float, dict[str, Any]]] = OrderedDict()
        self._lock = Lock()

    def of(self, ticket: str) -> dict[str, Any]:
        """What a tab has; the same object for as long as it is kept."""
        with self._lock:
            now = self._clock()
            for other in [t for t, (at, _) in self._tabs.items() if now - at > LASTS_S]:
                del self._tabs[other]
            _, found = self._tabs.pop(ticket, (now, {}))
            self._tabs[ticket] = (now, found)
            while len(self._tabs) > MOST_TABS:
                self._tabs.popitem(last=False)
            return found

    def forget(self) -> None:
        """Nothing of any tab is left."""
        with self._lock:
            for _, found in self._tabs.values():
                found.clear()
            self._tabs.clear()
