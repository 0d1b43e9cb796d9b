"""What a lesson needs of where it is held: the terminal, the web app, a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from fewshot_fer.arrays import Floats
from fewshot_fer.lesson.commands import Results
from fewshot_fer.lesson.events import CheckIns
from fewshot_fer.lesson.naming import Namer
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.records.recording import SessionWriter


class Opened(Protocol):
    """Recogniser, library and members of a class; every method is for many threads."""

    def watch(
        self,
        *,
        student: str | None = None,
        cores: float | None = None,
        namer: Namer | None = None,
    ) -> ClassSession:
        """A session for one source."""
        ...

    def refresh(self) -> None:
        """Take in what has changed in the library."""
        ...

    def recalibrate(self, looks: Mapping[str, Floats], *, resting: bool) -> Results:
        """Fit students to today's light, from vectors [n,D] by student."""
        ...


class Host(Protocol):
    """Every method may take its time."""

    def opened(self) -> Opened:
        """The class; waits until it is open."""
        ...

    def begin_recording(self, name: str, *, per_student: bool) -> SessionWriter:
        """A new session in the record."""
        ...

    def check_ins(self, session: int) -> CheckIns:
        """Who is worth a check-in in a session that is being recorded."""
        ...
