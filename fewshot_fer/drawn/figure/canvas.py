"""Antialiased shapes and soft shadows on an RGB picture."""

from __future__ import annotations

from functools import lru_cache
from math import cos, radians, sin

import cv2
import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Bytes, Doubles, Floats

Colour = tuple[float, float, float]
_SHIFT = 4
_Window = tuple[int, int, int, int]
Fixed = npt.NDArray[np.int32]
_FAINTEST = 0.02
_UNIT = np.float32(1 / 255)
_T = np.linspace(0, 2 * np.pi, 24, endpoint=False)
_CIRCLE = np.stack([np.cos(_T), np.sin(_T)], axis=1)


def mixed(a: Colour, b: Colour, share: float) -> Colour:
    """A colour between two others."""
    red, green, blue = (x + share * (y - x) for x, y in zip(a, b, strict=True))
    return (red, green, blue)


def _fixed(points: Doubles) -> Fixed:
    """Points in OpenCV's fixed-point form."""
    return np.rint(points * (1 << _SHIFT)).astype(np.int32)


class Canvas:
    """A picture that is drawn on; coordinates are pixels."""

    def __init__(self, width: int, height: int, colour: Colour = (0, 0, 0)) -> None:
        self.pixels: Bytes = np.empty((height, width, 3), np.uint8)
        self.pixels[:] = np.array(colour, np.uint8)

    def fill(self, points: Doubles, colour: Colour) -> None:
        """Fill a polygon [n,2]."""
        cv2.fillPoly(self.pixels, [_fixed(points)], colour, cv2.LINE_AA, _SHIFT)

    def stroke(self, points: Doubles, colour: Colour, thickness: float) -> None:
        """Draw a line through points [n,2], with round, tapering ends."""
        self.fill(ribbon(points, thickness), colour)

    def soft(
        self, points: Doubles, colour: Colour, blur: float, opacity: float = 1.0,
        within: Doubles | None = None,
    ) -> None:  # fmt: skip
        """Blend a polygon with a blurred edge, optionally only inside another polygon."""
        fixed = _fixed(points)
        window = _window(fixed, 2.5 * blur, self.pixels.shape)
        if window is None:
            return
        mask = _mask(fixed, window, blur)
        if within is not None:
            mask *= _mask(_fixed(within), window, 0.0)
        x0, y0, x1, y1 = window
        patch = self.pixels[y0:y1, x0:x1]
        mask *= np.float32(opacity)
        ink = np.full(patch.shape, colour, np.uint8)
        cv2.blendLinear(ink, patch, mask, 1 - mask, patch)

    def shade(self, shadow: Shadow) -> None:
        """Multiply the picture by a shadow."""
        x0, y0, x1, y1 = shadow.window
        patch = self.pixels[y0:y1, x0:x1]
        light = 1 + (shadow.light - 1) * shadow.area
        cv2.multiply(patch, cv2.merge((light, light, light)), patch, 1, cv2.CV_8U)


class Shadow:
    """Light and dark on a part of a picture, gathered in one channel and applied once."""

    def __init__(self, picture: Canvas, area: Doubles) -> None:
        fixed = _fixed(area)
        self.window: _Window = _window(fixed, 2, picture.pixels.shape) or (0, 0, 1, 1)
        self.area = _mask(fixed, self.window, 0.0)
        x0, y0, x1, y1 = self.window
        self.light: Floats = np.ones((y1 - y0, x1 - x0), np.float32)

    def add(self, points: Doubles, strength: float, blur: float) -> None:
        """Darken a polygon [n,2] softly; a negative strength lightens it."""
        if abs(strength) < _FAINTEST:
            return
        local = _fixed(points - self.window[:2])
        window = _window(local, 2.5 * blur, self.light.shape)
        if window is None:
            return
        x0, y0, x1, y1 = window
        self.light[y0:y1, x0:x1] *= 1.0 - strength * _mask(local, window, blur)

    def line(self, points: Doubles, strength: float, thickness: float, blur: float) -> None:
        """Darken a crease that runs through points [n,2]."""
        if abs(strength) >= _FAINTEST:
            self.add(ribbon(points, thickness), strength, blur)


