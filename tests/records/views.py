"""Views made by hand, and lessons made of seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fewshot_fer.expressions import BASIC
from fewshot_fer.prototypes.prototypes import Reading
from fewshot_fer.reasons import Reason
from fewshot_fer.records.values import ClassSecond, Second, StudentSecond
from fewshot_fer.records.views import Effort, Seen, Timings, View, shares_of
from fewshot_fer.students.store.records import EVERY, Purposes

NO_TIME = Timings(0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Fine:
    score: float = 0.8
    reason: Reason | None = None


def seen(
    student: str | None, expression: str, track: int = 1, unsure: Reason | None = None
) -> Seen:
    scores = {name: 0.7 if name == expression else 0.05 for name in BASIC}
    reading = Reading(expression, scores, unsure)
    return Seen((0.0, 0.0, 9.0, 9.0), track, student, None, reading, Fine(), 0.0)


def view(time: float, faces: Sequence[Seen], members: int = 3) -> View:
    return View(time, tuple(faces), shares_of(faces, members), Effort(0, 0, 0.0), NO_TIME)


def second(number: int, shown: Mapping[str, str | None] | None = None) -> Second:
    """A second of a class of named students, each surely showing something, or nothing (None)."""
    people = shown or {}
    rows = tuple(
        StudentSecond(
            student, k, 1.0, float(name is not None), 0.8, name,
            {other: 0.7 if other == name else 0.05 for other in BASIC},
        )
        for k, (student, name) in enumerate(people.items())
    )  # fmt: skip
    sure = [name for name in people.values() if name is not None]
    counts = {name: float(sure.count(name)) for name in set(sure)}
    return Second(ClassSecond(number, len(people), len(people), len(sure), counts), rows)


def lesson(students: int, seconds: int, seed: int = 0) -> list[Second]:
    """Students who show something new every eight seconds or so."""
    rng = np.random.default_rng(seed)
    names = [f"student-{k}" for k in range(students)]
    drawn = rng.integers(len(BASIC), size=(seconds // 8 + 1, students))
    return [
        second(t, {name: BASIC[drawn[t // 8, k]] for k, name in enumerate(names)})
        for t in range(seconds)
    ]


@dataclass(frozen=True)
class Pupil:
    id: str
    purposes: Purposes = EVERY


@dataclass
class Class:
    ids: list[str] = field(default_factory=lambda: ["anna", "ben"])

    def students(self) -> list[Pupil]:
        return [Pupil(student) for student in self.ids]


def faces_at(time: float) -> View:
    names = ("anna", "ben")
    faces = [replace(seen(name, "happy", k), name=name) for k, name in enumerate(names)]
    return view(time, faces)
