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


def test_not_a_number_is_black() -> None:
    """A damaged float picture stays a picture."""
    image = RGB.astype(np.float32)
    image[0, 0] = np.nan
    assert as_rgb(image)[0, 0].tolist() == [0, 0, 0]


@pytest.mark.parametrize("shape", [(0, 5, 3), (5, 0), (4,), (5, 5, 2), (2, 5, 5, 3)])
def test_what_is_no_image(shape: tuple[int, ...]) -> None:
    """Said in our words."""
    with pytest.raises(ImageError):
        as_rgb(np.zeros(shape, dtype=np.uint8))
