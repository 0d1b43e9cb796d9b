"""Frames to seconds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fewshot_fer.reasons import Code, Reason
from fewshot_fer.records.seconds import Seconds
from tests.records.views import seen, view


def test_a_second_is_the_mean_of_its_frames() -> None:
    seconds = Seconds(per_student=True)
    assert seconds.add(view(4.0, [seen("a", "happy"), seen("b", "sad", 2)])) is None
    assert (
        seconds.add(view(4.5, [seen("a", "happy"), seen(None, "sad", 3, Reason(Code.BLURRED))]))
        is None
    )
    over = seconds.add(view(5.1, []))
    assert over is not None
    assert (over.whole.second, over.whole.expected) == (4, 3)
    assert over.whole.faces == 2.0
    assert over.whole.counts == {"happy": 1.0, "sad": 0.5}
    assert over.whole.sure == 1.5
    a, b = over.students
    assert (a.student, a.seen, a.sure, a.shown, a.track) == ("a", 1.0, 1.0, "happy", 1)
    assert a.scores["happy"] == pytest.approx(0.7)
    assert (b.student, b.seen, b.shown) == ("b", 0.5, "sad")


def test_what_a_students_own_device_read_is_marked() -> None:
    seconds = Seconds(per_student=True)
    own = replace(seen("a", "happy"), on_device=True)
    seconds.add(view(0.0, [own, seen("b", "sad", 2)]))
    seconds.add(view(0.5, [seen("a", "happy"), seen("b", "sad", 2)]))
    over = seconds.rest()
    assert over is not None
    assert over.whole.on_device == 0.5
    assert [one.on_device for one in over.students] == [True, False]


def test_an_unsure_face_shows_nothing() -> None:
    seconds = Seconds(per_student=True)
    seconds.add(view(0.0, [seen("a", "happy", unsure=Reason(Code.TURNED))]))
    over = seconds.rest()
    assert over is not None
    assert over.whole.counts == {}
    assert (over.students[0].shown, over.students[0].sure) == (None, 0.0)
    assert over.students[0].seen == 1.0


def test_a_face_without_a_name_is_never_recorded_by_itself() -> None:
    seconds = Seconds(per_student=True)
    seconds.add(view(0.0, [seen(None, "happy")]))
    over = seconds.rest()
    assert over is not None
    assert over.students == ()
    assert over.whole.counts == {"happy": 1.0}


def test_nobody_is_recorded_by_himself_unless_that_was_chosen() -> None:
    seconds = Seconds(per_student=False)
    seconds.add(view(0.0, [seen("a", "happy")]))
    over = seconds.rest()
    assert over is not None
    assert over.students == ()


def test_two_faces_of_one_student_count_once() -> None:
    seconds = Seconds(per_student=True)
    seconds.add(view(0.0, [seen("a", "happy", 1), seen("a", "happy", 2)]))
    over = seconds.rest()
    assert over is not None
    assert [row.seen for row in over.students] == [1.0]


def test_a_pause_leaves_a_gap_and_the_end_is_handed_out_once() -> None:
    seconds = Seconds(per_student=False)
    seconds.add(view(0.2, []))
    over = seconds.add(view(60.0, []))
    assert over is not None
    assert over.whole.second == 0
    last = seconds.rest()
    assert last is not None
    assert last.whole.second == 60
    assert seconds.rest() is None
