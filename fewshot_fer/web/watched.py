"""The classes that are watched now: opened, found, and ended when everybody left."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import Final

from fewshot_fer.errors import FewshotFerError, SourceError
from fewshot_fer.web.classes import RunningClass
from fewshot_fer.web.host import Host

_FORSAKEN_S: Final = 30 * 60.0
"""A class that nobody sends pictures to or watches ends after so long; no break lasts longer."""


class Classes:
    """The classes that are watched now."""

    def __init__(self, host: Host, new_id: Callable[[], str]) -> None:
        self._host = host
        self._new_id = new_id
        self._running: dict[str, RunningClass] = {}
        self._lock = Lock()
        self._making = Lock()

    def open(self, name: str = "") -> RunningClass:
        """A new class."""
        made = RunningClass(self._new_id(), name, self._host)
        with self._lock:
            self._running[made.id] = made
        return made

    def latest(self, make: Callable[[], RunningClass]) -> RunningClass:
        """The one that was opened last and still runs, or a new one; never two new ones at once."""
        with self._making:
            here = [one for one in self.all() if not one.ended]
            return here[-1] if here else make()

    def get(self, id_: str) -> RunningClass:
        """A class by its id."""
        found = self._running.get(id_)
        if found is None:
            raise SourceError(
                "This class has ended, or there never was one.",
                where=id_[:20],
                next_step="Open the page of the class again.",
            )
        return found

    def all(self) -> tuple[RunningClass, ...]:
        """All that are watched, the latest last."""
        with self._lock:
            return tuple(self._running.values())

    def close(self, id_: str) -> int | None:
        """End a class; the session that was recorded, if one was."""
        with self._lock:
            found = self._running.pop(id_, None)
        return found.end() if found is not None else None

    def close_forsaken(self) -> None:
        """End those that everybody left long ago, and keep what was recorded."""
        for running in self.all():
            if running.alone > _FORSAKEN_S:
                with suppress(FewshotFerError):
                    self.close(running.id)

    def close_all(self) -> None:
        """End them all and keep what was recorded."""
        for running in self.all():
            with suppress(FewshotFerError):
                self.close(running.id)
