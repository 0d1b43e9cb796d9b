"""Lessons of a term: what clearly changed from lesson to lesson, and what did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from fewshot_fer.records.values import Recorded
from fewshot_fer.reports.term import class_term, student_term
from tests.reports.lessons import HAPPY, SAD, drawn_class, recorded


def term(count: int, sadder: Sequence[float] = (), seed: int = 1) -> list[Recorded]:
    """Lessons a day apart; in each some share of all seconds is sad besides."""
    found = []
    for number in range(count):
        lesson = drawn_class(seed, 900, students=12)  # The same people on another day.
        rng = np.random.default_rng([seed, number])
        for labels in lesson.values():
            labels[rng.random(900) < (sadder[number] if sadder else 0.0)] = SAD
        one = recorded(lesson, number=number + 1)
        started = one.session.started + timedelta(days=number)
        found.append(replace(one, session=replace(one.session, started=started)))
    return found


def test_a_term_of_one_lesson_or_none_says_nothing_of_change() -> None:
    assert class_term([]).lessons == ()
    only = class_term(term(1))
    assert (len(only.lessons), only.latest, only.trends) == (1, (), ())


def test_lessons_that_are_alike_show_no_change() -> None:
    found = class_term(term(6))
    assert (found.latest, found.trends) == ((), ())
    assert [one.session.id for one in found.lessons] == [1, 2, 3, 4, 5, 6]


def test_lessons_in_any_order_are_told_in_the_order_of_time() -> None:
    lessons = term(4)
    assert class_term(lessons[::-1]).lessons[0].session.id == lessons[0].session.id


def test_the_last_lesson_is_told_where_it_clearly_differs_from_those_before() -> None:
    found = class_term(term(5, [0, 0, 0, 0, 0.5]))
    (sad,) = [one for one in found.latest if one.expression == "sad"]
    assert 0.2 < sad.low < sad.effect < sad.high


def test_a_trend_is_told_with_its_range() -> None:
    found = class_term(term(8, np.linspace(0, 0.6, 8).tolist()))
    (sad,) = [one for one in found.trends if one.expression == "sad"]
    assert sad.low > 0
    assert sad.now - sad.usual > 0.3
    assert class_term(term(3, [0, 0.3, 0.6])).trends == (), "three lessons have no trend"


def test_a_student_is_told_against_their_own_lessons_alone() -> None:
    lessons = term(5)
    changed = lessons[-1].students["s03"]
    happy = np.zeros_like(changed.counts)
    happy[:, HAPPY] = changed.counts.sum(axis=1)
    there = {**lessons[-1].students, "s03": replace(changed, counts=happy)}
    lessons[-1] = replace(lessons[-1], students=there)
    assert student_term(lessons, "s03").latest[0].expression == "happy"
    assert student_term(lessons, "s04").latest == ()
    assert student_term(lessons, "nobody").lessons == ()


def test_a_lesson_in_which_nobody_was_read_is_left_out() -> None:
    empty = recorded({"a": np.full(300, -1)}, number=9)
    assert class_term([*term(2), empty]).lessons[-1].session.id != 9
