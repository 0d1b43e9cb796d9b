"""Re-identification within a lesson: a colour descriptor of a face; not who somebody is."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes, Doubles, Floats
from fewshot_fer.faces.boxes import bounded

_SIDE: Final = 8
_SURROUNDINGS: Final = 1.5
LENGTH: Final = _SIDE * _SIDE * 3


def appearance_of(image: Bytes, boxes: Floats) -> Floats:
    """Colours in and around each box [n,4], without their mean, at length one: [n,192]."""
    height, width = image.shape[:2]
    thumbs = np.zeros((len(boxes), _SIDE, _SIDE, 3), dtype=np.uint8)
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    reach = (boxes[:, 2:] - boxes[:, :2]) * (_SURROUNDINGS / 2)
    low = bounded(middle - reach, 0, [width - 1, height - 1]).astype(int)
    high = bounded(middle + reach, low + 1, [width, height]).astype(int)
    for thumb, (x0, y0), (x1, y1) in zip(thumbs, low.tolist(), high.tolist(), strict=True):
        step = max(1, min(y1 - y0, x1 - x0) // (4 * _SIDE))
        cv2.resize(
            image[y0:y1:step, x0:x1:step], (_SIDE, _SIDE), thumb, interpolation=cv2.INTER_AREA
        )
    values = thumbs.reshape(len(boxes), LENGTH).astype(np.float32)
    values -= values.mean(axis=1, keepdims=True)
    values /= np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-6)
    return values


def unlikeness(one: Floats, other: Floats) -> Doubles:
    """0 for the same appearance, 1 for nothing in common: [n,192] x [m,192] -> [n,m]."""
    return (1 - one @ other.T).astype(np.float64)
