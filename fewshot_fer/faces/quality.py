"""Face image quality: how good a face is to read an expression from, and why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan, log, prod
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Bytes, Doubles, Floats
from fewshot_fer.faces.align import INNER, MARGIN, alignable, portraits, similarities
from fewshot_fer.faces.boxes import areas, bounded
from fewshot_fer.faces.values import Faces
from fewshot_fer.reasons import Code, Reason

_SIDE: Final = 64
_SHARP: Final = 0.3
"""Mean change of slope over spread of greys, of sharp photographs at 64x64."""
_NOSE_LENGTH: Final = 0.6
"""How far the nose stands out, in distances of the eyes; measured on drawn heads of known turn."""
_NOSE_PLACE: Final = 0.55
"""Where the nose lies on the way from the eyes to the mouth, on people who look straight."""
_NOSE_PER_DEGREE: Final = 0.01
"""Drawn heads move it by 0.006 a degree, but mouths and people by 0.07: so the estimate is drawn
towards straight."""
_POOR: Final = 0.5
_SIZES: Final = (16.0, 48.0)
_FACE: Final = np.s_[MARGIN : MARGIN + INNER, MARGIN : MARGIN + INNER]
_UPPER: Final = np.s_[60:95, 40:152]
_LOWER: Final = np.s_[105:150, 50:142]
_LIPS: Final = np.s_[110:150, 81:112]
"""Rows and columns of a portrait: the square of FER-2013, eyes, lower face, where lips lie."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What can be measured of one face; `score` sums it up and `reason` names what is worst."""

    size_px: float
    """The box's longer side."""
    sharpness: float
    """0 is a blur, 1 a sharp photograph."""
    brightness: float
    """The mean of the face, 0 to 255."""
    contrast: float
    """The spread of the face's greys."""
    yaw: float
    """Degrees, positive to the right of the image; good to about 5 degrees."""
    pitch: float
    """Degrees, positive downwards; cautious, for an open mouth looks like a bent head."""
    roll: float
    """Degrees, positive clockwise."""
    inside: float
    """The share of the box within the image."""
    certainty: float
    """How sure the detector is."""
    score: float
    """From 0, useless, to 1, as good as it gets."""
    reason: Reason | None
    """What makes it poor; None when nothing does."""
    mouth: float = 1.0
    """How much the mouth looks like one: near 0 something is before it, a hand or a mask."""


def assess(image: npt.NDArray[Any], faces: Faces, aligned: Bytes | None = None) -> list[Quality]:
    """The quality of every face; `aligned` saves making their portraits once more."""
    if aligned is None:
        aligned = portraits(image, faces.landmarks)
    matrices = similarities(faces.landmarks)
    turns = poses(faces.landmarks, matrices)
    inside = shares_inside(faces.boxes, *image.shape[:2])
    usable = alignable(matrices)
    return [
        _assess(float(size), float(sure), turn, float(share), portrait if can else None)
        for size, sure, turn, share, portrait, can in zip(
            faces.sizes, faces.probabilities, turns, inside, aligned, usable, strict=True
        )
    ]


def poses(landmarks: Floats, matrices: Doubles) -> Doubles:
    """Yaw, pitch and roll in degrees from five points [n,5,2]: [n,3]; NaN where there are none.

    `matrices` are the points' similarities [n,2,3].
    """
    # As complex numbers: a quotient's real part is how far one way lies along the other.
    points = np.array(landmarks, np.float64).reshape(-1, 10).view(np.complex128)
    points[~np.isfinite(points)] = np.nan
    eyes, mouth = points[:, :2].mean(axis=1), points[:, 3:].mean(axis=1)
    across, down = points[:, 1] - points[:, 0], mouth - eyes
    with np.errstate(divide="ignore", invalid="ignore"):
        nose = (points[:, 2] - eyes) / down
        aside = 1j * nose.imag * down / across
    yaw = np.degrees(np.arctan2(aside.real, _NOSE_LENGTH))
    pitch = np.clip((nose.real - _NOSE_PLACE) / _NOSE_PER_DEGREE, -90, 90)
    roll = np.degrees(-np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0]))
    return np.stack([yaw, pitch, roll], axis=1)


