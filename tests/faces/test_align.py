"""Portraits: the same face whatever its place, size and tilt."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewshot_fer.arrays import Bytes, Doubles, Floats
from fewshot_fer.drawn.gallery import Frame
from fewshot_fer.faces.align import TEMPLATE, WEIGHTS, alignable, portraits, similarities
from fewshot_fer.measures import SIDE


def _moved(points: Doubles, degrees: float, scale: float, shift: tuple[float, float]) -> Doubles:
    turn = np.radians(degrees)
    matrix = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.asarray(points @ matrix.T + shift)


@given(st.floats(-180, 180), st.floats(0.05, 20), st.floats(-3000, 3000), st.floats(-3000, 3000))
def test_a_similarity_is_found_exactly(degrees: float, scale: float, x: float, y: float) -> None:
    """Any turn, size and place of the template leads back to the template."""
    points = _moved(TEMPLATE, degrees, scale, (x, y))
    matrix = similarities(points.astype(np.float64)[None])[0]  # type: ignore[arg-type]
    assert np.allclose(points @ matrix[:, :2].T + matrix[:, 2], TEMPLATE, atol=1e-5)


def test_noise_gets_the_least_squares_answer() -> None:
    """No other similarity near it fits better, each point counting by its weight."""
    rng = np.random.default_rng(1)
    points = (TEMPLATE + rng.normal(0, 4, (5, 2))).astype(np.float32)
    matrix = similarities(points[None])[0]

    def error(m: Doubles) -> float:
        squares = (points @ m[:, :2].T + m[:, 2] - TEMPLATE) ** 2
        return float((squares.sum(1) * WEIGHTS).sum())

    for _ in range(50):
        c, s, x, y = rng.normal(0, 0.01, 4)
        other = matrix + np.array([[c, -s, x], [s, c, y]])
        assert error(other) >= error(matrix)


def _painting() -> Bytes:
    """Smooth colours, so that a portrait can be compared after a turn."""
    noise = np.random.default_rng(0).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(noise, (600, 600), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.mark.parametrize("degrees", [-90, -35, 20, 180])
def test_a_tilted_face_gives_the_same_portrait(degrees: float) -> None:
    """Turn the picture and the points together: nothing changes but rounding."""
    image = _painting()
    points = TEMPLATE + 200
    turn = cv2.getRotationMatrix2D((300, 300), degrees, 1.0)
    turned = cv2.warpAffine(image, turn, (600, 600), borderMode=cv2.BORDER_REFLECT)
    there = points @ turn[:, :2].T + turn[:, 2]
    straight = portraits(image, points[None].astype(np.float32))
    tilted = portraits(turned, there[None].astype(np.float32))
    apart = np.abs(straight.astype(int) - tilted)
    assert apart.mean() < 1.0


def test_a_portrait_in_place_is_the_picture() -> None:
    """Points on the template need no warp."""
    image = _painting()[:SIDE, :SIDE]
    assert np.array_equal(portraits(image, TEMPLATE[None].astype(np.float32))[0], image)


def test_a_large_face_is_averaged_not_thinned_out() -> None:
    """Stripes finer than the portrait's pixels become grey, not another pattern."""
    image = np.zeros((1600, 1600, 3), dtype=np.uint8)
    image[:, ::2] = 255
    points = TEMPLATE * 8
    portrait = portraits(image, points[None].astype(np.float32))[0]
    assert np.abs(portrait[8:-8, 8:-8].astype(int) - 127).max() < 12


def test_a_face_half_outside() -> None:
    """What is outside repeats the border; what is inside is where it belongs."""
    image = _painting()
    points = TEMPLATE - np.array([SIDE / 2, 0])
    portrait = portraits(image, points[None].astype(np.float32))[0]
    half = SIDE // 2
    assert np.array_equal(portrait[:, half:], image[:SIDE, :half])
    assert np.array_equal(portrait[:, :half], np.repeat(image[:SIDE, :1], half, axis=1))


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("NaN", np.full((5, 2), np.nan)),
        ("infinite", np.full((5, 2), np.inf)),
        ("one NaN", np.where(np.arange(10).reshape(5, 2) == 3, np.nan, TEMPLATE)),
        ("all in one place", np.full((5, 2), 40.0)),
        ("smaller than a pixel", TEMPLATE * 1e-4),
        ("absurdly large", TEMPLATE * 1e9),
    ],
)
def test_points_that_are_none(name: str, points: Doubles) -> None:
    """A black portrait and a flag, no error; the neighbours do not suffer."""
    both = np.stack([points, TEMPLATE]).astype(np.float32)
    image = _painting()
    made = portraits(image, both)
    assert alignable(similarities(both)).tolist() == [False, True], name
    assert not made[0].any(), name
    assert np.array_equal(made[1], image[:SIDE, :SIDE]), name


def test_far_outside_the_picture() -> None:
    """Points that a detector may guess beyond the frame."""
    points = (TEMPLATE + 5000).astype(np.float32)
    assert portraits(_painting(), points[None]).shape == (1, SIDE, SIDE, 3)


def test_no_faces() -> None:
    """An empty row of portraits."""
    assert portraits(_painting(), np.zeros((0, 5, 2), np.float32)).shape == (0, SIDE, SIDE, 3)


def test_drawn_faces_have_their_eyes_where_fer_has_them(frame: Frame) -> None:
    """With true points, the darkest part of the upper half is near the eyes of the template."""
    points = np.stack(
        [student.landmarks for student in frame.visible if student.landmarks is not None]
    )
    matrices = similarities(points)
    moved = np.einsum("nij,nkj->nki", matrices[:, :, :2], points) + matrices[:, None, :, 2]
    assert np.abs(moved - TEMPLATE).max() < 0.2 * 128
    aligned: Floats = portraits(frame.image, points).astype(np.float32)
    assert aligned.std(axis=(1, 2, 3)).min() > 5
