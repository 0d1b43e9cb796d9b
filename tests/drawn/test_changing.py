"""Lessons whose students change, and lessons of other tempers."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from benchmarks.changing import TEMPERS, Shift, changed, tempered
from fewshot_fer.drawn.lesson import Lesson, LessonPlan, invent_lesson
from fewshot_fer.expressions import NEUTRAL


def shown(lesson: Lesson, student: int, first: int, last: int) -> Counter[str]:
    return Counter(lesson.moment(student, t + 0.5).expression for t in range(first, last))


def test_only_who_changes_shows_more_of_it_and_only_from_then_on() -> None:
    lesson = invent_lesson(3, 1, LessonPlan(1200.0))
    other = changed(lesson, [1], Shift(600.0, "sad", 0.6), seed=4)
    assert other.parts[0] == lesson.parts[0]
    assert other.parts[2] == lesson.parts[2]
    assert shown(other, 1, 0, 600) == shown(lesson, 1, 0, 600)
    assert shown(lesson, 1, 600, 1200)["sad"] < 150
    assert shown(other, 1, 600, 1200)["sad"] > 300


def test_the_same_seed_changes_the_same_beats() -> None:
    lesson = invent_lesson(2, 1, LessonPlan(300.0))
    one, same, another = (changed(lesson, [0], Shift(100.0), seed) for seed in (1, 1, 2))
    assert one == same
    assert one != another


@pytest.mark.parametrize(("name", "mean"), [("lively", 4), ("slow", 55)])
def test_beats_last_as_long_as_the_temper_says(name: str, mean: float) -> None:
    temper = TEMPERS[name]
    starts = [beat.start for beat in tempered(1, 6000, 3, temper).parts[0].beats]
    lengths = np.diff(starts)
    assert temper.shortest <= lengths.min()
    assert lengths.max() <= temper.longest
    assert lengths.mean() == pytest.approx(mean, rel=0.1)


def test_calm_faces_rest_between_any_two_expressions() -> None:
    names = [beat.expression for beat in tempered(1, 3000, 3, TEMPERS["calm"]).parts[0].beats]
    assert all((a == NEUTRAL) != (b == NEUTRAL) for a, b in pairwise(names))
