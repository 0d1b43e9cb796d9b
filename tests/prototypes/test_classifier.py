"""The posterior as an estimator: what scikit-learn asks of one, and what ours is for."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from fewshot_fer.errors import FeaturesError, FewshotFerError, NotFittedError
from fewshot_fer.expressions import BASIC
from fewshot_fer.prototypes import BaseRates
from fewshot_fer.prototypes.classifier import PrototypeClassifier
from tests.fakes.prior import WIDTH, make_prior

NOT_OURS = {
    "check_estimators_unfitted": "our error is a ValueError and an AttributeError, as "
    "scikit-learn's is; to be that very class it would have to be installed",
    "check_dtype_object": "what is no number is refused with an error of ours, no TypeError",
    "check_supervised_y_2d": "a column of labels is taken; the warning that is expected is a class "
    "of scikit-learn's",
}


@pytest.mark.filterwarnings("ignore:.*does not inherit from:UserWarning", "ignore::FutureWarning")
def test_scikit_learn_takes_it_for_one_of_its_own() -> None:
    results = check_estimator(PrototypeClassifier(), on_fail=None, on_skip=None)
    failed = {one["check_name"]: one["exception"] for one in results if one["status"] == "failed"}
    assert failed.keys() == NOT_OURS.keys(), failed
    assert sum(one["status"] == "passed" for one in results) > 40


def person(seed: int) -> tuple[npt.NDArray[Any], list[str]]:
    """Two looks at each expression of somebody far from the mean, the first seven and then more."""
    rng = np.random.default_rng(seed)
    own = make_prior().means[0] + rng.normal(0, 2, WIDTH) + rng.normal(0, 1, (7, WIDTH))
    return np.concatenate([own + rng.normal(0, 0.3, own.shape) for _ in range(2)]), [*BASIC] * 2


def test_it_is_the_posterior_itself() -> None:
    prior = make_prior()
    X, y = person(1)
    known = PrototypeClassifier(prior).fit(X[:7], y[:7])
    assert list(known.classes_) == sorted(BASIC)
    there = prior.learn(X[:7].astype(np.float32), y[:7])
    order = [there.names.index(name) for name in known.classes_]
    expected = there.scores(X[7:].astype(np.float32))[:, order]
    np.testing.assert_allclose(known.predict_proba(X[7:]), expected, atol=1e-6)
    assert known.score(X[7:], y[7:]) == 1.0


def test_one_example_names_all_expressions_and_a_new_one_is_added() -> None:
    X, y = person(2)
    known = PrototypeClassifier(make_prior()).fit(X[6:7], y[6:7])
    assert set(known.classes_) == set(BASIC)
    more = PrototypeClassifier(make_prior()).fit([*X[:7], X[0] + 9], [*y[:7], "bored"])
    assert set(more.classes_) == {*BASIC, "bored"}
    assert list(more.predict([X[0] + 9])) == ["bored"]


def test_base_rates_decide_what_is_between() -> None:
    X, y = person(3)
    one = PrototypeClassifier(make_prior()).fit(X, y)
    middle = [(X[y.index("happy")] + X[y.index("sad")]) / 2]
    shares = dict.fromkeys(BASIC, 0.01) | {"sad": 0.94}
    often = PrototypeClassifier(make_prior(), BaseRates(shares)).fit(X, y)
    place = list(one.classes_).index("sad")
    assert often.predict_proba(middle)[0, place] > one.predict_proba(middle)[0, place]


def test_it_is_cloned_stored_and_put_into_pipelines() -> None:
    X, y = person(4)
    prior = make_prior()
    known = clone(PrototypeClassifier(replace(prior))).fit(X, y)
    again = pickle.loads(pickle.dumps(known))
    np.testing.assert_array_equal(again.predict_proba(X), known.predict_proba(X))
    iris = load_iris(return_X_y=True)
    whole = make_pipeline(StandardScaler(), PrototypeClassifier())
    assert cross_val_score(whole, *iris, cv=3).mean() > 0.9


Xy = tuple[Any, Any]
BAD: dict[str, tuple[Xy, str]] = {
    "no rows": ((np.zeros((0, WIDTH)), []), "0 sample"),
    "no labels": ((np.zeros((2, WIDTH)), []), "2 rows and y has 0"),
    "one label missing": ((np.zeros((2, WIDTH)), ["sad"]), "2 rows and y has 1"),
    "labels of None": ((np.zeros((2, WIDTH)), None), "requires y"),
    "one vector alone": ((np.zeros(WIDTH), ["sad"]), "Reshape your data"),
    "pictures": ((np.zeros((2, 9, 9, 3)), ["sad", "sad"]), "Expected 2D array, got 4D"),
    "not a number": ((np.full((1, WIDTH), np.nan), ["sad"]), "NaN or infinity"),
    "infinite": ((np.full((1, WIDTH), np.inf), ["sad"]), "NaN or infinity"),
    "text": (([["a"] * WIDTH], ["sad"]), "no array of numbers"),
    "raggedness": (([[1.0], [1.0, 2.0]], ["sad", "sad"]), "no array of numbers"),
    "too narrow": ((np.zeros((1, WIDTH - 1)), ["sad"]), f"{WIDTH} directions"),
    "probabilities": ((np.zeros((2, WIDTH)), [0.2, 0.8]), "continuous"),
    "two columns of labels": ((np.zeros((2, WIDTH)), np.zeros((2, 2))), "1d array"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_nothing_can_be_learnt_from(what: str) -> None:
    (X, y), words = BAD[what]
    with pytest.raises(FeaturesError, match=words):
        PrototypeClassifier(make_prior()).fit(X, y)


def test_what_cannot_be_asked() -> None:
    X, y = person(5)
    with pytest.raises(NotFittedError, match=r"not fitted\. Call fit"):
        PrototypeClassifier().predict(X)
    known = PrototypeClassifier(make_prior()).fit(X, y)
    with pytest.raises(ValueError, match="is expecting 12 features"):
        known.predict(X[:, :5])
    with pytest.raises(FewshotFerError, match="no parameter 'priors'"):
        known.set_params(priors=None)
