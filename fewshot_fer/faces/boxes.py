"""Box arithmetic: [n,4] (x0, y0, x1, y1); in places MTCNN counts a side as x1 - x0 + 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Bools, Bytes, Doubles, Floats, Ints

_BLOCK: Final = 256

Likeness = Callable[[Floats, Floats], Floats]


def areas(boxes: Floats) -> Floats:
    """[n,4] -> [n]."""
    sides = boxes[:, 2:] - boxes[:, :2]
    return sides[:, 0] * sides[:, 1]


def intersections(one: Floats, other: Floats) -> Floats:
    """Common areas [n,4] x [m,4] -> [n,m]."""
    return _common(one[:, 0::2], other[:, 0::2]) * _common(one[:, 1::2], other[:, 1::2])


def _common(one: Floats, other: Floats) -> Floats:
    """Common lengths of intervals [n,2] x [m,2] -> [n,m]."""
    lengths: Floats = np.minimum(one[:, 1:], other[:, 1])
    lengths -= np.maximum(one[:, :1], other[:, 0])
    np.maximum(lengths, 0, out=lengths)
    return lengths


def overlaps(one: Floats, other: Floats) -> Floats:
    """Intersection over union [n,4] x [m,4] -> [n,m]."""
    common = intersections(one, other)
    union = areas(one)[:, None] + areas(other)
    union -= common
    share: Floats = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    return share


def shares(one: Floats, other: Floats) -> Floats:
    """Intersection over the smaller area [n,m], in whole pixels as MTCNN counts at its end."""
    whole = np.array([0, 0, 1, 1], dtype=one.dtype)
    common = intersections(one + whole, other + whole)
    smaller = np.minimum(areas(one + whole)[:, None], areas(other + whole))
    share: Floats = np.divide(common, smaller, out=np.zeros_like(common), where=smaller > 0)
    return share


def suppress(boxes: Floats, scores: Floats, limit: float, likeness: Likeness = overlaps) -> Ints:
    """Who is left, best first, when nobody may be more like a better one than `limit`."""
    rest = np.argsort(-scores, kind="stable")
    if len(rest) < 2:
        return rest
    kept: list[Ints] = [rest[:0]]
    while len(rest):
        block, rest = rest[:_BLOCK], rest[_BLOCK:]
        winners = block[_greedy(likeness(boxes[block], boxes[block]) <= limit)]
        rest = rest[(likeness(boxes[winners], boxes[rest]) <= limit).all(axis=0)]
        kept.append(winners)
    return np.concatenate(kept)


def _greedy(compatible: Bools) -> Ints:
    """Walk down a ranking and keep whoever all those kept before are compatible with [n,n]."""
    alive = np.ones(len(compatible), dtype=bool)
    kept = []
    for i, others in enumerate(compatible):
        if alive[i]:
            kept.append(i)
            alive &= others
    return np.array(kept, dtype=np.int64)


def squared(boxes: Floats) -> Floats:
    """Squares with the same centres and the longer sides."""
    sides = boxes[:, 2:] - boxes[:, :2]
    longest = sides.max(axis=1, keepdims=True, initial=-np.inf)
    half = np.float32(0.5)
    corner = boxes[:, :2] + sides * half - longest * half
    return np.concatenate([corner, corner + longest], axis=1)


def shifted(boxes: Floats, shifts: Floats, *, extra: int = 1) -> Floats:
    """Corners moved by shifts [n,4] that are fractions of the sides."""
    sides = boxes[:, 2:] - boxes[:, :2] + np.float32(extra)
    moved: Floats = boxes + shifts * np.concatenate([sides, sides], axis=1)
    return moved


def bounded(values: Floats, low: npt.ArrayLike, high: npt.ArrayLike) -> Floats:
    """Values between two bounds; what is not a number becomes the lower one."""
    return np.asarray(np.fmin(np.fmax(values, low), high))


def clipped(boxes: Floats, height: int, width: int) -> tuple[Ints, Bools]:
    """Whole-pixel boxes inside the image as MTCNN cuts them [n,4], and which are not empty [n].

    MTCNN counts pixels from one and takes both ends, so x0 becomes x0 - 1 as a slice's start.
    """
    ends = bounded(boxes, -1e6, 1e6).astype(np.int64)
    low = np.maximum(ends[:, :2], 1) - 1
    high = np.minimum(ends[:, 2:], [width, height])
    return np.concatenate([low, high], axis=1), np.asarray((high > low).all(axis=1))


def means_in(values: Bytes, boxes: Floats) -> Doubles:
    """The mean of a map [h,w] inside each box [n,4]."""
    height, width = values.shape
    sums = cv2.integral(values)
    low = bounded(boxes[:, :2], 0, [width - 1, height - 1]).astype(int)
    high = bounded(np.ceil(boxes[:, 2:]), low + 1, [width, height]).astype(int)
    (x0, y0), (x1, y1) = low.T, high.T
    total = sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]
    return np.asarray(total / ((x1 - x0) * (y1 - y0)), dtype=np.float64)
