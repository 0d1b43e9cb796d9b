"""Aggregates the frames of a second to one record; pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import floor

from fewshot_fer.records.values import ClassSecond, Second, StudentSecond
from fewshot_fer.records.views import Seen, View


@dataclass(slots=True)
class _Pupil:
    track: int
    seen: int = 0
    read: int = 0
    quality: float = 0.0
    on_device: bool = False
    shown: Counter[str] = field(default_factory=Counter)
    scores: dict[str, float] = field(default_factory=dict)

    def add(self, face: Seen) -> None:
        self.track = face.track
        self.seen += 1
        self.on_device |= face.on_device
        self.quality += face.quality.score if face.quality is not None else 0.0
        if face.expression is not None:
            self.shown[face.expression] += 1
        if face.reading is not None:
            self.read += 1
            for name, score in face.reading.scores.items():
                self.scores[name] = self.scores.get(name, 0.0) + score

    def made(self, student: str, frames: int) -> StudentSecond:
        most = self.shown.most_common(1)
        shown = most[0][0] if most and self.shown.total() >= frames / 2 else None
        return StudentSecond(
            student, self.track, self.seen / frames, self.shown.total() / frames,
            self.quality / self.seen, shown,
            {name: total / self.read for name, total in self.scores.items()}, self.on_device,
        )  # fmt: skip


@dataclass(slots=True)
class _Current:
    second: int
    frames: int = 0
    expected: int = 0
    faces: int = 0
    on_device: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    pupils: dict[str, _Pupil] = field(default_factory=dict)

    def add(self, view: View, *, per_student: bool) -> None:
        self.frames += 1
        self.expected = max(self.expected, view.shares.expected)
        self.faces += len(view.seen)
        self.on_device += sum(face.on_device for face in view.seen)
        self.counts.update(face.expression for face in view.seen if face.expression is not None)
        if per_student:
            # Faces without a name are of nobody who agreed to be recorded.
            once = {face.student: face for face in view.seen if face.student is not None}
            for student, face in once.items():
                self.pupils.setdefault(student, _Pupil(face.track)).add(face)

    def made(self) -> Second:
        counts = {name: count / self.frames for name, count in self.counts.items()}
        return Second(
            ClassSecond(
                self.second,
                self.expected,
                self.faces / self.frames,
                sum(counts.values()),
                counts,
                self.on_device / self.frames,
            ),
            tuple(pupil.made(student, self.frames) for student, pupil in self.pupils.items()),
        )


class Seconds:
    """Takes views in and hands out every second that is over; times never go back."""

    def __init__(self, *, per_student: bool) -> None:
        self._per_student = per_student
        self._current: _Current | None = None

    def add(self, view: View) -> Second | None:
        """One more view; the second before, if this one begins a new second."""
        second, current = floor(view.time), self._current
        over = None
        if current is None or second > current.second:
            over = self.rest()
            current = self._current = _Current(second)
        current.add(view, per_student=self._per_student)
        return over

    def rest(self) -> Second | None:
        """The last second, which nothing follows."""
        current, self._current = self._current, None
        return current.made() if current is not None else None
