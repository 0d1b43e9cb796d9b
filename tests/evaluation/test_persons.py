"""People by K references: who is a reference, who a query, and what the figures mean."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import DataError
from fewshot_fer.evaluation.persons import (
    Draw,
    People,
    bootstrap,
    calibration_error,
    chance_error,
    draws,
    evaluate_persons,
)
from fewshot_fer.evaluation.plots import (
    accuracy_by_shots,
    confusion_of_people,
    gain_by_person,
    people_confusion,
    reliability,
)
from fewshot_fer.expressions import BASIC
from tests.evaluation.readers import Nearest, NearestMean


def people(takes: int = 3, subjects: Sequence[str] = ("ann", "bob"), noise: float = 0.1) -> People:
    """Everybody shows every expression `takes` times, far apart, each in a corner of their own."""
    rng = np.random.default_rng(0)
    rows = [(who, name) for who in subjects for name in BASIC for _ in range(takes)]
    vectors = np.array([10 * np.eye(7)[BASIC.index(name)] for _, name in rows])
    vectors += rng.normal(0, noise, vectors.shape)
    return People(
        vectors.astype(np.float32),
        np.ones(len(rows), bool),
        tuple(who for who, _ in rows),
        tuple(name for _, name in rows),
    )


@pytest.mark.parametrize("shots", [0, 1, 2])
def test_a_draw_has_that_many_references_of_each_and_asks_for_all_the_rest(shots: int) -> None:
    everybody = people()
    chosen = draws(everybody, shots, repetitions=10, seed=0)
    assert len(chosen) == 2 * (10 if shots else 1)
    for draw in chosen:
        rows = set(everybody.rows_of(draw.subject).tolist())
        assert set(draw.references) | set(draw.queries) == rows
        assert not set(draw.references) & set(draw.queries)
        labels = [everybody.expressions[row] for row in draw.references]
        assert sorted(labels) == sorted([*BASIC] * shots)


def test_a_cell_with_too_few_pictures_gives_neither_references_nor_queries() -> None:
    whole = people(takes=2)
    keep = np.array([not (s == "ann" and e == "fear") for s, e in _pairs(whole)])
    keep[np.flatnonzero(~keep)[0]] = True
    some = _only(whole, keep)
    for draw in draws(some, 1, 10, seed=0):
        asked = {some.expressions[row] for row in draw.queries}
        held = {some.expressions[row] for row in draw.references}
        expected = set(BASIC) - ({"fear"} if draw.subject == "ann" else set())
        assert asked == held == expected
    assert "fear" in {some.expressions[row] for row in draws(some, 0, 1, seed=0)[0].queries}


def _pairs(everybody: People) -> list[tuple[str, str]]:
    return list(zip(everybody.subjects, everybody.expressions, strict=True))


def _only(everybody: People, keep: np.ndarray) -> People:
    rows = np.flatnonzero(keep)
    return People(
        everybody.vectors[rows],
        everybody.found[rows],
        tuple(everybody.subjects[row] for row in rows),
        tuple(everybody.expressions[row] for row in rows),
    )


def test_draws_differ_among_repetitions_and_not_among_runs() -> None:
    def same(one: Draw, other: Draw) -> bool:
        return np.array_equal(one.references, other.references)

    first, second = (draws(people(), 1, 10, seed=0) for _ in range(2))
    assert all(same(a, b) for a, b in zip(first, second, strict=True))
    assert not any(same(a, b) for a, b in pairwise(first[:10]))


def test_references_of_one_expression_alone() -> None:
    everybody = people()
    for draw in draws(everybody, 1, 3, seed=0, only="neutral"):
        assert [everybody.expressions[row] for row in draw.references] == ["neutral"]
        assert {everybody.expressions[row] for row in draw.queries} == set(BASIC)


def test_references_help_and_the_figures_say_how_much() -> None:
    result = evaluate_persons(people(), NearestMean(), 1)
    assert result.accuracy == 1.0
    assert result.ci95 == (1.0, 1.0)
    assert (result.n_subjects, result.n_queries) == (2, 2 * 10 * 14)
    assert result.subjects_harmed == 0
    gain, between = result.gain()
    assert gain == pytest.approx(6 / 7)
    assert between == pytest.approx((6 / 7, 6 / 7))


def test_no_reference_is_the_generic_recogniser_with_no_gain() -> None:
    result = evaluate_persons(people(), NearestMean(), 0)
    assert result.accuracy == pytest.approx(1 / 7)
    assert result.n_queries == 2 * 21
    assert result.gain() == (0.0, (0.0, 0.0))


def test_a_face_that_was_not_found_is_wrong_and_no_reference() -> None:
    whole = people(takes=2)
    found = whole.found.copy()
    found[whole.rows_of("bob")] = False
    hidden = People(np.where(found[:, None], whole.vectors, np.nan), found, *_names(whole))

    class NoNaN(NearestMean):
        def __call__(self, references: Floats, labels: Sequence[str]) -> Nearest:
            assert np.isfinite(references).all()
            return super().__call__(references, labels)

    result = evaluate_persons(hidden, NoNaN(), 1)
    assert result.by_subject == {"ann": (1.0, pytest.approx(1 / 7)), "bob": (0.0, 0.0)}
    assert result.accuracy == 0.5
    confusion = people_confusion(result, BASIC)
    assert confusion[:, len(BASIC)].tolist() == [10] * 7


def _names(everybody: People) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return everybody.subjects, everybody.expressions


def test_who_is_worse_off_than_without_references_is_counted_as_harmed() -> None:
    class HarmsBob(NearestMean):
        def __call__(self, references: Floats, labels: Sequence[str]) -> Nearest:
            if len(labels) and references[:, 0].min() < -50:
                return super().__call__(references[:1], ["sad"])
            return Nearest(10 * np.eye(7, dtype=np.float32))

    whole = people()
    vectors = whole.vectors.copy()
    bob = whole.rows_of("bob")
    vectors[bob[0], 0] = -99.0  # one of bob's angry pictures, now and then a reference
    result = evaluate_persons(People(vectors, whole.found, *_names(whole)), HarmsBob(), 1)
    assert result.subjects_harmed == 1
    with_, without = result.by_subject["bob"]
    assert with_ < without
    assert result.by_subject["ann"] == (1.0, 1.0)


def test_more_references_than_anybody_has_are_refused() -> None:
    with pytest.raises(DataError, match="more than 3 images") as caught:
        evaluate_persons(people(takes=3), NearestMean(), 3)
    assert "--shots" in caught.value.next_step


def test_the_accuracy_is_the_mean_over_people_not_over_pictures() -> None:
    whole = people(takes=4)
    keep = np.array([s == "bob" or i % 4 < 2 for i, (s, _) in enumerate(_pairs(whole))])
    some = _only(whole, keep)
    vectors = some.vectors.copy()
    vectors[some.rows_of("bob")] = 0.0
    result = evaluate_persons(People(vectors, some.found, *_names(some)), NearestMean(), 1)
    expected = np.mean([with_ for with_, _ in result.by_subject.values()])
    assert result.accuracy == pytest.approx(float(expected))
    assert result.by_subject["bob"][0] < 0.5 < result.by_subject["ann"][0]


def test_the_interval_holds_the_mean_and_shrinks_with_people() -> None:
    rng = np.random.default_rng(0)
    few, many = rng.uniform(0.5, 1, 10), rng.uniform(0.5, 1, 400)
    low, high = bootstrap(few, seed=0)
    assert low < few.mean() < high
    assert np.ptp(bootstrap(many, seed=0)) < (high - low) / 3


@pytest.mark.parametrize(
    ("confidence", "right", "error"),
    [
        ([1.0, 1.0], [True, True], 0.0),
        ([1.0, 1.0], [False, False], 1.0),
        ([0.5, 0.5], [True, False], 0.0),
        ([0.9, 0.1], [False, True], 0.9),
    ],
    ids=["sure and right", "sure and wrong", "half sure, half right", "the wrong way round"],
)
def test_calibration_error_by_hand(
    confidence: list[float], right: list[bool], error: float
) -> None:
    found = calibration_error(np.array(confidence, np.float32), np.array(right))
    assert found == pytest.approx(error, abs=1e-6)


def test_every_plot_can_be_drawn() -> None:
    results = [evaluate_persons(people(), NearestMean(), shots) for shots in (0, 1)]
    for drawn in (
        accuracy_by_shots(results),
        reliability(results),
        confusion_of_people(results[0], BASIC),
        gain_by_person(results[1]),
    ):
        assert drawn.startswith(b"\x89PNG")


def test_chance_alone_shows_less_error_the_more_queries_there_are() -> None:
    few = chance_error(np.full(50, 0.8, np.float32), seed=0)
    many = chance_error(np.full(5_000, 0.8, np.float32), seed=0)
    # The mean distance of a share of n from its expectation: sqrt(2 p q / (pi n)).
    assert few == pytest.approx(np.sqrt(2 * 0.16 / np.pi / 50), rel=0.15)
    assert many < few / 5


def test_chance_has_no_error_where_nothing_is_uncertain() -> None:
    assert chance_error(np.ones(10, np.float32), seed=0) == 0.0
