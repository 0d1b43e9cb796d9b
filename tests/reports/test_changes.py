"""A change from a student's own usual is found; where there is none, hardly anything is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.changing import Shift, changed
from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
from fewshot_fer.reports.changes import watch
from fewshot_fer.reports.statistics import (
    Part,
    Series,
    difference,
    normal_deviate,
    spread_of,
    student_quantile,
)
from fewshot_fer.reports.usual import Watch
from tests.reports.lessons import HAPPY, NEUTRAL, drawn_class, labels_of, recorded


def test_where_nothing_changes_there_is_less_than_one_false_alarm_a_session() -> None:
    alarms = [len(watch(recorded(drawn_class(seed, 900))).check_ins) for seed in range(20)]
    assert sum(alarms) <= 10
    assert max(alarms) <= 2


def test_in_a_drawn_lesson_all_who_changed_are_found_within_two_minutes() -> None:
    lesson = invent_lesson(25, 0, LessonPlan(600.0))
    lesson = changed(lesson, (3, 9, 20), Shift(300.0), seed=0)
    told = {c.student: c.noticed for c in watch(recorded(labels_of(lesson, 600))).check_ins}
    assert list(told) == ["s03", "s09", "s20"]
    assert all(time is not None and 300 < time <= 420 for time in told.values())


def test_those_who_changed_are_found_with_a_reason_and_a_time() -> None:
    changed = ("s03", "s09", "s20")
    lesson = drawn_class(1, 1800, sad=(3, 9, 20), sad_from=900)
    found = {check_in.student: check_in for check_in in watch(recorded(lesson)).check_ins}
    assert set(changed) <= set(found)
    for student in changed:
        reason = found[student].reasons[0]
        assert reason.expression == "sad"
        assert 0 < reason.low < reason.effect < reason.high <= 1
        assert reason.now - reason.usual == pytest.approx(reason.effect)
        noticed = found[student].noticed
        assert noticed is not None
        assert 900 < noticed <= 1200


def test_check_ins_are_in_the_order_of_the_ids_and_not_of_the_size() -> None:
    lesson = drawn_class(1, 1800, sad=(3, 9, 20), sad_from=900)
    told = [check_in.student for check_in in watch(recorded(lesson)).check_ins]
    assert told == sorted(told)


def test_earlier_sessions_are_the_usual_where_there_are_any() -> None:
    earlier = [recorded(drawn_class(1, 1800), number=k) for k in (1, 2, 3)]
    # Sad from the first minute on: against this session's own beginning nothing would show.
    today = recorded(drawn_class(1, 1800, sad=(3,), sad_from=0), number=4)
    assert "s03" not in {c.student for c in watch(today).check_ins}
    found = {c.student: c for c in watch(today, earlier).check_ins}
    assert list(found) == ["s03"]
    assert found["s03"].usual.sessions == 3
    assert found["s03"].reasons[0].expression == "sad"


def test_what_the_whole_class_does_is_no_reason_for_anybody() -> None:
    lesson = drawn_class(2, 1800)
    for labels in lesson.values():
        labels[900:1100] = HAPPY
    assert watch(recorded(lesson)).check_ins == ()
    alone = drawn_class(2, 1800)
    alone["s07"][900:1100] = HAPPY
    assert [c.student for c in watch(recorded(alone)).check_ins] == ["s07"]


def test_one_long_laugh_is_no_change() -> None:
    lesson = drawn_class(3, 1800)
    lesson["s00"][900:955] = HAPPY
    assert "s00" not in {c.student for c in watch(recorded(lesson)).check_ins}
    loose = Watch(strongest=10)
    assert "s00" in {c.student for c in watch(recorded(lesson), how=loose).check_ins}


def test_who_was_hardly_seen_is_named_and_not_judged() -> None:
    lesson = drawn_class(4, 1200, sad=(6,), sad_from=600)
    lesson["s06"][60:] = -1
    lesson["s08"][:] = -1
    found = watch(recorded(lesson))
    assert found.too_little == ("s06", "s08")
    assert not {"s06", "s08"} & {c.student for c in found.check_ins}


def test_a_session_too_short_to_have_a_usual_says_nothing() -> None:
    found = watch(recorded(drawn_class(5, 60)))
    assert (found.check_ins, len(found.too_little)) == ((), 25)


def test_a_wider_allowance_finds_no_less() -> None:
    lesson = recorded(drawn_class(6, 1800, sad=(1, 2), sad_from=1200))
    strict = {c.student for c in watch(lesson, how=Watch(alarms=0.001)).check_ins}
    loose = {c.student for c in watch(lesson, how=Watch(alarms=0.5)).check_ins}
    assert strict <= loose


def test_an_expression_that_earlier_sessions_did_not_know_counts_from_zero() -> None:
    before = recorded(drawn_class(1, 1800))
    today = drawn_class(1, 1800)
    session = replace(recorded(today).session, names=(*before.session.names, "confused"))
    students = {
        name: replace(blocks, counts=np.pad(blocks.counts, ((0, 0), (0, 1))))
        for name, blocks in recorded(today).students.items()
    }
    counts = students["s02"].counts
    counts[:, -1], counts[:, NEUTRAL] = counts[:, NEUTRAL].copy(), 0
    found = watch(replace(recorded(today), session=session, students=students), [before])
    reasons = {c.student: [r.expression for r in c.reasons] for c in found.check_ins}
    assert "confused" in reasons["s02"]


# ---------------------------------------------------------------------- the statistics


def test_deviates_and_quantiles_are_each_others_inverse() -> None:
    # From tables of Student's t: 2.228 with 10 degrees leaves 2.5 % on a side, 4.587 0.05 %.
    freedom = np.array([10.0])
    assert normal_deviate(np.array([2.228]), freedom)[0] == pytest.approx(1.960, abs=0.02)
    assert normal_deviate(np.array([4.587]), freedom)[0] == pytest.approx(3.291, abs=0.02)
    assert student_quantile(1.96, freedom)[0] == pytest.approx(2.228, abs=0.03)


def test_windows_are_the_same_as_parts_cut_out() -> None:
    rng = np.random.default_rng(0)
    blocks = np.flatnonzero(rng.random(60) < 0.8)
    series = Series(blocks, rng.random((len(blocks), 3)))
    first = np.array([0, 10, 30])
    many = Part.windows(series, first, first + 12)
    for k, start in enumerate(first.tolist()):
        one = Part.of(series.between(start, start + 12).shares)
        assert many.mean[k] == pytest.approx(one.mean)
        assert many.squares[k] == pytest.approx(one.squares)
        assert many.count[k] == one.count


def test_blocks_that_resemble_their_neighbours_count_for_less() -> None:
    rng = np.random.default_rng(0)
    free = rng.random((400, 2))
    alike = np.repeat(rng.random((100, 2)), 4, axis=0)
    blocks = np.arange(400)
    assert spread_of([Series(blocks, free)]).inflation < 1.3
    assert spread_of([Series(blocks, alike)]).inflation > 3


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(300):
        before, after = rng.normal(0.3, 0.1, (20, 1)), rng.normal(0.4, 0.1, (30, 1))
        spread = spread_of([Series(np.arange(len(x)), x) for x in (before, after)])
        low, high = difference(Part.of(before), Part.of(after), spread).interval()
        held += bool(low[0] <= 0.1 <= high[0])
    assert 0.92 <= held / 300 <= 0.995
