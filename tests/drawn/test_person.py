from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from fewshot_fer.drawn.figure.muscles import MANNERS, REST
from fewshot_fer.drawn.figure.person import invent_person
from fewshot_fer.drawn.roster import DrawnStudent, invent_class
from fewshot_fer.expressions import BASIC


def test_a_seed_is_a_student() -> None:
    first, again = (invent_person(np.random.default_rng(4)) for _ in range(2))
    assert first == again
    assert first != invent_person(np.random.default_rng(5))


def test_a_larger_class_begins_with_the_same_students() -> None:
    assert invent_class(6, seed=1)[:4] == invent_class(4, seed=1)


def test_no_two_students_of_a_large_class_share_id_or_looks() -> None:
    students = invent_class(120, seed=0)
    assert len({student.id for student in students}) == 120
    assert len({student.name for student in students}) == 120
    assert len({student.seed for student in students}) == 120
    assert len({student.person.looks for student in students}) == 120


def test_every_student_shows_every_expression(drawn_class: tuple[DrawnStudent, ...]) -> None:
    for student in drawn_class:
        assert set(BASIC) < set(student.person.ways) == set(MANNERS)


def test_a_student_shows_each_expression_differently() -> None:
    distances = [
        a.distance(b)
        for student in invent_class(60, seed=2)
        for a, b in combinations(student.person.ways.values(), 2)
    ]
    # A very few students stay hard to read, as people do.
    assert np.mean(np.array(distances) > 0.9) > 0.99


def test_students_differ_at_rest_and_in_their_manner() -> None:
    people = [student.person for student in invent_class(40, seed=2)]
    for expression in BASIC:
        ways = [person.ways[expression] for person in people]
        spread = np.mean([a.distance(b) for a, b in combinations(ways, 2)])
        assert spread > 0.3, expression


@pytest.mark.parametrize("intensity", [0.0, 0.5, 1.0])
def test_intensity_goes_from_rest_to_the_expression(intensity: float) -> None:
    person = invent_class(1, seed=0)[0].person
    shown = person.showing("happy", intensity)
    whole = person.ways["happy"].corner_up - person.rest.corner_up
    assert shown.corner_up - person.rest.corner_up == pytest.approx(intensity * whole)


def test_closed_eyes_leave_the_mouth_alone() -> None:
    happy = MANNERS["happy"][0]
    blinking = happy.with_closed_eyes()
    assert blinking.lid_droop == 2.0
    assert blinking.corner_up == happy.corner_up
    assert REST.distance(REST) == 0.0
