"""Recorded lessons made by hand or drawn by chance, without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from fewshot_fer.arrays import Ints
from fewshot_fer.drawn.lesson import Lesson
from fewshot_fer.expressions import BASIC
from fewshot_fer.records.values import (
    BLOCK_S,
    ClassTrack,
    Mark,
    Recorded,
    SessionRecord,
    StudentBlocks,
)

NEUTRAL, SAD, HAPPY = (BASIC.index(name) for name in ("neutral", "sad", "happy"))


def recorded(
    students: Mapping[str, Ints], marks: Sequence[Mark] = (), *, each: bool = True, number: int = 1
) -> Recorded:
    """A lesson in which every student shows an expression each second, or -1 for unsure."""
    labels = np.stack(list(students.values()))
    seconds = labels.shape[1]
    counts = np.stack([(labels == k).sum(axis=0) for k in range(len(BASIC))], axis=1)
    number_of = np.full(seconds, len(students), np.float32)
    session = SessionRecord(
        number, "7b", datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC),
        each, seconds, len(students) if each else 0, len(marks), BASIC,
    )  # fmt: skip
    shown = counts.astype(np.float32)
    whole = ClassTrack(np.arange(seconds), number_of, number_of, shown, 0 * number_of)
    blocks = {name: blocks_of(row) for name, row in students.items()} if each else {}
    return Recorded(session, whole, tuple(marks), blocks)


def blocks_of(labels: Ints) -> StudentBlocks:
    count = -(-len(labels) // BLOCK_S)
    counts, seen = np.zeros((count, len(BASIC)), np.float32), np.zeros(count, np.float32)
    sure = labels >= 0
    places = np.arange(len(labels)) // BLOCK_S
    np.add.at(counts, (places[sure], labels[sure]), 1)
    np.add.at(seen, places, 1)
    return StudentBlocks(np.arange(count), counts, seen, np.full(count, 0.8, np.float32))


def drawn(
    rng: np.random.Generator, seconds: int, *, sad_from: int | None = None, unsure: float = 0.1
) -> Ints:
    """A student who changes expression every few seconds, and from some time on is often sad."""
    weights = rng.dirichlet(np.array([0.3, 0.2, 0.2, 1.5, 0.6, 0.4, 4.0]) * 3)
    labels: list[int] = []
    while len(labels) < seconds:
        changed = sad_from is not None and len(labels) >= sad_from and rng.random() < 0.6
        shown = SAD if changed else int(rng.choice(len(BASIC), p=weights))
        labels += [shown] * int(rng.integers(2, 9))
    found = np.array(labels[:seconds], np.int64)
    found[rng.random(seconds) < unsure] = -1
    return found


def drawn_class(
    seed: int, seconds: int, students: int = 25, *, sad: Sequence[int] = (), sad_from: int = 0
) -> dict[str, Ints]:
    return {
        f"s{k:02}": drawn(
            np.random.default_rng([seed, k]), seconds, sad_from=sad_from if k in sad else None
        )
        for k in range(students)
    }


def labels_of(lesson: Lesson, seconds: int) -> dict[str, Ints]:
    """What the students of a lesson truly show in the middle of every second."""
    times = np.arange(seconds) + 0.5
    return {
        f"s{k:02}": np.array([BASIC.index(lesson.moment(k, t).expression) for t in times.tolist()])
        for k in range(len(lesson.parts))
    }
