"""Faces that were taken by camera wait here for the page that asked for them, in memory only."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

from fewshot_fer.students.enrolment.gate import Candidate

MOST_FACES: Final = 64
MOST_TICKETS: Final = 64
"""What nobody fetched goes when so many others have come, ..."""
LASTS_S: Final = 300.0
"""... and after this time: a page that is there fetches it within seconds."""


class TakenFaces:
    """What was taken, by the ticket of the page that asked; a ticket cannot be guessed."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waiting: OrderedDict[str, tuple[float, list[Candidate]]] = OrderedDict()
        self._lock = Lock()

    def put(self, ticket: str, taken: list[Candidate]) -> None:
        """Faces for whoever holds this ticket."""
        with self._lock:
            _, before = self._waiting.pop(ticket, (0.0, []))
            self._waiting[ticket] = self._clock(), [*before, *taken][-MOST_FACES:]
            while len(self._waiting) > MOST_TICKETS:
                self._waiting.popitem(last=False)

    def fetch(self, ticket: str) -> list[Candidate]:
        """Everything that waits; then nothing does."""
        with self._lock:
            return self._waiting.pop(ticket, (0.0, []))[1]

    def forget_old(self) -> None:
        """Nothing is left for pages that are gone."""
        with self._lock:
            since = self._clock() - LASTS_S
            for ticket in [one for one, (at, _) in self._waiting.items() if at < since]:
                del self._waiting[ticket]
