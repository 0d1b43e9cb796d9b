"""What a session may spend on a frame, and what it has left."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final


@dataclass(frozen=True, slots=True)
class Budget:
    """What a session may spend; None is no limit."""

    cores: float | None = None
    """Seconds of work for every second of the lesson."""
    faces: int | None = None
    """Faces read in one frame."""


_SAVED_S: Final = 0.25
"""What was not spent is kept for no longer than this."""
_LEARNING: Final = 0.2
"""The share of a surprise that corrects the cost of a face."""


@dataclass(slots=True)
class FrameBudget:
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
        earned = self.budget.cores * (time - self._last) if self._last is not None else inf
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
