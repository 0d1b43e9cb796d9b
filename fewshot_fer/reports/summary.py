"""What a session says of the class: shares, coverage, the timeline, marked moments; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from fewshot_fer.arrays import Doubles, Floats, Ints
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import BLOCK_S, ClassTrack, Mark, Recorded
from fewshot_fer.reports.changes import (
    Change,
    Watched,
    changes_of,
    watch,
)
from fewshot_fer.reports.statistics import Part, Series, difference, spread_of
from fewshot_fer.reports.usual import Watch

AROUND_S: Final = 120
"""A marked moment compares so long before with so long after."""
_LOOK_S: Final = 30
"""So often is looked whether the class changed."""
_WARY: Final = 5
"""So many more looks are counted: of 60 drawn lessons without a change, 2 then show one."""
_LOUD: Final = 0.1
"""Smaller changes of the class are not worth a moment."""
_MOST_LOUD: Final = 3
LEAST: Final = 0.02
"""Smaller changes of the class are not worth a word."""
_LEAST_HALF: Final = 6
"""Blocks of a half, to say how the class changed from the first to the second."""
_POINTS: Final = 180
"""A timeline has at most about so many points."""
_FEWER_POINTS: Final = 60
"""And a student's."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The class in stretches of equal length."""

    seconds: Ints
    """When each begins [n]."""
    length: int
    shares: Doubles
    """Of those who were confidently read [n,C]; NaN where nobody was."""
    coverage: Doubles
    """The share of the class that was confidently read [n]; NaN where nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Around:
    """A moment, marked or found: the class before and after it."""

    mark: Mark
    coverage: tuple[float, float]
    """How much of the class was confidently read before and after."""
    changes: tuple[Change, ...]
    """Every expression; empty where too little was seen on one side."""

    @property
    def clear(self) -> tuple[Change, ...]:
        """Those that are sure, the largest first."""
        return clear_of(self.changes)


@dataclass(frozen=True, slots=True)
class StudentSummary:
    """One student of a session."""

    student: str
    shares: Mapping[str, float]
    """Of the time in which the student was confidently read."""
    seen: float
    """The share of the session in which the face was to be seen."""
    sure: float
    """The share of the session in which it was confidently read."""
    quality: float
    timeline: Timeline
    on_device: float
    """The share of the session that was read on the student's own device."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that is told of a session."""

    recorded: Recorded
    shares: Mapping[str, float]
    coverage: float
    expected: int
    faces: float
    recorded_seconds: int
    on_device: float
    """Of the faces that were seen, the share that was read on students' own devices."""
    timeline: Timeline
    course: tuple[Change, ...]
    """From the first half to the second; empty where too little was seen."""
    around: tuple[Around, ...]
    stood_out: tuple[Around, ...]
    """Moments that nobody marked at which the class clearly changed; their marks have no text."""
    students: tuple[StudentSummary, ...]
    """In the order of their ids."""
    watched: Watched | None
    """None where students were not recorded, or are not wanted."""

    @property
    def moments(self) -> tuple[Around, ...]:
        """What was marked and what stood out, in the order of time."""
        both = (*self.around, *self.stood_out)
        return tuple(sorted(both, key=lambda one: one.mark.second))


def read_report(store: Store, session: int | None, *, per_student: bool) -> Report:
    """The report of a session (None: of the latest); of students too where that is wished."""
    recorded = store.read(session, students=per_student)
    return report_of(recorded, store.earlier(recorded.session) if per_student else ())


def report_of(
    recorded: Recorded, earlier: Sequence[Recorded] = (), how: Watch | None = None
) -> Report:
    """Put the numbers of a session together; students only where these were read."""
    whole, names = settled(recorded.whole), recorded.session.names
    total = whole.counts.sum(axis=0, dtype=np.float64)
    every = _length(recorded.session.seconds, _POINTS)
    rough = _length(recorded.session.seconds, _FEWER_POINTS)
    return Report(
        recorded=recorded,
        shares=_named(total / max(1e-9, total.sum()), names) if total.sum() > 0 else {},
        coverage=covered(whole),
        expected=int(whole.expected.max(initial=0)),
        faces=float(whole.faces.mean()) if len(whole.faces) else 0.0,
        recorded_seconds=len(whole.seconds),
        on_device=float(whole.on_device.sum() / max(1e-9, whole.faces.sum())),
        timeline=timeline_of(whole, recorded.session.seconds, every),
        course=_halves(whole, recorded.session.seconds, names),
        around=tuple(around(whole, mark, names) for mark in recorded.marks),
        stood_out=stood_out(whole, recorded.session.seconds, names, recorded.marks),
        students=tuple(_student(recorded, student, rough) for student in recorded.students),
        watched=watch(recorded, earlier, how) if recorded.students else None,
    )


def settled(whole: ClassTrack) -> ClassTrack:
    """The class without whoever was expected for less than half of the time.

    A face that had a wrong name for a while was one student more; the name was mended, and so is
    what was expected of the class.
    """
    if not len(whole.expected):
        return whole
    return replace(whole, expected=np.minimum(whole.expected, np.median(whole.expected)))


