from __future__ import annotations

import pytest

from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.records.summary import Summing
from tests.lesson.colours import FINE, Colours, Places, Pupils, picture


def test_a_lesson_in_a_few_numbers() -> None:
    pupils = Pupils({name: name for name in "abcd"})
    live = ClassSession(Colours(), pupils, follower=Places(), assess=FINE)
    summing = Summing()
    for k in range(11):
        summing.add(live.look(picture(["happy", "sad" if k % 2 else None]), 2 + k / 10))
    found = summing.summary(11)
    assert (found.frames, found.most_faces) == (11, 2)
    assert found.seconds == pytest.approx(1.0)
    assert found.frames_a_second == pytest.approx(10.0)
    assert found.coverage == pytest.approx(16 / 44)
    assert found.shares == pytest.approx({"happy": 11 / 16, "sad": 5 / 16})


def test_nothing_seen_is_no_trouble() -> None:
    assert Summing().summary(0).shares == {}
    assert Summing().summary(0).coverage == 0.0
