"""Faces of moments that a teacher kept in class, until an expression is taught from them.

In memory only, and of those alone who still agree that pictures are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final

from fewshot_fer.students.enrolment.gate import Candidate
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import Purpose

_MOST: Final = 8
_LASTS_S: Final = 2 * 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One moment: when it was, and a face of every student who was seen."""

    at: float
    faces: Mapping[str, Sequence[Candidate]]


class Moments:
    """The latest ones; every method may come from any thread."""

    def __init__(self, library: Library, now: Callable[[], float]) -> None:
        self._library, self._now = library, now
        self._kept: tuple[Moment, ...] = ()
        self._lock = Lock()

    def keep(self, faces: Mapping[str, Sequence[Candidate]]) -> None:
        """The faces of this moment."""
        with self._lock:
            if faces:
                self._kept = (Moment(self._now(), faces), *self._kept)[:_MOST]

    def all(self) -> tuple[Moment, ...]:
        """The latest first; what is older than a lesson is gone, and who takes pictures back."""
        if not self._kept:  # It is asked every few seconds.
            return ()
        agreed = {s.id for s in self._library.students() if Purpose.PICTURES in s.purposes}
        with self._lock:
            since = self._now() - _LASTS_S
            kept = [
                replace(one, faces={who: some for who, some in one.faces.items() if who in agreed})
                for one in self._kept
                if one.at >= since
            ]
            self._kept = tuple(one for one in kept if one.faces)
            return self._kept

    def forget(self) -> None:
        """Nothing is left of any."""
        with self._lock:
            self._kept = ()
