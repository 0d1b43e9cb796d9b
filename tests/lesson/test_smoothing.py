from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from fewshot_fer.expressions import BASIC
from fewshot_fer.lesson.smoothing import Smoother
from fewshot_fer.prototypes.prototypes import Reading
from fewshot_fer.reasons import Code, Reason
from tests.fakes.streams import Student
from tests.lesson.colours import reading

TURNED = Reason(Code.TURNED)
STUDENTS, STILL_S = 20, 30.0


def shown(smoother: Smoother, time: float) -> str:
    now = smoother.shown("a", time)
    assert now is not None
    return now.expression


@pytest.mark.parametrize("looks_a_second", [3, 10, 25])
def test_a_still_face_changes_less_than_once_a_minute(looks_a_second: int) -> None:
    rng = np.random.default_rng(7)
    changes = wrong = looks = 0
    for _ in range(STUDENTS):
        student, smoother, names = Student(rng, str(rng.choice(BASIC))), Smoother(), []
        for k in range(int(STILL_S * looks_a_second)):
            time = k / looks_a_second
            look = student.look(time)
            smoother.add("a", look, time)
            names.append(shown(smoother, time))
            wrong += look.expression != student.expression
            looks += 1
        changes += sum(a != b for a, b in pairwise(names))
    assert 0.05 < wrong / looks < 0.2, "the noise must matter, or this test says nothing"
    assert changes / (STUDENTS * STILL_S / 60) < 1


@pytest.mark.parametrize("looks_a_second", [5, 10, 25])
def test_a_true_change_is_shown_within_seven_tenths_of_a_second(looks_a_second: int) -> None:
    rng = np.random.default_rng(11)
    delays = []
    for _ in range(3 * STUDENTS):
        before, after = (str(name) for name in rng.choice(BASIC, 2, replace=False))
        student, smoother = Student(rng, before), Smoother()
        change = 4 + float(rng.uniform(0, 1 / looks_a_second))
        for k in range(7 * looks_a_second):
            time = k / looks_a_second
            student.expression = after if time >= change else before
            smoother.add("a", student.look(time), time)
            if time >= change and shown(smoother, time) == after:
                delays.append(time - change)
                break
        else:
            delays.append(np.inf)
    assert np.median(delays) < 0.6
    assert np.mean(np.array(delays) <= 0.7) > 0.85


def test_smoothing_is_right_more_often_than_single_looks() -> None:
    rng = np.random.default_rng(3)
    student, smoother = Student(rng, "happy", apart=2.5), Smoother()
    single, smooth = [], []
    for k in range(600):
        look = student.look(k / 10)
        smoother.add("a", look, k / 10)
        single.append(look.expression == "happy")
        smooth.append(shown(smoother, k / 10) == "happy")
    assert np.mean(smooth) > np.mean(single) + 0.1


def test_one_wrong_look_changes_nothing() -> None:
    smoother = Smoother()
    for k in range(10):
        smoother.add("a", reading("sad" if k == 5 else "happy", 0.99), k / 10)
        assert shown(smoother, k / 10) == "happy"


def test_after_a_pause_one_look_is_enough() -> None:
    smoother = Smoother()
    for k in range(10):
        smoother.add("a", reading("happy"), k / 10)
    smoother.add("a", reading("sad"), 20.0)
    assert shown(smoother, 20.0) == "sad"


def test_the_same_look_twice_at_one_time_counts_once() -> None:
    smoother = Smoother()
    smoother.add("a", reading("happy", 0.6), 1.0)
    once = smoother.shown("a", 1.0)
    smoother.add("a", reading("happy", 0.6), 1.0)
    again = smoother.shown("a", 1.0)
    assert once is not None
    assert again is not None
    assert again.scores == pytest.approx(once.scores)


def test_scores_are_probabilities_and_fade_when_nothing_is_seen() -> None:
    smoother = Smoother()
    smoother.add("a", reading("happy"), 0.0)
    now, later = smoother.shown("a", 0.0), smoother.shown("a", 1.5)
    assert now is not None
    assert later is not None
    assert sum(now.scores.values()) == pytest.approx(1)
    assert sum(later.scores.values()) == pytest.approx(1)
    assert later.scores["happy"] < now.scores["happy"]
    assert later.unsure is None
    gone = smoother.shown("a", 5.0)
    assert gone is not None
    assert gone.unsure == Reason(Code.NOT_READ, seconds=5.0)


def test_an_even_contest_is_unsure_and_says_between_what() -> None:
    smoother = Smoother()
    even = {name: 0.4 if name in ("fear", "surprise") else 0.04 for name in BASIC}
    for k in range(20):
        smoother.add("a", Reading("fear", even, None), k / 10)
    now = smoother.shown("a", 1.9)
    assert now is not None
    assert now.unsure is not None
    assert now.unsure.code is Code.CLOSE
    assert set(now.unsure.facts.values()) == {"fear", "surprise"}


def test_unsure_looks_make_the_whole_unsure_and_sure_ones_mend_it() -> None:
    smoother = Smoother()
    doubtful = Reading("happy", reading("happy").scores, TURNED)
    for k in range(5):
        smoother.add("a", doubtful, k / 10)
    now = smoother.shown("a", 0.4)
    assert now is not None
    assert now.unsure == TURNED
    for k in range(5, 12):
        smoother.add("a", reading("happy"), k / 10)
    now = smoother.shown("a", 1.1)
    assert now is not None
    assert now.unsure is None


def test_a_student_whose_expressions_change_starts_anew() -> None:
    smoother = Smoother()
    smoother.add("a", reading("happy"), 0.0)
    smoother.add("a", Reading("bored", {"bored": 0.9, "neutral": 0.1}, None), 0.1)
    assert shown(smoother, 0.1) == "bored"


def test_nobody_is_known_before_the_first_look_or_once_forgotten() -> None:
    smoother = Smoother()
    assert smoother.shown("a", 0.0) is None
    smoother.add("a", reading("happy"), 0.0)
    smoother.forget(["a", "b"])
    assert smoother.shown("a", 0.0) is None
