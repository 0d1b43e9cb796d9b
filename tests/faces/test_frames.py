"""Anything that a camera or a file may hand over."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from fewshot_fer.errors import ImageError
from fewshot_fer.faces.frames import as_rgb

RGB = np.random.default_rng(0).integers(0, 256, (17, 23, 3), dtype=np.uint8)
GREY = np.ascontiguousarray(RGB[:, :, 0])
OF_GREY = np.repeat(GREY[:, :, None], 3, axis=2)
ALPHA = np.full((17, 23, 1), 9, dtype=np.uint8)


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("RGB", RGB, RGB),
        ("grey", GREY, OF_GREY),
        ("grey with an axis", GREY[:, :, None], OF_GREY),
        ("RGBA", np.concatenate([RGB, ALPHA], axis=2), RGB),
        ("floats of 0 to 255", RGB.astype(np.float64), RGB),
        ("floats of 0 to 1", RGB.astype(np.float32) / 255, RGB),
        ("16 bits", RGB.astype(np.uint16) * 257, RGB),
        ("wide integers", RGB.astype(np.int64), RGB),
        ("every second column", np.repeat(RGB, 2, axis=1)[:, ::2], RGB),
        ("mirrored view", RGB[:, ::-1], RGB[:, ::-1]),
        ("booleans", GREY > 99, np.where(OF_GREY > 99, 255, 0)),
    ],
)
def test_becomes_rgb(name: str, image: npt.NDArray[Any], expected: npt.NDArray[Any]) -> None:
    """The same picture, in bytes, without holes in memory."""
    found = as_rgb(image)
    assert found.dtype == np.uint8, name
    assert found.flags.c_contiguous, name
    assert np.array_equal(found, expected), name


def test_bytes_are_not_copied() -> None:
    """A frame as it should be costs nothing."""
    assert np.shares_memory(as_rgb(RGB), RGB)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -0.2, 1.2, -20.0, 300.0, 1e30], ids=str)
def test_floats_beyond_any_range_are_refused_and_said(value: float) -> None:
    image = RGB.astype(np.float32) / (255 if abs(value) < 10 else 1)
    image[0, 0] = value
    with pytest.raises(ImageError, match=r"numbers .* go from .* floats of 0 to 1 or of 0 to 255"):
        as_rgb(image)


def test_floats_that_resizing_took_a_little_too_far_are_cut() -> None:
    image = RGB.astype(np.float32) / 255
    image[0, 0], image[0, 1] = 1.02, -0.03
    assert as_rgb(image)[0, :2].tolist() == [[255] * 3, [0] * 3]


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.int64, np.uint32])
def test_bytes_in_wider_integers_are_still_bytes(dtype: type) -> None:
    assert np.array_equal(as_rgb(RGB.astype(dtype)), RGB)


@pytest.mark.parametrize("image", [RGB.astype(complex), RGB.astype(str), RGB - 200.0, RGB * 9])
def test_other_numbers_are_no_image(image: npt.NDArray[Any]) -> None:
    with pytest.raises(ImageError):
        as_rgb(image.astype(object) if image.dtype == np.uint8 else image)


@pytest.mark.parametrize("given", ["a.jpg", None, [1, 2], b"x", 7], ids=str)
def test_what_is_no_array_is_no_image(given: object) -> None:
    with pytest.raises(ImageError, match=f"cannot be a {type(given).__name__}"):
        as_rgb(given)


@pytest.mark.parametrize("shape", [(0, 5, 3), (5, 0), (4,), (5, 5, 2), (5, 5, 7), (2, 5, 5, 3)])
def test_what_is_no_image(shape: tuple[int, ...]) -> None:
    """Said in our words."""
    with pytest.raises(ImageError):
        as_rgb(np.zeros(shape, dtype=np.uint8))
