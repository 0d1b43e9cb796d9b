"""Which faces are read in a frame when there is not time for all: evenly, and none forgotten."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Doubles, Ints


@dataclass(frozen=True, slots=True)
class Budget:
    """What a session may spend; None is no limit."""

    cores: float | None = None
    """Seconds of work for every second of the lesson."""
    faces: int | None = None
    """Faces read in one frame."""


_SAVED_S = 0.25
"""What was not spent is kept for no longer than this."""
_CHANGE_COUNTS = 2.0
"""A face that has wholly changed is as urgent as one read this much longer ago."""
_LEARNING = 0.2


@dataclass(slots=True)
class Purse:
    """Keeps account of time: how many faces a frame can afford."""

    budget: Budget
    per_face: float = 0.003
    """Seconds to read one face, learnt as we go."""
    _saved: float = 0.0
    _last: float | None = None

    def earn(self, time: float) -> None:
        """A frame at a time of the lesson."""
        if self.budget.cores is None:
            return
        earned = self.budget.cores * (time - self._last) if self._last is not None else np.inf
        most = _SAVED_S * self.budget.cores
        self._saved = min(self._saved + max(0.0, earned), most)
        self._last = time

    def affordable(self, spent: float) -> int | None:
        """How many faces can be read after what this frame has cost already; at least one."""
        limits = [] if self.budget.faces is None else [self.budget.faces]
        if self.budget.cores is not None:
            limits.append(int((self._saved - spent) / self.per_face))
        return max(1, min(limits)) if limits else None

    def pay(self, spent: float, reading: float, faces: int) -> None:
        """What the whole frame cost, and how much of it went into reading faces."""
        if faces:
            self.per_face += _LEARNING * (reading / faces - self.per_face)
        if self.budget.cores is not None:
            # Debts are limited too, or one slow frame would starve the next hundred.
            self._saved = max(self._saved - spent, -_SAVED_S * self.budget.cores)


def most_urgent(ages: Doubles, changes: Doubles, reads: Ints, count: int | None) -> Ints:
    """The indices of the faces to read: the longest unread, sooner if they have changed.

    ages [n] in seconds, infinite for a face never read; changes [n] from 0 to 1; reads [n], how
    often each was read, which decides between equals. No face waits more than three times as
    long as all would if they took turns.
    """
    if count is None or count >= len(ages):
        return np.arange(len(ages))
    # To the millisecond, or rounding would decide between faces read in the same frame.
    urgency = ages.round(3) * (1 + _CHANGE_COUNTS * np.clip(changes, 0, 1))
    return np.sort(np.lexsort((reads, -urgency))[:count])
