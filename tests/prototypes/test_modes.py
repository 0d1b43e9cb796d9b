"""Two modes of every expression: caught in everyday life, or acted for a camera."""

from __future__ import annotations

import numpy as np
import pytest

from fewshot_fer.expressions import BASIC
from fewshot_fer.prototypes import EVEN, BaseRates, PrototypeIndex, learn_rates
from fewshot_fer.prototypes.prototypes import Prototypes
from fewshot_fer.prototypes.stored import prior_arrays, read_prior
from tests.fakes.prior import WIDTH, make_prior

EVERYDAY, ACTED = np.random.default_rng(11).normal(0, 3, (2, 7, WIDTH)).astype(np.float32)
PRIOR = make_prior(means=np.stack([EVERYDAY, ACTED]))
NOBODY = np.zeros((0, WIDTH), np.float32)
RATES = BaseRates(dict(zip(BASIC, (0.1, 0.02, 0.03, 0.3, 0.1, 0.1, 0.35), strict=True)))


def named(known: Prototypes, z: np.ndarray, rates: BaseRates = EVEN) -> list[str]:
    return [reading.expression for reading in known.read(z, rates=rates)]


def test_a_stranger_is_read_in_either_mode() -> None:
    assert named(PRIOR.generic, EVERYDAY) == list(BASIC)
    assert named(PRIOR.generic, ACTED) == list(BASIC)
    for alone in (EVERYDAY, ACTED):
        other = ACTED if alone is EVERYDAY else EVERYDAY
        assert named(make_prior(means=alone[None]).generic, other) != list(BASIC)


def test_two_modes_that_are_one_say_what_one_says() -> None:
    one = make_prior(means=ACTED[None])
    two = make_prior(means=np.stack([ACTED, ACTED]))
    z = np.random.default_rng(0).normal(0, 4, (20, WIDTH)).astype(np.float32)
    np.testing.assert_allclose(two.generic.scores(z), one.generic.scores(z), atol=1e-5)
    learnt = [prior.learn(ACTED[:3] + 1, BASIC[:3]) for prior in (one, two)]
    np.testing.assert_allclose(learnt[1].scores(z), learnt[0].scores(z), atol=1e-5)


def test_references_decide_the_mode_and_the_other_is_not_looked_at_any_more() -> None:
    known = PRIOR.learn(ACTED + 0.5, BASIC)
    assert known.points.shape == (1, 7, WIDTH)
    alone = make_prior(means=ACTED[None]).learn(ACTED + 0.5, BASIC)
    np.testing.assert_allclose(known.points, alone.points, atol=1e-5)
    undecided = PRIOR.learn(((EVERYDAY + ACTED) / 2)[:1], BASIC[:1])
    assert undecided.points.shape == (2, 7, WIDTH)
    np.testing.assert_allclose(np.exp(undecided.log_modes).sum(), 1.0, atol=1e-5)


def test_a_prior_of_two_modes_survives_being_stored_and_one_of_the_first_version_is_read() -> None:
    arrays = prior_arrays(make_prior(means=PRIOR.means, everyday=RATES))
    again = read_prior(arrays, BASIC)
    np.testing.assert_array_equal(again.means, PRIOR.means)
    assert again.everyday.shares == pytest.approx(dict(RATES.shares), abs=1e-6)
    del arrays["prior.everyday"]
    old = read_prior({**arrays, "prior.means": ACTED}, BASIC)
    np.testing.assert_array_equal(old.generic.points, ACTED[None])
    assert old.everyday == EVEN


def test_the_index_finds_the_nearest_of_both_modes() -> None:
    index = PrototypeIndex(PRIOR.generic)
    index.put("acts", PRIOR.learn(ACTED + 0.5, BASIC))
    index.put("new", PRIOR.learn(NOBODY, ()))
    z = np.random.default_rng(1).normal(0, 3, (30, WIDTH)).astype(np.float32)
    for student in (None, "acts", "new"):
        plain = index.prototypes(student).squares(z)
        np.testing.assert_allclose(index.squares(student, z), plain, rtol=1e-4, atol=1e-3)
    index.remove("new")
    index.put("other", PRIOR.learn(NOBODY, ()))
    np.testing.assert_allclose(
        index.squares("other", z), PRIOR.generic.squares(z), rtol=1e-4, atol=1e-3
    )


@pytest.mark.parametrize("mode", [EVERYDAY, ACTED], ids=["everyday", "acted"])
def test_watching_somebody_learns_how_they_differ_without_a_label(mode: np.ndarray) -> None:
    rng = np.random.default_rng(3)
    own = rng.normal(0, 1.5, WIDTH)
    samples = (np.tile(mode, (4, 1)) + own + rng.normal(0, 0.7, (28, WIDTH))).astype(np.float32)
    watched = PRIOR.watched(samples)
    before = np.linalg.norm(own)
    learnt = watched.points[0] - PRIOR.means[0]
    assert np.linalg.norm(own - learnt[0]) < 0.6 * before
    np.testing.assert_allclose(learnt, np.tile(learnt[0], (7, 1)), atol=1e-4)


def test_what_is_common_wins_where_two_fit_alike() -> None:
    between = ((EVERYDAY[3] + EVERYDAY[1]) / 2)[None]
    even = PRIOR.generic.scores(between)
    tilted = PRIOR.generic.scores(between, RATES)
    happy, disgust = BASIC.index("happy"), BASIC.index("disgust")
    odds = (tilted[0, happy] / tilted[0, disgust]) / (even[0, happy] / even[0, disgust])
    assert odds == pytest.approx(0.3 / 0.02, rel=1e-3)


def test_an_expression_of_one_s_own_is_as_common_as_the_average() -> None:
    logs = RATES.logs((*BASIC, "confused"))
    assert logs[-1] == 0.0
    np.testing.assert_allclose(np.exp(logs[:7]) / 7, list(RATES.shares.values()), rtol=1e-5)


@pytest.mark.parametrize(
    "shares", [{"happy": 0.5, "sad": 0.4}, {"happy": 1.0, "sad": 0.0}, {"happy": 1.5, "sad": -0.5}]
)
def test_shares_that_are_none_are_refused(shares: dict[str, float]) -> None:
    from fewshot_fer.errors import BaseRatesError

    with pytest.raises(BaseRatesError, match="sum to 1"):
        BaseRates(shares)


def test_a_lesson_s_own_rates_are_learnt_but_never_run_away() -> None:
    rng = np.random.default_rng(4)
    shown = rng.choice(7, 400, p=[0.02, 0.01, 0.02, 0.05, 0.05, 0.05, 0.8])
    scores = np.full((400, 7), 0.5 / 6, np.float32)
    scores[np.arange(400), shown] = 0.5
    learnt = learn_rates(scores, BASIC, EVEN)
    assert learnt.shares["neutral"] > 0.4
    assert min(learnt.shares.values()) > 0.005
    few = learn_rates(scores[:5], BASIC, RATES)
    for name, share in few.shares.items():
        assert share == pytest.approx(RATES.shares[name], abs=0.05)
