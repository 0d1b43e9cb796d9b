"""Calm against quick: what the smoothing's settings bring on drawn lessons.

    python benchmarks/smoothing.py [--students 25] [--seconds 20] [--seed 0 --seed 1 ...] [--json]

The later lesson of `fewshot-fer demo` is watched once a seed, enrolled, ten looks a second; every
reading of a single look is overheard and smoothed again with other settings. A change of the truth
counts from the middle of the face's own movement. False changes are all that come more than a
second after a true one.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from fewshot_fer.arrays import Floats
from fewshot_fer.drawn.cohort import LATER, Cohort, at_rest
from fewshot_fer.drawn.demo import REST_S
from fewshot_fer.drawn.gallery import Gallery
from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
from fewshot_fer.lesson.members import Members
from fewshot_fer.lesson.smoothing import Smoother, Smoothing
from fewshot_fer.prototypes.prototypes import Reading
from fewshot_fer.reasons import Reason
from fewshot_fer.recognizer import Recognizer

LOOKS = 10
CALM_S, SOON_S, NEVER_S, TOLERANCE_S = 1.0, 0.7, 2.0, 0.5
CHOSEN = Smoothing()
SETTINGS = (
    *(replace(CHOSEN, correlation=value) for value in (0.05, 0.1, 0.15, 0.2, 0.3)),
    replace(CHOSEN, clear=0.5),
    replace(CHOSEN, clear=0.85),
    replace(CHOSEN, change_rate=0.1),
    replace(CHOSEN, change_rate=1.0),
)


@dataclass(slots=True)
class Overheard:
    """Members whose readings are kept."""

    members: Members
    now: list[tuple[str | None, Reading]] = field(default_factory=list)

    def read(
        self, students: Sequence[str | None], z: Floats, weak: Sequence[Reason | None]
    ) -> Sequence[Reading]:
        readings = self.members.read(students, z, weak)
        self.now += zip(students, readings, strict=True)
        return readings

    def name(self, student: str) -> str | None:
        return self.members.name(student)

    def __len__(self) -> int:
        return len(self.members)


@dataclass(frozen=True, slots=True)
class Look:
    """A moment: what was read of whom, and what students to be seen truly show."""

    time: float
    readings: tuple[tuple[str, Reading], ...]
    truth: dict[str, str]


@dataclass(slots=True)
class Sums:
    seen: int = 0
    right: int = 0
    false: int = 0
    calm: int = 0
    changes: int = 0
    soon: int = 0

    def row(self, how: Smoothing) -> dict[str, float]:
        return {
            "change_rate": how.change_rate,
            "correlation": how.correlation,
            "clear": how.clear,
            "false_a_minute": self.false / max(1, self.calm) * LOOKS * 60,
            "soon": self.soon / max(1, self.changes),
            "right": self.right / max(1, self.seen),
            "changes": self.changes,
            "looks": self.seen,
        }


def watched(students: int, seconds: float, seed: int, recognizer: Recognizer) -> list[Look]:
    with TemporaryDirectory() as folder:
        cohort = Cohort(students, seed, recognizer, Path(folder))
        cohort.enrol()
        lesson = invent_lesson(students, 1000 * seed + LATER, LessonPlan(seconds))
        resting = cohort.watcher(cohort.enrolled())
        for frame in Gallery(cohort.students, at_rest(lesson), session=LATER).frames(REST_S, LOOKS):
            resting.look(frame)
        cohort.recalibrate(resting.session)
        overheard = Overheard(cohort.enrolled())
        watcher, looks = cohort.watcher(overheard), []
        for frame in Gallery(cohort.students, lesson, session=LATER).frames(seconds, LOOKS):
            overheard.now.clear()
            watcher.look(frame)
            read = tuple((who, reading) for who, reading in overheard.now if who is not None)
            truth = {cohort.ids[s.name]: s.expression for s in frame.visible}
            looks.append(Look(frame.time, read, truth))
        return looks


def smoothed(looks: Sequence[Look], how: Smoothing, sums: Sums) -> None:
    """Smooth a lesson's readings again and count."""
    smoother = Smoother(how)
    began: dict[str, tuple[float, str, str]] = {}
    """Since when a student shows what, and what they showed before."""
    shown: dict[str, str] = {}
    waiting: dict[str, float] = {}
    for look in looks:
        for student, reading in look.readings:
            smoother.add(student, reading, look.time)
        for student, true in look.truth.items():
            since, now, before = began.setdefault(student, (look.time, true, true))
            if now != true:
                since, now, before = began[student] = (look.time, true, now)
                waiting[student] = look.time
                sums.changes += 1
            said = smoother.shown(student, look.time)
            if said is None:
                continue
            late = look.time - since
            sums.seen += 1
            sums.right += said.expression == true or (
                late < TOLERANCE_S - 1e-9 and said.expression == before
            )
            if student in waiting and (said.expression == true or late > NEVER_S):
                sums.soon += look.time - waiting.pop(student) <= SOON_S + 1e-9
            if late > CALM_S:
                sums.calm += 1
                sums.false += shown.get(student, said.expression) != said.expression
            shown[student] = said.expression


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    recognizer = Recognizer.open()
    lessons = [
        watched(given.students, given.seconds, seed, recognizer) for seed in given.seed or range(4)
    ]
    rows = []
    for how in SETTINGS:
        sums = Sums()
        for looks in lessons:
            smoothed(looks, how, sums)
        rows.append(sums.row(how))
    if given.json:
        print(json.dumps(rows))
        return
    print("| change_rate | correlation | clear | false a minute | within 0.7 s | right |")
    print("| --- " * 6 + "|")
    for row in rows:
        print(
            f"| {row['change_rate']} | {row['correlation']:.2f} | {row['clear']} | "
            f"{row['false_a_minute']:.2f} | {row['soon']:.1%} | {row['right']:.1%} |"
        )
    print(f"{rows[0]['changes']} changes, {rows[0]['looks']} student-looks")


if __name__ == "__main__":
    main()
