from __future__ import annotations

import pytest

from fewshot_fer.drawn.lesson import (
    TRANSITION_S,
    Beat,
    Lesson,
    LessonPlan,
    Role,
    Span,
    invent_lesson,
)

SCRIPT = Role(
    beats=(Beat(0.0, "neutral"), Beat(2.0, "happy"), Beat(5.0, "sad")),
    blinks=(1.0,),
    hands=(Span(3.0, 4.0),),
    away=(Span(0.0, 0.5), Span(8.0, 9.0)),
    camera_off=(Span(6.0, 7.0),),
)


@pytest.mark.parametrize(
    ("time", "expression", "settled"),
    [
        (0.6, "neutral", True),
        (1.99, "neutral", True),
        (2.0 + 0.1 * TRANSITION_S, "neutral", False),
        (2.0 + 0.9 * TRANSITION_S, "happy", False),
        (2.0 + 1.1 * TRANSITION_S, "happy", True),
        (5.5, "sad", True),
        (100.0, "sad", True),
    ],
)
def test_a_moment_is_what_the_script_says(time: float, expression: str, settled: bool) -> None:
    moment = Lesson((SCRIPT,)).moment(0, time)
    assert (moment.expression, moment.settled) == (expression, settled)


def test_who_is_away_or_has_the_camera_off() -> None:
    lesson = Lesson((SCRIPT,))
    assert [lesson.moment(0, t).present for t in (0.4, 0.5, 8.5, 9.0)] == [False, True, False, True]
    assert [lesson.moment(0, t).camera_on for t in (5.9, 6.5, 7.0)] == [True, False, True]


def test_blink_and_hand_come_and_go() -> None:
    lesson = Lesson((SCRIPT,))
    assert [lesson.moment(0, t).look.closed_eyes for t in (0.99, 1.05, 1.3)] == [False, True, False]
    assert [lesson.moment(0, t).look.hand for t in (2.9, 3.5, 4.1)] == [False, True, False]


def test_a_lesson_is_a_function_of_seed_and_time() -> None:
    plan = LessonPlan(seconds=20)
    times = [0.0, 3.3, 19.9, 3.3]
    first, again = (
        [invent_lesson(3, 5, plan).moment(2, t) for t in times],
        [invent_lesson(3, 5, plan).moment(2, t) for t in reversed(times)][::-1],
    )
    assert first == again
    assert invent_lesson(3, 5, plan).parts != invent_lesson(3, 6, plan).parts


def test_a_part_does_not_depend_on_the_size_of_the_class() -> None:
    assert invent_lesson(5, 1).parts[:2] == invent_lesson(2, 1).parts


def test_every_expression_of_the_plan_is_shown() -> None:
    plan = LessonPlan(seconds=90, expressions=("neutral", "happy", "confused"))
    for part in invent_lesson(4, 0, plan).parts:
        assert {beat.expression for beat in part.beats} == {"neutral", "happy", "confused"}


def test_a_plan_brings_late_comers_leavers_and_dark_cameras() -> None:
    plan = LessonPlan(seconds=60, late=1.0, leaving=1.0, camera_off=1.0)
    lesson = invent_lesson(6, 0, plan)
    assert not any(lesson.moment(i, 0.0).present for i in range(6))
    assert not any(lesson.moment(i, 59.9).present for i in range(6))
    for i in range(6):
        moments = [lesson.moment(i, t / 2) for t in range(120)]
        assert any(moment.present for moment in moments)
        assert any(not moment.camera_on for moment in moments)


def test_nobody_is_away_without_a_plan_for_it() -> None:
    lesson = invent_lesson(8, 3, LessonPlan(seconds=30))
    moments = [lesson.moment(i, float(t)) for i in range(8) for t in range(30)]
    assert all(moment.present and moment.camera_on for moment in moments)


def test_yaw_stays_within_the_plan() -> None:
    lesson = invent_lesson(10, 2, LessonPlan(seconds=40, widest_yaw=10))
    yaws = [abs(lesson.moment(i, t / 2).look.pose.yaw) for i in range(10) for t in range(80)]
    assert 3 < max(yaws) <= 10
