"""Antialiased shapes and soft shadows on an RGB picture."""

from __future__ import annotations

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes, Doubles, Floats

Colour = tuple[float, float, float]
_SHIFT = 4
_Window = tuple[int, int, int, int]


def mixed(a: Colour, b: Colour, share: float) -> Colour:
    """A colour between two others."""
    red, green, blue = (x + share * (y - x) for x, y in zip(a, b, strict=True))
    return (red, green, blue)


def _fixed(points: Doubles) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """Points in OpenCV's fixed-point form."""
    return np.round(points * (1 << _SHIFT)).astype(np.int32).reshape(-1, 1, 2)


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
        window = _window(points, 2.5 * blur, self.pixels.shape)
        if window is None:
            return
        mask = _mask(points, window, blur)
        if within is not None:
            mask *= _mask(within, window, 0.0)
        x0, y0, x1, y1 = window
        patch = self.pixels[y0:y1, x0:x1]
        ink = np.array(colour, np.float32)
        blended = patch + (ink - patch) * (mask * opacity)[..., None]
        patch[:] = np.clip(blended, 0, 255).astype(np.uint8)

    def shade(self, shadow: Shadow) -> None:
        """Multiply the picture by a shadow."""
        x0, y0, x1, y1 = shadow.window
        patch = self.pixels[y0:y1, x0:x1]
        light = 1 + (shadow.light - 1) * shadow.area
        lit = patch * light[..., None]
        patch[:] = np.clip(lit, 0, 255).astype(np.uint8)


class Shadow:
    """Light and dark on a part of a picture, gathered in one channel and applied once."""

    def __init__(self, picture: Canvas, area: Doubles) -> None:
        self.window: _Window = _window(area, 2, picture.pixels.shape) or (0, 0, 1, 1)
        self.area = _mask(area, self.window, 0.0)
        x0, y0, x1, y1 = self.window
        self.light: Floats = np.ones((y1 - y0, x1 - x0), np.float32)

    def add(self, points: Doubles, strength: float, blur: float) -> None:
        """Darken a polygon [n,2] softly; a negative strength lightens it."""
        x0, y0, _, _ = self.window
        local = points - (x0, y0)
        window = _window(local, 2.5 * blur, self.light.shape)
        if window is None or abs(strength) < 0.01:
            return
        a, b, c, d = window
        self.light[b:d, a:c] *= 1.0 - strength * _mask(local, window, blur)

    def line(self, points: Doubles, strength: float, thickness: float, blur: float) -> None:
        """Darken a crease that runs through points [n,2]."""
        self.add(ribbon(points, thickness), strength, blur)


def ribbon(points: Doubles, thickness: float, taper: float = 0.35) -> Doubles:
    """The outline of a line of some thickness [2n,2] that is thinner at its ends."""
    along = np.gradient(points, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    t = np.linspace(-1, 1, len(points))
    half = (thickness / 2 * (taper + (1 - taper) * (1 - t**2)))[:, None]
    return np.concatenate([points + across * half, (points - across * half)[::-1]])


def ellipse(centre: Doubles, rx: float, ry: float, angle: float = 0.0) -> Doubles:
    """Points of an ellipse [24,2] around a centre [2]; the angle is in degrees."""
    t = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    x, y = rx * np.cos(t), ry * np.sin(t)
    return np.asarray(np.stack([c * x - s * y, s * x + c * y], axis=1) + centre)


def smooth(points: Doubles, n: int = 16) -> Doubles:
    """A Catmull-Rom curve [n,2 or 3] through points."""
    ends = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.linspace(0, len(points) - 1, n)
    i = np.minimum(t.astype(int), len(points) - 2)
    u = (t - i)[:, None]
    p0, p1, p2, p3 = ends[i], ends[i + 1], ends[i + 2], ends[i + 3]
    return np.asarray(
        p1
        + 0.5 * u * (p2 - p0 + u * (2 * p0 - 5 * p1 + 4 * p2 - p3 + u * (3 * (p1 - p2) + p3 - p0)))
    )


def _window(points: Doubles, margin: float, shape: tuple[int, ...]) -> _Window | None:
    """The rectangle around points inside a picture, or None when they lie outside."""
    x0, y0 = np.floor(points.min(axis=0) - margin).astype(int) - 1
    x1, y1 = np.ceil(points.max(axis=0) + margin).astype(int) + 2
    window = (max(0, int(x0)), max(0, int(y0)), min(shape[1], int(x1)), min(shape[0], int(y1)))
    return window if window[0] < window[2] and window[1] < window[3] else None


def _mask(points: Doubles, window: _Window, blur: float) -> Floats:
    """A polygon's coverage of a window, 0 to 1."""
    x0, y0, x1, y1 = window
    mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
    cv2.fillPoly(mask, [_fixed(points - (x0, y0))], 255, cv2.LINE_AA, _SHIFT)
    if blur > 0.3:
        mask = cv2.GaussianBlur(mask, (0, 0), blur).astype(np.uint8)
    return np.multiply(mask, np.float32(1 / 255), dtype=np.float32)
