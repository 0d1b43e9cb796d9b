from __future__ import annotations

import numpy as np

from fewshot_fer.expressions import BASIC
from fewshot_fer.students.card import card_of, estimated
from fewshot_fer.students.library import Library
from fewshot_fer.students.records import NewReference
from fewshot_fer.students.roster import Roster
from tests.students.people import AGREED
from tests.students.recogniser import TinyPrototypes, TinyRecogniser, shown


def roster_with(library: Library, **counts: int) -> Roster:
    library.create(
        "Anna",
        AGREED,
        [
            NewReference(name, portrait=shown(name, seed))
            for name, count in counts.items()
            for seed in range(count)
        ],
    )
    return Roster(library, TinyRecogniser())


def prototypes(*points: tuple[float, float], variance: float) -> TinyPrototypes:
    return TinyPrototypes(
        names=tuple("abc"[: len(points)]),
        points=np.array(points, np.float32),
        variance=np.full((len(points), 2), variance, np.float32),
        offset=np.zeros(2, np.float32),
    )


def test_the_estimate_is_sure_of_what_lies_apart_and_not_of_what_lies_close() -> None:
    near = prototypes((0, 0), (1, 0), (20, 0), variance=0.0)
    estimates = estimated(near, np.random.default_rng(0))
    assert estimates["c"] == 1.0
    # Two points one standard deviation apart: half of it is Phi(0.5) = 0.69.
    assert abs(estimates["a"] - 0.69) < 0.08
    less_sure = estimated(
        prototypes((0, 0), (1, 0), (20, 0), variance=3.0), np.random.default_rng(0)
    )
    assert less_sure["a"] < estimates["a"]


def test_the_card_checks_what_has_two_references(library: Library) -> None:
    card = card_of(roster_with(library, happy=3, sad=1), "s001")
    learnt = {one.expression: one for one in card.learnt}
    assert set(learnt) == set(BASIC)
    assert learnt["happy"].checked == 1.0
    assert learnt["happy"].references == 3
    assert learnt["sad"].checked is None
    assert learnt["fear"].references == 0
    assert all(0 <= one.estimated <= 1 for one in card.learnt)


def test_the_card_names_what_would_help_most_the_same_way_every_time(library: Library) -> None:
    roster = roster_with(library, **dict.fromkeys(BASIC[:-1], 6))
    card = card_of(roster, "s001")
    assert card == card_of(roster, "s001")
    assert card.helps_most in (BASIC[-1], None)
    assert card.gain >= 0
    assert ("would help most" in card.advice) == (card.helps_most is not None)
