"""The room behind a student: a wall, a shelf, a window, a plant; out of focus."""

from __future__ import annotations

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.figure.canvas import Canvas, Colour, ellipse, mixed

_WALLS: tuple[Colour, ...] = (
    (206, 202, 194), (186, 196, 204), (214, 204, 184), (170, 182, 172), (196, 178, 172),
    (150, 160, 178), (226, 224, 220),
)  # fmt: skip
_SPINES: tuple[Colour, ...] = (
    (120, 62, 52), (60, 84, 110), (92, 110, 74), (170, 140, 84), (84, 70, 96), (190, 184, 170),
)  # fmt: skip


def draw_room(rng: np.random.Generator, width: int, height: int) -> Bytes:
    """A blurred room [h,w,3]; the generator decides what stands in it."""
    wall = _WALLS[int(rng.integers(len(_WALLS)))]
    canvas = Canvas(width, height, wall)
    left = bool(rng.random() < 0.5)
    furniture = (_shelf, _window, _picture, _plant, None)[int(rng.integers(5))]
    if furniture is not None:
        furniture(rng, canvas, left)
    top = np.linspace(1.04, 0.9, height, dtype=np.float32)[:, None, None]
    shaded = np.clip(canvas.pixels * top, 0, 255).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(shaded, (0, 0), 0.012 * height + 0.3), dtype=np.uint8)


def _rectangle(canvas: Canvas, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
    """A rectangle in shares of the picture."""
    h, w = canvas.pixels.shape[:2]
    canvas.fill(np.array([[x0 * w, y0 * h], [x1 * w, y0 * h], [x1 * w, y1 * h], [x0 * w, y1 * h]]),
                colour)  # fmt: skip


def _shelf(rng: np.random.Generator, canvas: Canvas, left: bool) -> None:
    x0, x1 = (0.0, 0.3) if left else (0.7, 1.0)
    _rectangle(canvas, x0, 0.0, x1, 1.0, (122, 92, 66))
    for row in range(4):
        y1 = 0.2 + 0.26 * row
        _rectangle(canvas, x0 + 0.01, y1 - 0.22, x1 - 0.01, y1, (86, 64, 48))
        x = x0 + 0.015
        while x < x1 - 0.04:
            thick = float(rng.uniform(0.012, 0.03))
            colour = _SPINES[int(rng.integers(len(_SPINES)))]
            _rectangle(canvas, x, y1 - float(rng.uniform(0.12, 0.2)), x + thick, y1, colour)
            x += thick + 0.003


def _window(rng: np.random.Generator, canvas: Canvas, left: bool) -> None:
    x0 = 0.02 if left else 0.72
    _rectangle(canvas, x0, 0.06, x0 + 0.26, 0.66, (240, 240, 236))
    sky = mixed((206, 224, 240), (236, 240, 244), float(rng.random()))
    for i in range(2):
        for j in range(2):
            x, y = x0 + 0.012 + 0.125 * i, 0.085 + 0.29 * j
            _rectangle(canvas, x, y, x + 0.11, y + 0.26, sky)


def _picture(rng: np.random.Generator, canvas: Canvas, left: bool) -> None:
    x0 = 0.06 if left else 0.74
    _rectangle(canvas, x0, 0.12, x0 + 0.2, 0.42, (70, 58, 50))
    base = _SPINES[int(rng.integers(len(_SPINES)))]
    _rectangle(canvas, x0 + 0.012, 0.14, x0 + 0.188, 0.4, mixed(base, (230, 226, 216), 0.5))
    _rectangle(canvas, x0 + 0.012, 0.3, x0 + 0.188, 0.4, base)


def _plant(rng: np.random.Generator, canvas: Canvas, left: bool) -> None:
    h, w = canvas.pixels.shape[:2]
    x = (0.13 if left else 0.87) * w
    _rectangle(canvas, x / w - 0.05, 0.8, x / w + 0.05, 1.0, (168, 110, 80))
    for _ in range(9):
        angle = float(rng.uniform(-65, 65))
        reach = float(rng.uniform(0.18, 0.38)) * h
        turn = np.radians(angle)
        centre = np.array([x + np.sin(turn) * reach, 0.8 * h - np.cos(turn) * reach])
        leaf = mixed((58, 104, 62), (110, 150, 84), float(rng.random()))
        canvas.fill(ellipse(centre, 0.035 * h, 0.14 * h, angle), leaf)
