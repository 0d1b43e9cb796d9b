"""What a lesson needs of where it is held: the terminal, the web app, a program."""

from __future__ import annotations

from typing import Protocol

from fewshot_fer.lesson.events import CheckIns, Kept
from fewshot_fer.lesson.opening import OpenClass
from fewshot_fer.records.recording import SessionWriter


class Host(Protocol):
    """Every method may take its time."""

    def opened(self, name: str) -> OpenClass:
        """The class of this name, or everybody; waits until it is open."""
        ...

    def begin_recording(self, name: str, *, per_student: bool) -> SessionWriter:
        """A new session in the record."""
        ...

    def go_on_recording(self, kept: Kept) -> SessionWriter:
        """The session that another process recorded in."""
        ...

    def check_ins(self, session: int) -> CheckIns:
        """Who is worth a check-in in a session that is being recorded."""
        ...
