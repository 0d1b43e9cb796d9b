"""The class as the lesson goes on, in short stretches; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from fewshot_fer.records.values import ClassSecond

STEP_S: Final = 5


@dataclass(slots=True)
class Stretch:
    """Some seconds of the class."""

    start: int
    seconds: int = 0
    sure: float = 0.0
    expected: float = 0.0
    counts: dict[str, float] = field(default_factory=dict)

    def add(self, second: ClassSecond) -> None:
        """One more second."""
        self.seconds += 1
        self.sure += second.sure
        self.expected += second.expected
        for name, count in second.counts.items():
            self.counts[name] = self.counts.get(name, 0.0) + count

    def told(self) -> list[object]:
        """When it begins, the shares of those surely read, and how much of the class these are."""
        shares = {n: round(count / self.sure, 4) for n, count in self.counts.items()}
        covered = self.sure / self.expected if self.expected else 0.0
        return [self.start, shares if self.sure else {}, round(min(1.0, covered), 4)]


@dataclass(slots=True)
class Timeline:
    """All stretches until now."""

    stretches: list[Stretch] = field(default_factory=list)

    def add(self, second: ClassSecond) -> None:
        """One more second; seconds in which nothing was seen leave a gap."""
        start = second.second // STEP_S * STEP_S
        if not self.stretches or self.stretches[-1].start != start:
            self.stretches.append(Stretch(start))
        self.stretches[-1].add(second)
