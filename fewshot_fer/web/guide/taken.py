"""Faces that were taken by camera wait here for the page that asked for them, in memory only."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

from fewshot_fer.students.enrolment.gate import Candidate

MOST_FACES: Final = 64
MOST_TICKETS: Final = 64
"""What nobody fetched goes when so many others have come."""


class TakenFaces:
    """What was taken, by the ticket of the page that asked; a ticket cannot be guessed."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, list[Candidate]] = OrderedDict()
        self._lock = Lock()

    def put(self, ticket: str, taken: list[Candidate]) -> None:
        """Faces for whoever holds this ticket."""
        with self._lock:
            waiting = self._waiting.setdefault(ticket, [])
            waiting += taken
            del waiting[:-MOST_FACES]
            self._waiting.move_to_end(ticket)
            while len(self._waiting) > MOST_TICKETS:
                self._waiting.popitem(last=False)

    def fetch(self, ticket: str) -> list[Candidate]:
        """Everything that waits; then nothing does."""
        with self._lock:
            return self._waiting.pop(ticket, [])
