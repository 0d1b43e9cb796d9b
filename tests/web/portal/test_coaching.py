"""The guide, fed picture by picture: one expression after the other, skipping, giving up."""

from __future__ import annotations

import threading

import numpy as np

from fewshot_fer.arrays import Bytes
from fewshot_fer.students.enrolment.gate import Gate
from fewshot_fer.web.portal.coaching import Resting, Teaching
from tests.students.recogniser import TinyRecogniser, good, shown

NOTHING: Bytes = np.zeros((192, 192, 3), np.uint8)
GATE = Gate(TinyRecogniser().find, good)


def test_every_expression_is_asked_for_and_taken_once() -> None:
    teaching = Teaching(GATE, ["happy", "sad"])
    said = teaching.begin()
    for k in range(100):
        if teaching.over:
            break
        said += teaching.see(0.25 * k, shown("happy", k))
    kinds = [one["type"] for one in said if one["type"] != "live"]
    assert kinds == ["ask", "took", "ask", "took", "review"]
    assert [one.expression for one in teaching.taken] == ["happy", "sad"]
    assert [one["id"] for one in said if one["type"] == "took"] == ["0", "1"]


def test_one_expression_may_be_skipped() -> None:
    teaching = Teaching(GATE, ["happy", "sad"])
    teaching.begin()
    teaching.see(0.0, shown("happy", 0))
    (asked,) = teaching.told({"do": "skip"})
    assert asked["type"] == "ask"
    assert asked["expression"] == "sad"
    assert teaching.told({"do": "skip"}) == [{"type": "review"}]
    assert teaching.over
    assert teaching.taken == ()


def test_who_is_not_there_is_waited_for() -> None:
    teaching = Teaching(GATE, ["happy"])
    teaching.begin()
    said = [one for k in range(90) for one in teaching.see(float(k), NOTHING)]
    assert {one["type"] for one in said} == {"live"}
    assert said[0]["type"] == said[-1]["type"] == "live"
    assert said[0]["what"] == "No face was found."
    assert not said[-1]["takes"]
    assert teaching.told({"do": "take"}) == []


def test_a_picture_that_is_taken_again_keeps_its_number() -> None:
    teaching = Teaching(GATE, ["happy", "sad"])
    teaching.begin()
    for name in ("happy", "sad"):
        teaching.see(0.0, shown(name, 1))
        teaching.told({"do": "take"})
    before = teaching.taken
    (asked,) = teaching.told({"do": "again", "expression": "happy"})
    assert asked["type"] == "ask"
    assert asked["example"]
    teaching.see(9.0, shown("happy", 2))
    took, review = teaching.told({"do": "take"})
    assert took["type"] == "took"
    assert (took["id"], review["type"]) == ("0", "review")
    assert teaching.taken[0] is not before[0]
    assert teaching.taken[1] is before[1]


def test_a_resting_face_takes_five_good_seconds() -> None:
    resting = Resting(GATE)
    resting.begin()
    shares = []
    for k in range(60):
        if resting.over:
            break
        image = NOTHING if k < 4 else shown("neutral", k)
        (said,) = resting.see(0.5 * k, image)
        assert said["type"] == "progress"
        shares.append(said["share"])
    assert resting.over
    assert shares[:5] == [0.0] * 5
    assert shares[-1] == 1.0
    assert len(resting.taken) == 11


def test_a_face_that_never_comes_ends_the_resting() -> None:
    resting = Resting(GATE)
    for k in range(30):
        resting.see(float(k), NOTHING)
    assert resting.over
    assert resting.taken == ()


def test_a_coach_is_no_thread_that_somebody_could_forget() -> None:
    before = threading.active_count()
    teaching = Teaching(GATE, ["happy", "sad"])
    teaching.begin()
    teaching.see(0.0, shown("happy", 0))
    assert threading.active_count() == before
