"""A face that is watched is learnt without a label, in memory, for itself alone."""

from __future__ import annotations

import numpy as np
import pytest

from fewshot_fer.expressions import BASIC
from fewshot_fer.lesson.smoothing import Smoother
from fewshot_fer.lesson.watching import Watching
from fewshot_fer.prototypes import EVEN, BaseRates
from fewshot_fer.prototypes.prototypes import Reading
from tests.fakes.prior import WIDTH, make_prior

PRIOR = make_prior()
KNOWN = PRIOR.generic
OWN = np.random.default_rng(5).normal(0, 1.5, WIDTH).astype(np.float32)
RATES = BaseRates(dict(zip(BASIC, (0.1, 0.02, 0.03, 0.3, 0.1, 0.1, 0.35), strict=True)))


def watched(seconds: float, key: str = "ada", into: Watching | None = None) -> Watching:
    """Somebody who differs from people at large, watched for so long, twice a second."""
    watching = into or Watching(PRIOR, EVEN)
    rng = np.random.default_rng(6)
    for step in range(int(2 * seconds)):
        noise = rng.normal(0, 0.5, WIDTH).astype(np.float32)
        sample = PRIOR.means[0, step % 7] + OWN + noise
        watching.see(key, sample, KNOWN, step / 2)
    return watching


def test_after_some_seconds_a_face_is_read_as_if_it_differed_from_nobody() -> None:
    sample = PRIOR.means[0, 2] + OWN
    early, late = watched(5).settled("ada", sample), watched(30).settled("ada", sample)
    np.testing.assert_array_equal(early, sample)
    assert np.linalg.norm(late - PRIOR.means[0, 2]) < 0.6 * np.linalg.norm(OWN)


def test_what_is_learnt_of_one_face_is_not_another_s() -> None:
    np.testing.assert_array_equal(watched(30).settled("bob", OWN), OWN)


def test_frames_in_quick_succession_count_once() -> None:
    watching = Watching(PRIOR, EVEN)
    for frame in range(200):
        watching.see("ada", PRIOR.means[0, 1] + OWN, KNOWN, frame / 100)
    np.testing.assert_array_equal(watching.settled("ada", OWN), OWN)


def test_a_face_that_gets_a_name_takes_along_what_was_learnt_and_loses_it_with_the_name() -> None:
    watching = watched(30, "track 1")
    settled = watching.settled("track 1", OWN)
    watching.move("track 1", "ada")
    np.testing.assert_array_equal(watching.settled("ada", OWN), settled)
    np.testing.assert_array_equal(watching.settled("track 1", OWN), OWN)
    watching.forget(["ada"])
    np.testing.assert_array_equal(watching.settled("ada", OWN), OWN)


def test_two_who_change_places_do_not_keep_each_other_s() -> None:
    """The names are taken back when a swap is seen: both begin anew."""
    watching = watched(30, "bob", watched(30, "ada"))
    watching.forget(["ada", "bob"])
    for key in ("ada", "bob"):
        np.testing.assert_array_equal(watching.settled(key, OWN), OWN)


def test_the_lesson_s_own_rates_are_learnt_from_what_is_read() -> None:
    watching, fixed = Watching(PRIOR, RATES), Watching(PRIOR, RATES, learns_rates=False)
    laughing = {name: 0.7 if name == "happy" else 0.05 for name in BASIC}
    for _ in range(400):
        watching.note(laughing)
        fixed.note(laughing)
    assert watching.rates.shares["happy"] > 0.5
    assert min(watching.rates.shares.values()) > 0
    assert fixed.rates == RATES


def test_readings_that_lack_an_expression_teach_no_rates() -> None:
    watching = Watching(PRIOR, RATES)
    for _ in range(40):
        watching.note({"confused": 1.0})
    assert watching.rates == RATES


def test_a_face_that_is_not_read_comes_to_what_is_usual() -> None:
    smoother = Smoother(rates=RATES)
    even = dict.fromkeys(BASIC, 1 / 7)
    smoother.add("ada", Reading("angry", {**even, "angry": 0.9}), 0.0)
    shown = smoother.shown("ada", 60.0)
    assert shown is not None
    for name, share in RATES.shares.items():
        assert shown.scores[name] == pytest.approx(share, abs=1e-3)