def shares_inside(boxes: Floats, height: int, width: int) -> Doubles:
    """Which share of each box [n,4] lies within the image [n]."""
    known = bounded(boxes.astype(np.float64), -1e6, 1e6)
    seen = np.clip(known, 0, [width, height, width, height])
    area, part = areas(known), areas(seen)
    shares: Doubles = np.divide(part, area, out=np.zeros_like(part), where=area > 0)
    return shares


def _assess(
    size: float, certainty: float, turn: Doubles, inside: float, portrait: Bytes | None
) -> Quality:
    yaw, pitch, roll = (0.0 if isnan(angle) else angle for angle in turn.tolist())
    sharpness, brightness, contrast, mouth = 0.0, 0.0, 0.0, 1.0
    if portrait is not None:
        grey = np.asarray(cv2.cvtColor(portrait, cv2.COLOR_RGB2GRAY), np.uint8)
        (sharpness, brightness, contrast), mouth = _light(grey), _mouth(grey)
    factors = dict(
        _factors(size, sharpness, brightness, contrast, yaw, pitch, roll, inside, certainty)
    )
    factors[Code.MOUTH_HIDDEN] = mouth
    if portrait is None:
        factors[Code.NO_POINTS] = 0.0
    worst = min(factors, key=lambda code: factors[code])
    score = prod(factors.values())
    return Quality(
        size, sharpness, brightness, contrast, yaw, pitch, roll, inside, certainty,
        score=score, reason=reason_of(worst, size) if factors[worst] < _POOR else None, mouth=mouth,
    )  # fmt: skip


def reason_of(code: Code, size: float) -> Reason:
    """What is wrong with a face of this size, with the facts of it."""
    if code is Code.SMALL:
        return Reason(code, pixels=size, needed=sum(_SIZES) * _POOR)
    return Reason(code)


def _light(grey: Bytes) -> tuple[float, float, float]:
    """Sharpness, brightness and contrast of the face in a grey portrait [192,192]."""
    small = cv2.resize(grey[_FACE], (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    mean, spread = _mean_and_spread(small)
    edges = cv2.norm(cv2.Laplacian(small, cv2.CV_16S), cv2.NORM_L1) / small.size
    return min(1.0, edges / (spread + 1e-3) / _SHARP), mean, spread


def _mouth(grey: Bytes) -> float:
    """1 when lips darken the middle of the lower face, or it has as much detail as the eyes."""
    column = cv2.blur(cv2.reduce(grey[_LIPS], 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F), (1, 3))
    ranked = np.sort(column[:, 0])
    middle = (ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2
    face, lower, upper = (_mean_and_spread(grey[part])[1] for part in (_FACE, _LOWER, _UPPER))
    line = float(middle - ranked[0]) / (face + 1)
    detail = log((lower + 1) / (upper + 1))
    return max(_from_to(line, 0.2, 0.4), _from_to(detail, -0.3, -0.1))


def _mean_and_spread(grey: npt.NDArray[Any]) -> tuple[float, float]:
    mean, spread = cv2.meanStdDev(grey)
    return float(mean[0, 0]), float(spread[0, 0])


def _factors(
    size: float,
    sharpness: float,
    brightness: float,
    contrast: float,
    yaw: float,
    pitch: float,
    roll: float,
    inside: float,
    certainty: float,
) -> Iterator[tuple[Code, float]]:
    """What may be wrong, and how much is left of the score for it (1: all)."""
    yield Code.SMALL, _from_to(size, *_SIZES)
    yield Code.BLURRED, _from_to(sharpness, 0.1, 0.45)
    yield Code.DARK, _from_to(brightness, 15, 55)
    yield Code.BRIGHT, _from_to(-brightness, -245, -215)
    yield Code.FLAT, _from_to(contrast, 4, 16)
    yield (
        Code.TURNED,
        min(_from_to(-abs(yaw), -50, -25), _from_to(-abs(pitch), -50, -25)),
    )
    yield Code.TILTED, _from_to(-abs(roll), -80, -40)
    yield Code.CUT_OFF, _from_to(inside, 0.5, 0.9)
    yield Code.HARDLY_A_FACE, _from_to(certainty, 0.6, 0.9)


def _from_to(value: float, useless: float, good: float) -> float:
    return min(max((value - useless) / (good - useless), 0.0), 1.0)
