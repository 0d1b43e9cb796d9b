from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fewshot_fer.expressions import BASIC
from fewshot_fer.prototypes.expected import estimated
from fewshot_fer.prototypes.prior import Prior
from fewshot_fer.students.enrolment.card import card_of
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import NewReference
from tests.students.people import AGREED
from tests.students.recogniser import TinyRecogniser, shown, tiny_prior


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


def test_the_estimate_is_sure_of_what_lies_apart_and_not_of_what_lies_close() -> None:
    # Two points one apart, one far away; noise of 1 in two directions.
    means = np.array([(0, 0), (1, 0), (20, 0)], np.float32)

    def prior(delta: float) -> Prior:
        flat = np.full(2, delta, np.float32)
        return replace(
            tiny_prior(), names=("a", "b", "c"), means=means[None], beta=flat, delta=flat,
            centre=means[0], weight=np.ones(2, np.float32),
        )  # fmt: skip

    def estimates(delta: float) -> dict[str, float]:
        generic = prior(delta).learn(means[:0], [])
        return estimated(prior(delta), generic, np.random.default_rng(0))

    sure = estimates(1e-6)
    assert sure["c"] == pytest.approx(1.0, abs=1e-3)
    assert abs(sure["a"] - 0.60) < 0.05  # The mean of sigmoid(0.5 + noise of 1).
    assert estimates(9.0)["a"] < sure["a"]


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
    roster = roster_with(library, **dict.fromkeys(BASIC[:-1], 4))
    card = card_of(roster, "s001")
    assert card == card_of(roster, "s001")
    assert card.helps_most == BASIC[-1]
    assert BASIC[-1] in card.advice


def test_the_gain_is_larger_where_less_is_known(library: Library) -> None:
    vague = replace(tiny_prior(), beta=np.full(9, 60.0, np.float32))
    library.create("Anna", AGREED, [NewReference("happy", portrait=shown("happy", 1))])
    sad = [NewReference("sad", portrait=shown("sad", i)) for i in range(3)]
    roster = Roster(library, TinyRecogniser(prior=vague))
    before = card_of(roster, "s001")
    assert "help" in before.advice
    library.add("s001", sad)
    assert card_of(roster, "s001").gain < before.gain


def test_references_that_do_not_agree_are_pointed_at(library: Library) -> None:
    library.create(
        "Anna",
        AGREED,
        [
            *(NewReference(name, portrait=shown(name, 1)) for name in BASIC),
            NewReference("happy", portrait=shown("sad", 2)),
        ],
    )
    card = card_of(Roster(library, TinyRecogniser()), "s001")
    assert card.disagreeing == ("happy",)
    assert "happy do not agree" in card.advice
