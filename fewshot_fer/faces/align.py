"""Face alignment: the portrait, which the network sees and a support set stores.

A portrait is 192x192; the square that FER-2013 shows of a face is its central 128x128. What
lies outside the image repeats its border (black would darken the whole face for a network that
looks at contrast), and `quality` says how much of a face is outside.
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Bools, Bytes, Doubles, Floats
from fewshot_fer.faces.frames import as_rgb
from fewshot_fer.measures import SIDE

INNER: Final = 128
MARGIN: Final = (SIDE - INNER) // 2

# Medians over FER-2013's own images, as fractions of its square.
FER_POINTS: Final = ((0.305, 0.380), (0.688, 0.377), (0.481, 0.591), (0.338, 0.771), (0.654, 0.771))
TEMPLATE: Final[Doubles] = np.array(FER_POINTS) * INNER + MARGIN

_FEWEST_PIXELS: Final = 1.0
_MOST_PIXELS: Final = 1e5


# What each point counts. A mouth moves with the expression: aligned by it, a smile is shrunk and
# a gasp pushed up until they look less like themselves.
WEIGHTS: Final[Doubles] = np.array([1.0, 1.0, 0.5, 0.1, 0.1])


def similarities(
    points: Floats, template: Doubles = TEMPLATE, weights: Doubles = WEIGHTS
) -> Doubles:
    """Least-squares turn, scale and shift of each [n,5,2] onto [5,2]: matrices [n,2,3].

    Without mirroring; each point counts by its weight [5]. Points that are not finite, or all in
    one place, give a matrix of NaN.
    """
    # As complex numbers: to turn and scale is to multiply.
    given = np.array(points, np.float64).reshape(-1, 2 * len(template)).view(np.complex128)
    given[~np.isfinite(given).all(axis=1)] = np.nan
    goal = np.ascontiguousarray(template, np.float64).view(np.complex128)[:, 0]
    share = weights / weights.sum()
    middle, target = given @ share, goal @ share
    away = given - middle[:, None]
    spread = (away.real**2 + away.imag**2) @ share
    spread[~(spread > 1e-9)] = np.nan
    turn = away.conj() @ (share * (goal - target)) * np.reciprocal(spread)
    shift = target - turn * middle
    matrices = np.empty((len(given), 2, 3))
    matrices[:, 0, 0] = matrices[:, 1, 1] = turn.real
    matrices[:, 0, 1], matrices[:, 1, 0] = -turn.imag, turn.imag
    matrices[:, 0, 2], matrices[:, 1, 2] = shift.real, shift.imag
    return matrices


def alignable(matrices: Doubles) -> Bools:
    """Which similarities [n,2,3] allow a portrait [n]; the others' portraits are black."""
    scale = np.hypot(matrices[:, 0, 0], matrices[:, 1, 0])
    return np.asarray((scale <= INNER / _FEWEST_PIXELS) & (scale > INNER / _MOST_PIXELS))


def portraits(image: npt.NDArray[Any], landmarks: Floats) -> Bytes:
    """Faces of an image by their points [n,5,2], aligned: [n,192,192,3]."""
    points = np.asarray(landmarks, dtype=np.float32).reshape(-1, 5, 2)
    aligned = np.zeros((len(points), SIDE, SIDE, 3), dtype=np.uint8)
    matrices = similarities(points)
    which = np.flatnonzero(alignable(matrices))
    if len(which):
        # Four channels are warped in half the time of three.
        pixels = np.asarray(cv2.cvtColor(as_rgb(image), cv2.COLOR_RGB2RGBA), np.uint8)
        for i in which:
            _warp(pixels, matrices[i], aligned[i])
    return aligned


def _warp(image: Bytes, matrix: Doubles, portrait: Bytes) -> None:
    """Draw the part of the image [h,w,4] that the matrix maps into the portrait."""
    shrink = int(1 / np.hypot(matrix[0, 0], matrix[1, 0]))
    if shrink > 1:
        image, matrix = _shrunk(*_part(image, matrix), shrink)
    warped = cv2.warpAffine(
        image, matrix, (SIDE, SIDE), None, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
    )
    cv2.cvtColor(warped, cv2.COLOR_RGBA2RGB, portrait)


def _part(image: Bytes, matrix: Doubles) -> tuple[Bytes, Doubles]:
    """What of an image a portrait shows, or a pixel of it where that is nothing."""
    back = cv2.invertAffineTransform(matrix)
    corners = np.array([[0, 0, 1], [SIDE, 0, 1], [0, SIDE, 1], [SIDE, SIDE, 1]]) @ back.T
    height, width = image.shape[:2]
    low = np.floor(corners.min(axis=0)) - 2
    x0, y0 = np.clip(low, 0, [width - 1, height - 1]).astype(int)
    x1, y1 = np.clip(np.ceil(corners.max(axis=0)) + 3, [x0 + 1, y0 + 1], [width, height]).astype(
        int
    )
    moved = matrix[:, :2] @ [x0, y0] + matrix[:, 2]
    return image[y0:y1, x0:x1], np.concatenate([matrix[:, :2], moved[:, None]], axis=1)


def _shrunk(part: Bytes, matrix: Doubles, factor: int) -> tuple[Bytes, Doubles]:
    """A part made smaller by whole-number averaging, so that fine detail does not become noise."""
    height, width = (max(1, side // factor) for side in part.shape[:2])
    whole = part[: height * factor, : width * factor]
    smaller = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    ratio = np.array([whole.shape[1] / width, whole.shape[0] / height])
    turn = matrix[:, :2] * ratio
    # Pixel centres lie at halves: x_old + 1/2 = ratio * (x_new + 1/2).
    shift = matrix[:, 2] + matrix[:, :2] @ (ratio / 2 - 0.5)
    return np.asarray(smaller, dtype=np.uint8), np.concatenate([turn, shift[:, None]], axis=1)
