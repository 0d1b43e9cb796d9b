"""Cuts square pieces out of an image and brings them to a network's size."""

from __future__ import annotations

import cv2
import numpy as np

from fewshot_fer.arrays import Bools, Bytes, Floats, Ints


def clipped(boxes: Floats, height: int, width: int) -> tuple[Ints, Bools]:
    """Whole-pixel boxes inside the image as MTCNN cuts them [n,4], and which are not empty [n].

    MTCNN counts pixels from one and takes both ends, so x0 becomes x0 - 1 as a slice's start.
    """
    ends = np.trunc(boxes).astype(np.int64)
    low = np.maximum(ends[:, :2], 1) - 1
    high = np.minimum(ends[:, 2:], [width, height])
    return np.concatenate([low, high], axis=1), (high > low).all(axis=1)


def cut(image: Bytes, boxes: Ints, side: int) -> Bytes:
    """Boxes [n,4] inside the image, as [n,side,side,3]; each pixel is the mean of its area."""
    pieces = np.empty((len(boxes), side, side, 3), dtype=np.uint8)
    for piece, (x0, y0, x1, y1) in zip(pieces, boxes.tolist(), strict=True):
        cv2.resize(image[y0:y1, x0:x1], (side, side), dst=piece, interpolation=cv2.INTER_AREA)
    return pieces
