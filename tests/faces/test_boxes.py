"""Arithmetic on boxes, against definitions written out box by box."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fewshot_fer.arrays import Floats
from fewshot_fer.faces.boxes import clipped, overlaps, shares, shifted, squared, suppress


def _boxes(draw_sides: st.SearchStrategy[int]) -> st.SearchStrategy[Floats]:
    one = st.tuples(st.integers(-20, 60), st.integers(-20, 60), draw_sides, draw_sides)
    return st.lists(one, max_size=40).map(
        lambda rows: np.array(
            [(x, y, x + w, y + h) for x, y, w, h in rows], dtype=np.float32
        ).reshape(-1, 4)
    )


BOXES = _boxes(st.integers(1, 40))


def _overlap(a: Floats, b: Floats) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    common = max(0.0, float(wide)) * max(0.0, float(high))
    union = float((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])) - common
    return common / union if union > 0 else 0.0


@given(BOXES, st.sampled_from([0.3, 0.5, 0.7]), st.integers(0, 2**31))
def test_suppression_is_the_greedy_one(boxes: Floats, limit: float, seed: int) -> None:
    """Best first; whoever overlaps a kept one too much goes; ties keep their order."""
    scores = np.random.default_rng(seed).integers(0, 6, len(boxes)).astype(np.float32)
    kept: list[int] = []
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        if all(_overlap(boxes[i], boxes[k]) <= limit + 1e-7 for k in kept):
            kept.append(i)
    assert suppress(boxes, scores, limit).tolist() == kept


def test_suppression_across_blocks() -> None:
    """More boxes than one block holds: the answer must not depend on where blocks end."""
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 400, (900, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(10, 60, (900, 1))], 1).astype(np.float32)
    scores = rng.random(900).astype(np.float32)
    kept = suppress(boxes, scores, 0.4)
    over = overlaps(boxes[kept], boxes[kept])
    np.fill_diagonal(over, 0)
    assert over.max() <= 0.4
    lost = np.setdiff1d(np.arange(900), kept)
    beaten = (overlaps(boxes[lost], boxes[kept]) > 0.4) & (scores[lost][:, None] <= scores[kept])
    assert beaten.any(axis=1).all()


@given(BOXES, BOXES)
def test_overlaps(one: Floats, other: Floats) -> None:
    """Every entry is intersection over union."""
    expected = [[_overlap(a, b) for b in other] for a in one]
    found = overlaps(one, other)
    assert found.shape == (len(one), len(other))
    assert np.allclose(found, np.array(expected).reshape(found.shape), atol=1e-6)


def test_shares_count_whole_pixels() -> None:
    """A box of one pixel inside a large one is all inside."""
    small = np.array([[5, 5, 5, 5]], dtype=np.float32)
    large = np.array([[0, 0, 9, 9]], dtype=np.float32)
    assert shares(small, large) == pytest.approx(1.0)


@given(BOXES)
def test_squares_keep_the_middle(boxes: Floats) -> None:
    """The longer side wins and the middle stays."""
    square = squared(boxes)
    sides = square[:, 2:] - square[:, :2]
    assert np.allclose(sides, (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0)[:, None])
    before, after = ((b[:, :2] + b[:, 2:]) / 2 for b in (boxes, square))
    assert np.allclose(before, after, atol=1e-4)


def test_shifts_are_fractions_of_sides() -> None:
    """By hand: a side of 9 counts as 10."""
    box = np.array([[0, 0, 9, 19]], dtype=np.float32)
    shift = np.array([[0.1, 0.1, -0.1, 0.2]], dtype=np.float32)
    assert shifted(box, shift).tolist() == [[1, 2, 8, 23]]
    assert shifted(box, shift, extra=0)[0] == pytest.approx([0.9, 1.9, 8.1, 22.8])


@given(
    hnp.arrays(np.float32, (7, 4), elements=st.floats(width=32, allow_nan=True)),
    st.integers(1, 50),
    st.integers(1, 50),
)
def test_clipping_takes_anything(boxes: Floats, height: int, width: int) -> None:
    """What is called usable lies inside and is not empty, whatever came in."""
    places, usable = clipped(boxes, height, width)
    x0, y0, x1, y1 = places[usable].T
    assert ((x0 >= 0) & (y0 >= 0) & (x1 <= width) & (y1 <= height)).all()
    assert ((x1 > x0) & (y1 > y0)).all()
