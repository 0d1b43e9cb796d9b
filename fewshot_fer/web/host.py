"""What a class that is watched needs of the service."""

from __future__ import annotations

from typing import Protocol

from fewshot_fer.lesson.opening import OpenClass
from fewshot_fer.records.recording import Recording
from fewshot_fer.web.newest import NewestWins
from fewshot_fer.web.wire import Message


class Host(Protocol):
    """What a class needs of the service."""

    jobs: NewestWins[Message]

    def now(self) -> float:
        """The wall clock."""
        ...

    def clock(self) -> float:
        """Seconds that never go back."""
        ...

    def opened(self) -> OpenClass:
        """Recogniser, library and members; waits until they are there."""
        ...

    def recording(self, name: str) -> Recording:
        """What may be written down of a class."""
        ...

    def check_ins(self, session: int) -> tuple[Message, ...]:
        """Who is worth a check-in in a session that is recorded."""
        ...