def ribbon(points: Doubles, thickness: float, taper: float = 0.35) -> Doubles:
    """The outline of a line of some thickness [2n,2] that is thinner at its ends."""
    along = np.empty_like(points)
    along[1:-1] = points[2:] - points[:-2]
    along[0], along[-1] = points[1] - points[0], points[-1] - points[-2]
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
    half = _profile(len(points), taper) * (thickness / 2) / length
    across = np.empty_like(points)
    across[:, 0], across[:, 1] = -along[:, 1] * half, along[:, 0] * half
    return np.concatenate([points + across, (points - across)[::-1]])


def ellipse(centre: Doubles, rx: float, ry: float, angle: float = 0.0) -> Doubles:
    """Points of an ellipse [24,2] around a centre [2]; the angle is in degrees."""
    points = _CIRCLE * (rx, ry)
    if angle:
        c, s = cos(radians(angle)), sin(radians(angle))
        points = points @ np.array([[c, s], [-s, c]])
    return np.asarray(points + centre)


def smooth(points: Doubles, n: int = 16) -> Doubles:
    """A Catmull-Rom curve [n,2 or 3] through points."""
    return np.asarray(_curve_weights(len(points), n) @ points)


@lru_cache(maxsize=64)
def _curve_weights(points: int, n: int) -> Doubles:
    """What each of a curve's samples takes from each point [n,points]."""
    known = np.eye(points)
    ends = np.concatenate([2 * known[:1] - known[1:2], known, 2 * known[-1:] - known[-2:-1]])
    t = np.linspace(0, points - 1, n)
    i = np.minimum(t.astype(int), points - 2)
    u = (t - i)[:, None]
    p0, p1, p2, p3 = ends[i], ends[i + 1], ends[i + 2], ends[i + 3]
    cubic = 2 * p0 - 5 * p1 + 4 * p2 - p3 + u * (3 * (p1 - p2) + p3 - p0)
    return np.asarray(p1 + 0.5 * u * (p2 - p0 + u * cubic))


@lru_cache(maxsize=64)
def _profile(n: int, taper: float) -> Doubles:
    """A tapering line's thickness along its way [n]."""
    t = np.linspace(-1, 1, n)
    return np.asarray(taper + (1 - taper) * (1 - t**2))


def _window(fixed: Fixed, margin: float, shape: tuple[int, ...]) -> _Window | None:
    """The rectangle around a fixed-point shape inside a picture, or None when outside."""
    x, y, w, h = cv2.boundingRect(fixed)
    wide = int(margin) + 2
    window = (
        max(0, (x >> _SHIFT) - wide),
        max(0, (y >> _SHIFT) - wide),
        min(shape[1], ((x + w) >> _SHIFT) + wide),
        min(shape[0], ((y + h) >> _SHIFT) + wide),
    )
    return window if window[0] < window[2] and window[1] < window[3] else None


def _mask(fixed: Fixed, window: _Window, blur: float) -> Floats:
    """A shape's coverage of a window, 0 to 1."""
    x0, y0, x1, y1 = window
    w, h = x1 - x0, y1 - y0
    # What is very soft is drawn small: nobody sees it, and blurring costs less.
    shrink = max(1, int(blur / 3))
    mask = np.zeros((-(-h // shrink), -(-w // shrink)), np.uint8)
    local = (fixed - (x0 << _SHIFT, y0 << _SHIFT)) // shrink
    cv2.fillPoly(mask, [local.astype(np.int32, copy=False)], 255, cv2.LINE_AA, _SHIFT)
    if blur > 0.3:
        mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), blur / shrink), np.uint8)
    if shrink > 1:
        mask = np.asarray(cv2.resize(mask, (w, h), interpolation=cv2.INTER_LINEAR), np.uint8)
    return np.multiply(mask, _UNIT, dtype=np.float32)
