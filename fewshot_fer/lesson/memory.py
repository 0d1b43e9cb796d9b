"""A session's last vectors of every student, to recalibrate from; never a picture."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from fewshot_fer.arrays import Floats

_EVERY_S: Final = 0.5
"""Vectors that follow closer say nearly the same."""
_MOST: Final = 120
_RESTING_S: Final = 4.0
_MINUTE_S: Final = 60.0


@dataclass(slots=True)
class Memory:
    """Vectors by student, a few a second, the last minute of them."""

    _kept: dict[str, deque[tuple[float, Floats]]] = field(default_factory=dict)

    def keep(self, student: str, vector: Floats, time: float) -> None:
        """Remember a vector z [D], unless the last one was a moment ago."""
        kept = self._kept.setdefault(student, deque(maxlen=_MOST))
        if not kept or time - kept[-1][0] >= _EVERY_S:
            kept.append((time, vector))

    def of(self, student: str, *, since: float = -np.inf) -> Floats:
        """A student's vectors [n,D] from a time on, oldest first."""
        rows = [vector for time, vector in self._kept.get(student, ()) if time >= since]
        return np.stack(rows) if rows else np.zeros((0, 0), np.float32)

    def latest(self, now: float, *, resting: bool) -> dict[str, list[Floats]]:
        """Everybody's vectors z [D] of the last minute; of resting faces of the last seconds."""
        since = now - (_RESTING_S if resting else _MINUTE_S)
        found = {student: list(self.of(student, since=since)) for student in self._kept}
        return {student: rows for student, rows in found.items() if rows}

    def forget(self, student: str) -> None:
        """Drop what is kept of a student."""
        self._kept.pop(student, None)

    @property
    def students(self) -> tuple[str, ...]:
        """All of whom there are vectors."""
        return tuple(self._kept)
