"""Any array that might be a picture -> RGB bytes [h,w,3]."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import ImageError


def as_rgb(image: npt.NDArray[Any]) -> Bytes:
    """Grey, RGB or RGBA; bytes, 16 bits, or floats of 0..1 or 0..255; copied only where needed."""
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (3, 4)):
        raise ImageError(
            f"An array of shape {image.shape} is not an image.",
            next_step="Give grey [h,w], RGB [h,w,3] or RGBA [h,w,4].",
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
    if image.dtype == np.uint16:
        return (image >> 8).astype(np.uint8)
    if image.dtype == np.bool_:
        return image.astype(np.uint8) * np.uint8(255)
    values = np.nan_to_num(image.astype(np.float32), nan=0.0, posinf=255.0, neginf=0.0)
    if np.issubdtype(image.dtype, np.floating) and values.max() <= 1.0:
        values = values * 255
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _bytes(image: npt.NDArray[Any]) -> Bytes:
    """Say to the type checker what is known to be bytes."""
    return image
