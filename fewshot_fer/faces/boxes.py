"""Arithmetic on boxes [n,4] (x0, y0, x1, y1); MTCNN counts a box's side as x1 - x0 + 1 in places."""

from __future__ import annotations

import numpy as np

from fewshot_fer.arrays import Bools, Floats, Ints


def areas(boxes: Floats) -> Floats:
    """[n,4] -> [n]."""
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def intersections(one: Floats, other: Floats) -> Floats:
    """Common areas [n,4] x [m,4] -> [n,m]."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    sides = np.maximum(high - low, 0)
    return sides[..., 0] * sides[..., 1]


def overlaps(one: Floats, other: Floats) -> Floats:
    """Intersection over union [n,4] x [m,4] -> [n,m]."""
    common = intersections(one, other)
    union = areas(one)[:, None] + areas(other)[None] - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def strongest(clashes: Bools, scores: Floats) -> Ints:
    """Greedy suppression: who is left, best first, if nobody may stay beside a better one.

    `clashes` [n,n] is symmetric. Instead of one box at a time, everybody without a better
    living rival is kept at once; a few rounds suffice.
    """
    order = np.argsort(-scores, kind="stable")
    rivals = np.tril(clashes[np.ix_(order, order)], k=-1)
    undecided = np.ones(len(order), dtype=bool)
    kept = np.zeros(len(order), dtype=bool)
    while undecided.any():
        free = undecided & ~rivals[:, undecided].any(axis=1)
        kept |= free
        undecided &= ~free
        undecided &= ~rivals[:, free].any(axis=1)
    return order[kept]


def suppress(boxes: Floats, scores: Floats, limit: float) -> Ints:
    """Indices left, best first, when no two may overlap (IoU) by more than `limit`."""
    return strongest(overlaps(boxes, boxes) > limit, scores)


def suppress_contained(boxes: Floats, scores: Floats, limit: float) -> Ints:
    """The same by the share of the smaller box, counted in whole pixels as MTCNN does at its end."""
    grown = boxes + np.array([0, 0, 1, 1], dtype=boxes.dtype)
    size = areas(grown)
    share = intersections(grown, grown) / np.minimum(size[:, None], size[None])
    return strongest(share > limit, scores)


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
    return boxes + shifts * np.concatenate([sides, sides], axis=1)


def clipped(boxes: Floats, height: int, width: int) -> tuple[Ints, Bools]:
    """Whole-pixel boxes inside the image as MTCNN cuts them [n,4], and which are not empty [n].

    MTCNN counts pixels from one and takes both ends, so x0 becomes x0 - 1 as a slice's start.
    """
    ends = np.trunc(np.nan_to_num(boxes, nan=-1.0)).astype(np.int64)
    low = np.maximum(ends[:, :2], 1) - 1
    high = np.minimum(ends[:, 2:], [width, height])
    return np.concatenate([low, high], axis=1), (high > low).all(axis=1)
