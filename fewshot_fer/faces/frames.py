"""Any array that might be a picture -> RGB bytes [h,w,3], or what is wrong with it."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import ImageError

_OVER: Final = 0.05
"""Resizing takes floats a little beyond their range; more than this share says another range."""


def as_rgb(given: object) -> Bytes:
    """Grey, RGB or RGBA; bytes, 16 bits, or floats of 0..1 or 0..255; copied only where needed."""
    if not hasattr(given, "__array__") and not hasattr(given, "__array_interface__"):
        raise ImageError(
            f"A picture cannot be a {type(given).__name__}.",
            next_step="Give an array [h,w,3] in RGB; `fewshot_fer.read` takes paths and bytes too.",
        )
    image = np.asarray(given)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (3, 4)):
        raise ImageError(
            f"An array of shape {image.shape} is not an image.",
            next_step="Give grey [h,w], RGB [h,w,3] or RGBA [h,w,4], one image at a time.",
        )
    if image.size == 0:
        raise ImageError("The image has no pixels.", next_step="Give another image.")
    pixels = _as_bytes(image)
    if pixels.ndim == 2:
        return _bytes(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_GRAY2RGB))
    if pixels.shape[2] == 4:
        return _bytes(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGBA2RGB))
    return np.ascontiguousarray(pixels)


def _as_bytes(image: npt.NDArray[Any]) -> Bytes:
    if image.dtype == np.uint8:
        return _bytes(image)
    if image.dtype == np.bool_:
        return image.astype(np.uint8) * np.uint8(255)
    whole = np.issubdtype(image.dtype, np.integer)
    if not whole and not np.issubdtype(image.dtype, np.floating):
        raise ImageError(
            f"An array of {image.dtype} is not an image.",
            next_step="Give bytes, or floats of 0 to 1 or of 0 to 255.",
        )
    if image.dtype == np.uint16 and image.max() > 255:
        return (image >> 8).astype(np.uint8)
    least, most = float(image.min()), float(image.max())
    top = 255.0 if whole or most > 1.5 else 1.0
    beyond = 0.0 if whole else _OVER * top
    # Not a number is neither more nor less than anything.
    if not (-beyond <= least and most <= top + beyond):
        raise ImageError(
            f"The numbers of this image go from {least:.4g} to {most:.4g}.",
            next_step="Give bytes, or floats of 0 to 1 or of 0 to 255, all of them finite.",
        )
    return np.clip(np.rint(image * (255.0 / top)), 0, 255).astype(np.uint8)


def _bytes(image: npt.NDArray[Any]) -> Bytes:
    """Say to the type checker what is known to be bytes."""
    return image
