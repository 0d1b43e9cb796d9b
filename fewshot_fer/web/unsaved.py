"""What a browser tab has not saved yet, so that a tab that is loaded again has it back.

In memory only: pictures that nobody has agreed to keep must not reach a disk.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Final

from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import Purpose

MOST_TABS: Final = 32
LASTS_S: Final = 3600.0
"""What nobody came back for in this time is gone."""

Trays = dict[tuple[str, str], Any]
"""By what they are for, and the student whose pictures they hold (none of who is not enrolled)."""


class Unsaved:
    """By the ticket in a tab's address, which cannot be guessed."""

    def __init__(self, library: Library, clock: Callable[[], float]) -> None:
        self._library, self._clock = library, clock
        self._tabs: OrderedDict[str, tuple[float, Trays]] = OrderedDict()
        self._lock = Lock()

    def of(self, ticket: str) -> Trays:
        """What a tab has; the same object for as long as it is kept."""
        with self._lock:
            now = self._clock()
            for other in [t for t, (at, _) in self._tabs.items() if now - at > LASTS_S]:
                self._tabs.pop(other)[1].clear()
            _, found = self._tabs.pop(ticket, (now, {}))
            self._tabs[ticket] = (now, found)
            while len(self._tabs) > MOST_TABS:
                self._tabs.popitem(last=False)[1][1].clear()
            return found

    def forget_who_left(self) -> None:
        """Nothing is left of who is gone, or took back that pictures are kept."""
        with self._lock:
            every = [(found, whose) for _, found in self._tabs.values() for whose in tuple(found)]
            if not any(student for _, (_, student) in every):  # It is asked every few seconds.
                return
            agreed = {s.id for s in self._library.students() if Purpose.PICTURES in s.purposes}
            for found, whose in every:
                if whose[1] and whose[1] not in agreed:
                    found.pop(whose, None)

    def forget(self) -> None:
        """Nothing of any tab is left."""
        with self._lock:
            for _, found in self._tabs.values():
                found.clear()
            self._tabs.clear()
