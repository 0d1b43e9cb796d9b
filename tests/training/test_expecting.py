"""What is expected of a student is brought to what was found on others."""

from __future__ import annotations

import numpy as np
import pytest

from fewshot_fer.expressions import BASIC
from fewshot_fer.prototypes.expectation import Expectation, log_odds
from fewshot_fer.prototypes.expected import expected
from fewshot_fer.training.expecting import Found, fit_expectation
from tests.fakes.prior import WIDTH, make_prior

DISGUST = BASIC.index("disgust")


def rows(untaught_disgust: float, asked: int = 400) -> list[Found]:
    """The model is right, but for a disgust that was never taught."""
    found = []
    for place in range(len(BASIC)):
        for model in (0.6, 0.8, 0.95):
            for is_taught in (False, True):
                harder = place == DISGUST and not is_taught
                share = untaught_disgust if harder else model
                right = round(share * asked)
                found.append(Found(place, is_taught, log_odds(model), right, asked))
    return found


def test_before_anything_was_found_the_model_is_believed() -> None:
    for share in (0.1, 0.5, 0.9):
        assert Expectation().of(share, 3, is_taught=False) == pytest.approx(share, abs=1e-6)
    assert fit_expectation([]) == Expectation()


def test_what_was_never_taught_is_promised_no_more_than_was_found() -> None:
    fitted = fit_expectation(rows(untaught_disgust=0.5))
    promised = [fitted.of(model, DISGUST, is_taught=False) for model in (0.6, 0.8, 0.95)]
    assert np.mean(promised) == pytest.approx(0.5, abs=0.03)
    for model in (0.6, 0.8, 0.95):
        assert fitted.of(model, DISGUST, is_taught=True) == pytest.approx(model, abs=0.05)
        assert fitted.of(model, 0, is_taught=False) == pytest.approx(model, abs=0.05)


def test_few_answers_move_little() -> None:
    few = fit_expectation(rows(untaught_disgust=0.0, asked=1)[:2])
    assert few.of(0.8, DISGUST, is_taught=False) == pytest.approx(0.8, abs=0.1)


def test_an_expression_of_the_class_is_as_hard_as_the_others_on_average() -> None:
    fitted = Expectation(1.0, 0.0, (-1.0, -3.0))
    assert fitted.of(0.5, 9, is_taught=False) == pytest.approx(1 / (1 + np.exp(2.0)))


def test_a_student_s_expectation_follows_what_was_taught() -> None:
    prior = make_prior(expectation=Expectation(1.0, 0.0, (-2.0,) * 7))
    nothing = np.zeros((0, WIDTH), np.float32)
    rng = np.random.default_rng
    stranger = expected(prior, prior.learn(nothing, ()), rng(0))
    taught = expected(prior, prior.learn(prior.means[0, :1], BASIC[:1]), rng(0))
    assert taught[BASIC[0]] > stranger[BASIC[0]] + 0.2