def timeline_of(whole: ClassTrack, seconds: int, length: int) -> Timeline:
    """The class in stretches of so many seconds."""
    places = whole.seconds // length
    count = -(-seconds // length)
    shown = np.zeros((count, whole.counts.shape[1]))
    expected = np.zeros(count)
    np.add.at(shown, places, whole.counts)
    np.add.at(expected, places, whole.expected)
    return _timeline(shown, expected, length)


def class_series(whole: ClassTrack, first: int = 0, last: int | None = None) -> Series:
    """The class's shares in blocks, from a second up to another."""
    inside = whole.seconds >= first
    if last is not None:
        inside &= whole.seconds < last
    inside &= whole.sure > 0
    # Blocks begin with the stretch, so that a mark falls between two.
    places = (whole.seconds[inside] - first) // BLOCK_S
    blocks, where = np.unique(places, return_inverse=True)
    shown = np.zeros((len(blocks), whole.counts.shape[1]))
    np.add.at(shown, where, whole.counts[inside])
    return Series(blocks, shown / shown.sum(axis=1, keepdims=True))


def around(whole: ClassTrack, mark: Mark, names: Sequence[str], looks: int = 1) -> Around:
    """The class before and after a moment; of many that are looked at, each must be surer."""
    first, last = max(0, mark.second - AROUND_S), mark.second + AROUND_S
    read = covered(whole, first, mark.second), covered(whole, mark.second, last)
    before, after = class_series(whole, first, mark.second), class_series(whole, mark.second, last)
    enough = min(len(before), len(after)) >= 3
    return Around(mark, read, class_change(before, after, names, looks) if enough else ())


def stood_out(
    whole: ClassTrack, seconds: int, names: Sequence[str], marks: Sequence[Mark]
) -> tuple[Around, ...]:
    """The loudest changes of the class, apart from each other and from what was marked."""
    looks = [Mark(second, "") for second in range(_LOOK_S, seconds, _LOOK_S)]
    found = [around(whole, look, names, _WARY * len(looks)) for look in looks]
    loud = [one for one in found if one.clear and abs(one.clear[0].effect) >= _LOUD]
    taken = [mark.second for mark in marks]
    chosen: list[Around] = []
    for one in sorted(loud, key=lambda one: -abs(one.clear[0].effect)):
        if all(abs(one.mark.second - second) >= AROUND_S for second in taken):
            taken.append(one.mark.second)
            chosen.append(one)
    return tuple(sorted(chosen[:_MOST_LOUD], key=lambda one: one.mark.second))


def covered(whole: ClassTrack, first: int = 0, last: int | None = None) -> float:
    """How much of the class was confidently read, from a second up to another."""
    inside = whole.seconds >= first
    if last is not None:
        inside &= whole.seconds < last
    return float(whole.sure[inside].sum() / max(1.0, float(whole.expected[inside].sum())))


def _halves(whole: ClassTrack, seconds: int, names: Sequence[str]) -> tuple[Change, ...]:
    half = seconds // 2
    before, after = class_series(whole, 0, half), class_series(whole, half)
    enough = min(len(before), len(after)) >= _LEAST_HALF
    return class_change(before, after, names) if enough else ()


def clear_of(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Changes whose interval does not hold 0 and that are worth a word, the largest first."""
    told = [c for c in changes if (c.low > 0 or c.high < 0) and abs(c.effect) >= LEAST]
    return tuple(sorted(told, key=lambda change: -abs(change.effect)))


def class_change(
    before: Series, after: Series, names: Sequence[str], looks: int = 1
) -> tuple[Change, ...]:
    """What changed in the class, for every expression, with intervals that hold together."""
    first, second = Part.of(before.shares), Part.of(after.shares)
    found = difference(first, second, spread_of([before, after]))
    # Sure of all expressions, and of all looks, at once.
    sure = 1 - 0.05 / max(1, len(names) * looks)
    return changes_of(found, names, first.mean, second.mean, sure)


def _student(recorded: Recorded, student: str, length: int) -> StudentSummary:
    blocks, seconds = recorded.students[student], recorded.session.seconds
    names = recorded.session.names
    per = max(1, length // BLOCK_S)
    count = -(-seconds // (per * BLOCK_S))
    shown, time = np.zeros((count, len(names))), np.zeros(count)
    np.add.at(shown, blocks.blocks // per, blocks.counts)
    np.add.at(time, recorded.whole.seconds // (per * BLOCK_S), 1.0)
    total, all_seconds = blocks.counts.sum(axis=0), max(1, len(recorded.whole.seconds))
    return StudentSummary(
        student,
        _named(total / total.sum(), names) if total.sum() > 0 else {},
        float(blocks.seen.sum() / all_seconds),
        float(total.sum() / all_seconds),
        _mean(blocks.quality, blocks.seen),
        _timeline(shown, time, per * BLOCK_S),
        blocks.on_device / all_seconds,
    )


def _timeline(shown: Doubles, expected: Doubles, length: int) -> Timeline:
    sure = shown.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares, coverage = shown / sure[:, None], np.minimum(1.0, sure / expected)
    return Timeline(np.arange(len(sure)) * length, length, shares, coverage)


def _length(seconds: int, points: int) -> int:
    """A round length of a stretch, so that there are not too many."""
    for length in (BLOCK_S, 20, 30, 60, 120):
        if seconds <= length * points:
            return length
    return 300


def _mean(values: Floats, weights: Floats) -> float:
    return float((values * weights).sum() / weights.sum()) if weights.sum() > 0 else 0.0


def _named(values: Doubles | Floats, names: Sequence[str]) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=True)}
