"""What remains of a lesson that nobody recorded: the class's mean shares and how much was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fewshot_fer.records.views import View


@dataclass(frozen=True, slots=True)
class Summary:
    """A lesson in a few numbers about the class, none about a student."""

    seconds: float
    frames: int
    frames_a_second: float
    """Of the source's time: what was dropped is missing here."""
    most_faces: int
    coverage: float
    """The mean share of the class that was confidently read."""
    shares: Mapping[str, float]
    """The mean share of each expression among those who were confidently read."""


@dataclass(slots=True)
class Summing:
    """Adds up views."""

    _first: float | None = None
    _last: float = 0.0
    _most: int = 0
    _sure: int = 0
    _expected: int = 0
    _counts: dict[str, float] = field(default_factory=dict)

    def add(self, view: View) -> None:
        """One more view."""
        self._first = view.time if self._first is None else self._first
        self._last = view.time
        self._most = max(self._most, len(view.seen))
        self._sure += view.shares.sure
        self._expected += view.shares.expected
        for name, share in view.shares.shares.items():
            self._counts[name] = self._counts.get(name, 0.0) + share * view.shares.sure

    def summary(self, frames: int) -> Summary:
        """All until now, from so many frames that were looked at."""
        seconds = self._last - (self._first or 0.0)
        ordered = sorted(self._counts.items(), key=lambda item: -item[1])
        return Summary(
            seconds=seconds,
            frames=frames,
            frames_a_second=(frames - 1) / seconds if seconds > 0 and frames else 0.0,
            most_faces=self._most,
            coverage=self._sure / self._expected if self._expected else 0.0,
            shares={name: count / self._sure for name, count in ordered} if self._sure else {},
        )
