"""The odds that a stretch speaks for a change."""

from __future__ import annotations

from math import lgamma

import numpy as np
import pytest

from fewshot_fer.arrays import Doubles
from fewshot_fer.reports.evidence import (
    Background,
    Stretches,
    in_all,
    log_gamma,
    log_odds,
    pace_of,
)


def faces(rng: np.random.Generator, seconds: int, beat: int, students: int = 25) -> Doubles:
    """Blocks [S,B,3] of students who show something new every so many seconds."""
    drawn = rng.integers(0, 3, (students, -(-seconds // beat))).repeat(beat, axis=1)[:, :seconds]
    shown = drawn.reshape(students, -1, 10)[..., None] == np.arange(3)
    return np.asarray(shown.sum(axis=2), np.float64)


def known(blocks: Doubles, pace: float = 0.25, *, together: bool = False) -> Background:
    students = len(blocks)
    none = np.zeros((students, blocks.shape[2]))
    return Background(blocks, pace, none, np.full(students, 12), together)


def odds_at_the_end(found: Background, width: int = 10) -> Doubles:
    end = np.array([found.blocks.shape[1]])
    return log_odds(found, Stretches(end, (width,)), 0.1, 0.5)[:, 0, 0]


def test_the_logarithm_of_gamma() -> None:
    x = np.array([0.01, 0.3, 1, 2.5, 40, 3000])
    assert log_gamma(x) == pytest.approx([lgamma(v) for v in x], abs=1e-5)


@pytest.mark.parametrize("beat", [3, 10, 30])
def test_the_pace_is_that_of_the_faces(beat: int) -> None:
    pace = pace_of(faces(np.random.default_rng(0), 3600, beat))
    assert 0.7 / beat < pace < 1.4 / beat


def test_a_class_of_which_nothing_is_known_has_a_pace() -> None:
    assert pace_of(np.zeros((0, 5, 3))) == pytest.approx(0.1)


def test_a_risen_expression_has_the_odds_and_others_have_none() -> None:
    blocks = faces(np.random.default_rng(1), 600, 4, students=1)
    blocks[0, -10:] = (1, 1, 8)
    odds = odds_at_the_end(known(blocks))[0]
    assert odds[2] > 5
    assert np.isneginf(odds[:2]).all()


def test_slower_faces_say_less() -> None:
    blocks = faces(np.random.default_rng(1), 600, 4, students=1)
    blocks[0, -10:] = (1, 1, 8)
    quick, slow = (odds_at_the_end(known(blocks, pace))[0, 2] for pace in (0.25, 0.02))
    assert slow < quick


def test_what_all_do_together_is_no_evidence() -> None:
    blocks = faces(np.random.default_rng(2), 600, 4)
    blocks[:, -10:] = (1, 1, 8)
    alone = odds_at_the_end(known(blocks))[:, 2]
    together = odds_at_the_end(known(blocks, together=True))[:, 2]
    assert (alone > 3).all()
    assert (together < 0).all()


def test_what_was_not_read_is_no_evidence() -> None:
    blocks = faces(np.random.default_rng(3), 600, 4)
    blocks[:, -10:] = (0, 0, 10)
    blocks[:, -6:] = 0
    assert np.isneginf(odds_at_the_end(known(blocks))).all()


def test_in_an_unchanged_class_the_bound_is_passed_less_often_than_promised() -> None:
    widths = (3, 6, 12, 24)
    passed = 0
    for seed in range(8):
        found = known(faces(np.random.default_rng(seed), 900, 4))
        odds = log_odds(found, Stretches(np.arange(13, 91), widths), 0.1, 0.5)
        passed += int((in_all(odds, widths).max(axis=1) > np.log(90 / 0.1)).sum())
    assert passed <= 0.1 * 8 * 25
