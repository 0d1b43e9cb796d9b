"""How well "worth a check-in" tells who changed, on labels of many drawn lessons.

    python benchmarks/lesson_changes.py [--lessons 20] [--minutes 10 --minutes 45] [--json]
                                        [--temper drawn ...] [--wrong 0.02] [--unsure 0.01]

What 25 students show comes from drawn lessons; labels are the truth a fifth of a second late, some
of them wrong or unsure (as often as `benchmarks/lesson.py` measures, unless told otherwise).
Every lesson is watched twice: as it is, and with three students of whose beats 60 % become sad
after half of the time. `drawn` are the lessons that the pictures are drawn from; the others have
beats by chance, and every student has shares of their own.

*Possible* is what somebody would find who knows all beats without error, each student's true
shares, and how they will change (a CUSUM, with half a false alarm a session).
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np

from benchmarks.changing import TEMPERS, Shift, changed, tempered
from fewshot_fer.arrays import Doubles, Ints
from fewshot_fer.drawn.lesson import Lesson, LessonPlan, Role, invent_lesson
from fewshot_fer.expressions import BASIC
from fewshot_fer.records.values import (
    BLOCK_S,
    ClassTrack,
    Recorded,
    SessionRecord,
    StudentBlocks,
)
from fewshot_fer.reports.changes import watch
from fewshot_fer.reports.usual import Watch

STUDENTS, CHANGED = 25, (3, 9, 20)
LATE_S, SOON_S = 0.2, 120.0
NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Noise:
    wrong: float
    unsure: float


@dataclass(frozen=True, slots=True)
class Row:
    temper: str
    minutes: int
    false: float
    """False alarms a session in which nothing changed."""
    most: int
    found: float
    """Of the changed students, by the end of the session."""
    soon: float
    """Within two minutes."""
    all_soon: float
    """Lessons in which all three were."""
    median: float
    possible: float
    """Within two minutes, knowing everything."""


def lesson_of(temper: str, seconds: int, seed: int, students: int = STUDENTS) -> Lesson:
    if temper == "drawn":
        return invent_lesson(students, seed, LessonPlan(seconds))
    return tempered(students, seconds, seed, TEMPERS[temper])


def labels_of(part: Role, seconds: int, noise: Noise, rng: np.random.Generator) -> Ints:
    """What the record would say of one student, -1 where unsure [seconds]."""
    starts = np.array([beat.start + LATE_S for beat in part.beats])
    shown = np.array([BASIC.index(beat.expression) for beat in part.beats])
    middles = np.arange(seconds) + 0.5
    labels = shown[np.maximum(0, np.searchsorted(starts, middles, side="right") - 1)]
    wrong = rng.random(seconds) < noise.wrong
    labels[wrong] = rng.integers(0, len(BASIC), int(wrong.sum()))
    labels[rng.random(seconds) < noise.unsure] = -1
    return np.asarray(labels)


def recorded(lesson: Lesson, seconds: int, noise: Noise, seed: int) -> Recorded:
    """The record of a lesson, students in blocks; the class as a whole is left out."""
    students = {}
    for k, part in enumerate(lesson.parts):
        labels = labels_of(part, seconds, noise, np.random.default_rng([seed, 17, k]))
        shown = labels.reshape(-1, BLOCK_S)[..., None] == np.arange(len(BASIC))
        count = len(shown)
        students[f"s{k:02}"] = StudentBlocks(
            np.arange(count), shown.sum(axis=1).astype(np.float32),
            np.full(count, BLOCK_S, np.float32), np.full(count, 0.8, np.float32),
        )  # fmt: skip
    started = datetime(2026, 1, 1, tzinfo=UTC)
    session = SessionRecord(
        1, "drawn", started, started, True, seconds, len(lesson.parts), 0, BASIC
    )
    nothing = np.zeros(0, np.float32)
    whole = ClassTrack(
        np.zeros(0, np.int64), nothing, nothing, np.zeros((0, len(BASIC)), np.float32), nothing
    )
    return Recorded(session, whole, (), students)


def measured(temper: str, minutes: int, lessons: int, noise: Noise, how: Watch) -> Row:
    seconds = 60 * minutes
    shift, false, late = Shift(seconds / 2), [], []
    for seed in range(lessons):
        lesson = lesson_of(temper, seconds, seed)
        false.append(len(watch(recorded(lesson, seconds, noise, seed), how=how).check_ins))
        other = recorded(changed(lesson, CHANGED, shift, seed), seconds, noise, seed)
        told = {c.student: c for c in watch(other, how=how).check_ins}
        for k in CHANGED:
            one = told.get(f"s{k:02}")
            noticed = None if one is None else one.noticed
            late.append([NEVER if noticed is None else noticed - shift.at, one is not None])
    times, found = np.array(late).T
    soon = (times > 0) & (times <= SOON_S)
    return Row(
        temper, minutes, float(np.mean(false)), max(false), float(found.mean()),
        float(soon.mean()), float(soon.reshape(-1, len(CHANGED)).all(axis=1).mean()),
        float(np.median(times)), possible(temper, seconds, shift),
    )  # fmt: skip


# ---------------------------------------------------------------------- what is possible


def possible(temper: str, seconds: int, shift: Shift, students: int = 200) -> float:
    """The share found within two minutes by who knows everything."""
    lesson = lesson_of(temper, seconds, 1000, students)
    usual = lesson_of(temper, max(14_400, 5 * seconds), 1000, students)
    rates = [_rates(part) for part in usual.parts]
    still = [_path(part, rate, shift) for part, rate in zip(lesson.parts, rates, strict=True)]
    most = [values.max(initial=0.0) for _, values in still]
    threshold = float(np.quantile(most, 1 - 0.5 / STUDENTS))
    moved = changed(lesson, range(students), shift, 1000)
    soon = 0
    for part, rate in zip(moved.parts, rates, strict=True):
        times, values = _path(part, rate, shift)
        passed = times[(values > threshold) & (times > shift.at)]
        soon += int(len(passed) > 0 and passed[0] - shift.at <= SOON_S)
    return soon / students


def _rates(part: Role) -> dict[bool, float]:
    """How often a beat is sad, after a sad one and after others: sad never follows itself."""
    pairs = Counter((a.expression == "sad", b.expression == "sad") for a, b in pairwise(part.beats))
    return {
        after: max(0.005, pairs[after, True] / max(1, pairs[after, True] + pairs[after, False]))
        for after in (False, True)
    }


def _path(part: Role, rates: dict[bool, float], shift: Shift) -> tuple[Doubles, Doubles]:
    """When each beat of a lesson is known, and the sum of evidence then."""
    total, sad, steps = 0.0, False, []
    for beat in part.beats:
        usual, sad = rates[sad], beat.expression == shift.expression
        risen = shift.share + (1 - shift.share) * usual
        step = np.log(risen / usual) if sad else np.log((1 - risen) / (1 - usual))
        total = max(0.0, total) + float(step)
        steps.append((beat.start + 1, total))
    times, values = np.array(steps).T
    return times, values


def rows(given: argparse.Namespace) -> Iterator[Row]:
    noise = Noise(given.wrong, given.unsure)
    for temper in given.temper or ["drawn", *TEMPERS]:
        for minutes in given.minutes or [10]:
            yield measured(temper, minutes, given.lessons, noise, Watch())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lessons", type=int, default=20)
    parser.add_argument("--minutes", type=int, action="append")
    parser.add_argument("--temper", action="append", choices=["drawn", *TEMPERS])
    parser.add_argument("--wrong", type=float, default=0.02)
    parser.add_argument("--unsure", type=float, default=0.01)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.json:
        print(json.dumps([asdict(row) for row in rows(given)]))
        return
    print("| faces | minutes | false a session (most) | found | within 2 minutes | all three | "
          "median | possible |\n" + "| --- " * 8 + "|")  # fmt: skip
    for row in rows(given):
        print(
            f"| {row.temper} | {row.minutes} | {row.false:.2f} ({row.most}) | {row.found:.0%} | "
            f"{row.soon:.0%} | {row.all_soon:.0%} | {row.median:.0f} s | {row.possible:.0%} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
