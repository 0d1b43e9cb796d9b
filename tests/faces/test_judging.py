"""Quickly first, exactly where it matters."""

from __future__ import annotations

import numpy as np
import pytest

from fewshot_fer.arrays import Floats
from fewshot_fer.faces.judging import UNCERTAIN, Twice, close_calls, log_odds, probability


def _wrong_by(error: float, asked: list[int] | None = None) -> object:
    """A network that gives back what it was given, and an error."""

    def network(batch: Floats) -> tuple[Floats, ...]:
        if asked is not None:
            asked.append(len(batch))
        return (batch + np.float32(error),)

    return network


@pytest.mark.parametrize("likely", [0.0, 1e-9, 0.3, 0.7, 1.0])
def test_odds_and_probabilities(likely: float) -> None:
    """There and back, and never infinite."""
    odds = np.array([log_odds(likely)], np.float32)
    assert np.isfinite(odds).all()
    assert probability(odds)[0] == pytest.approx(likely, abs=1e-5)


def test_only_a_clear_no_is_not_asked_again() -> None:
    """Whoever may be accepted gets the exact answer, the others keep the quick one."""
    asked: list[int] = []
    quick, exact = _wrong_by(0.1), _wrong_by(0.0, asked)
    assert callable(quick)
    assert callable(exact)
    batch = np.array([[-5.0], [-0.2], [0.5], [9.0]], np.float32)
    (said,) = Twice(quick, exact, 0.0)(batch)
    assert said[:, 0].tolist() == pytest.approx([-4.9, -0.1, 0.5, 9.0])
    assert asked == [2]


def test_nobody_to_ask() -> None:
    """No item, no question."""
    quick, exact = _wrong_by(0.1), _wrong_by(0.0)
    assert callable(quick)
    assert callable(exact)
    assert len(Twice(quick, exact, 0.0)(np.zeros((0, 5), np.float32))[0]) == 0


HERE, BESIDE, AWAY = [0, 0, 100, 100], [2, 0, 102, 100], [300, 0, 400, 100]


@pytest.mark.parametrize(
    ("name", "boxes", "odds", "expected"),
    [
        ("alone and sure", [HERE], [5.0], []),
        ("at the edge", [HERE], [1.0], [0]),
        ("clearly none", [HERE, AWAY], [-4.0, 5.0], []),
        (
            "two answers for one, nearly equal",
            [HERE, BESIDE],
            [5.0, 5.0 - UNCERTAIN / 2],
            [0, 1],
        ),
        ("two answers for one face, one much surer", [HERE, BESIDE], [5.0, 3.5], []),
        ("two faces, equally sure", [HERE, AWAY], [5.0, 5.0], []),
        ("only just one face", [HERE, [29, 0, 129, 100]], [9.0, 4.0], [0, 1]),
    ],
)
def test_close_calls(
    name: str, boxes: list[list[int]], odds: list[float], expected: list[int]
) -> None:
    """Where a little decides, and nowhere else."""
    found = close_calls(np.array(boxes, np.float32), np.array(odds, np.float32), log_odds(0.7))
    assert found.tolist() == expected, name


def test_no_boxes() -> None:
    """No close call."""
    assert len(close_calls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), 0.0)) == 0
