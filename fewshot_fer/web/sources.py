"""The streams of pictures of a class: galleries, students' own devices, drawn classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from fewshot_fer.arrays import Bytes
from fewshot_fer.lesson.health import Health, is_black
from fewshot_fer.lesson.naming import Namer
from fewshot_fer.lesson.opening import OpenClass
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.records.views import View

FindsNamer = Callable[[], Namer | None]

_FRESH_S: Final = 2.0
"""A source that has sent nothing for so long counts for nothing, ..."""
_FRESH_GAPS: Final = 3.0
"""... unless its pictures come as slowly as that anyway."""
_PACE: Final = 0.1
"""The share of a surprise that corrects what is told of a source's speed."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """A stream of pictures, for whoever asks."""

    key: str
    kind: str
    student: str | None
    faces: int
    a_second: float
    ms: float
    said: str | None
    """What is wrong with it, if anything."""


@dataclass(slots=True, eq=False)
class Source:
    """One stream of pictures."""

    key: str
    student: str | None
    place: int
    """Which of all the sources it is."""
    session: ClassSession | None = None
    view: View | None = None
    size: tuple[int, int] = (0, 0)
    last: float = 0.0
    """When a picture last came."""
    gap: float | None = None
    """Seconds between two answers, smoothed."""
    took: float = 0.0
    """Seconds from a picture's arrival to its answer, smoothed."""
    health: Health = field(default_factory=lambda: Health(scales=True))
    lock: Lock = field(default_factory=Lock)
    """Held while the session is used."""

    @property
    def patience(self) -> float:
        """What was seen counts for so many seconds."""
        return max(_FRESH_S, _FRESH_GAPS * (self.gap or 0.0))

    @property
    def kind(self) -> str:
        """`gallery`, `device` or `drawn`."""
        return self.key.partition(":")[0]

    def look(self, image: Bytes, time: float, begin: Callable[[], ClassSession]) -> View:
        """Look at a picture [h,w,3]; the first `begin`s the session."""
        with self.lock:
            if self.session is None:
                self.session = begin()
            size = (image.shape[1], image.shape[0])
            self.health.picture(size, time, dark=is_black(image))
            return self.session.look(image, time)

    def answered(self, view: View, size: tuple[int, int], came: float, done: float) -> None:
        """What was seen in a picture of this size that came and was done at these times."""
        if self.view is not None:
            gap = came - self.view.time
            self.gap = gap if self.gap is None else self.gap + _PACE * (gap - self.gap)
        self.took += (1.0 if self.view is None else _PACE) * (done - came - self.took)
        self.view, self.size = view, size

    def state(self, now: float) -> SourceState:
        """For whoever asks."""
        view = self.view
        return SourceState(
            self.key, self.kind, self.student, len(view.seen) if view is not None else 0,
            1 / self.gap if self.gap else 0.0, 1000 * self.took, self.health.said(now),
        )  # fmt: skip


def session_for(source: Source, opened: OpenClass, namer: FindsNamer | None) -> ClassSession:
    """Looks at a source, with its own namer, as its one student, or by face."""
    return opened.watch(student=source.student, namer=namer() if namer is not None else None)
