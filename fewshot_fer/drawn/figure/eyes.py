"""Eyes, brows and forehead."""

from __future__ import annotations

import numpy as np

from fewshot_fer.arrays import Doubles
from fewshot_fer.drawn.figure.canvas import Shadow, ellipse, mixed, ribbon, smooth
from fewshot_fer.drawn.figure.geometry import EYE_X
from fewshot_fer.drawn.figure.person import Looks
from fewshot_fer.drawn.figure.sketch import Sketch, ring

_S = np.linspace(-1.0, 1.0, 15)


def eye_centre(looks: Looks, side: float) -> tuple[float, float]:
    """The eye's place on the face."""
    return (side * EYE_X * looks.eye_spacing, 0.0)


def _lids(sketch: Sketch, side: float) -> tuple[Doubles, Doubles, Doubles]:
    """The eye's x [15] and the y of its upper and lower lid, from the nose outwards."""
    m, looks = sketch.muscles, sketch.looks
    cx, cy = eye_centre(looks, side)
    width = 0.195 * looks.eye_size
    opening = 1 + 0.85 * m.lid_up - 0.42 * m.lid_tight - 0.42 * m.lid_droop - 0.1 * m.brow_lower
    opening = float(np.clip(opening * max(0.0, 1 - max(0.0, m.lid_droop - 1)), 0.0, 2.1))
    up = 0.088 * looks.eye_size * opening
    down = 0.062 * looks.eye_size * float(
        np.clip(1 - 0.55 * m.lid_tight - 0.5 * m.cheek + 0.3 * m.lid_up, 0.1, 1.5)
    )  # fmt: skip
    peak = 1 - _S * 0.12 * (m.brow_inner - m.brow_lower)
    arch = np.maximum(0.0, 1 - _S**2) ** 0.75
    slant = -looks.eye_slant * _S + 0.03 * m.brow_inner * _S
    x = cx + side * width * _S
    upper = cy + slant - up * arch * peak
    lower = cy + slant + down * arch
    if opening < 0.12:
        upper = lower - 0.012
    return x, upper, np.maximum(lower, upper)


def draw_eye(sketch: Sketch, side: float) -> None:
    """White, iris, pupil, glint, lashes and the fold above."""
    x, upper, lower = _lids(sketch, side)
    canvas, looks, m = sketch.canvas, sketch.looks, sketch.muscles
    top, bottom = sketch.at(x, upper, -0.06), sketch.at(x, lower, -0.06)
    shape = np.concatenate([top, bottom[::-1]])
    lash = mixed(looks.hair, (24, 18, 16), 0.75)
    if float((lower - upper).max()) > 0.03:
        canvas.fill(shape, (226, 220, 214))
        cx, cy = eye_centre(looks, side)
        gaze = np.array([cx + 0.05 * m.gaze_x]), np.array([cy - 0.012 + 0.04 * m.gaze_y])
        centre = sketch.at(*gaze, -0.06)[0]
        iris = sketch.px(0.098 * looks.eye_size)
        edge = max(0.35, iris * 0.1)
        canvas.soft(ellipse(centre, iris, iris), mixed(looks.iris, (0, 0, 0), 0.25), edge, 1, shape)
        canvas.soft(ellipse(centre, iris * 0.5, iris * 0.5), (12, 10, 10), edge, 1, shape)
        glint = centre - np.array([0.38, 0.42]) * iris
        canvas.soft(ellipse(glint, iris * 0.26, iris * 0.26), (255, 255, 255), edge, 0.95, shape)
        band = np.concatenate([top, (top + sketch.camera.scale * np.array([0, 0.045]))[::-1]])
        canvas.soft(band, (70, 50, 44), sketch.px(0.02), 0.55, shape)
    canvas.stroke(top, lash, sketch.px(0.05))
    canvas.soft(ribbon(bottom, sketch.px(0.028)), mixed(looks.skin, (70, 34, 30), 0.6),
                sketch.px(0.008), 0.8)  # fmt: skip


def shade_eye(sketch: Sketch, shadow: Shadow, side: float) -> None:
    """The socket, the lid's fold, and what narrowing and smiling push up below the eye."""
    x, upper, lower = _lids(sketch, side)
    m, lines = sketch.muscles, sketch.looks.lines
    cx, cy = eye_centre(sketch.looks, side)
    socket = sketch.at(*ring(cx - side * 0.05, cy - 0.1, 0.25, 0.14))
    shadow.add(socket, 0.16 + 0.15 * max(0.0, m.brow_lower), sketch.px(0.07))
    fold = upper - 0.055 + 0.02 * np.clip(m.lid_up, 0, 1)
    shadow.line(sketch.at(x[2:], fold[2:]), 0.34, sketch.px(0.03), sketch.px(0.012))
    bag = lower + 0.06
    strength = 0.16 + 0.3 * lines * float(np.clip(m.cheek + 0.6 * m.lid_tight, 0, 1.3))
    shadow.line(sketch.at(x, bag), strength, sketch.px(0.035), sketch.px(0.018))
    crow = float(np.clip(m.cheek, 0, 1)) * 0.3 * lines
    for lift in (-0.07, 0.02):
        foot = [(cx + side * 0.24, cy + lift * 0.4), (cx + side * 0.33, cy + lift * 1.6)]
        shadow.line(sketch.curve(foot, 4), crow, sketch.px(0.022), sketch.px(0.01))


def _brow(sketch: Sketch, side: float) -> Doubles:
    """The brow's middle line from the nose outwards, on the face [14,2]."""
    m, looks = sketch.muscles, sketch.looks
    y = -0.245 - looks.brow_height
    inner = (
        0.17 - 0.075 * m.brow_lower - 0.02 * m.brow_inner,
        y - 0.17 * m.brow_inner + 0.17 * m.brow_lower + looks.brow_slant,
    )
    middle = (
        0.44 - 0.03 * m.brow_lower,
        y - 0.05 - 0.08 * m.brow_inner - 0.14 * m.brow_outer + 0.13 * m.brow_lower,
    )
    outer = (0.69, y + 0.02 - 0.12 * m.brow_outer + 0.03 * m.brow_lower - looks.brow_slant)
    line = smooth(np.array([inner, middle, outer]), 14)
    return np.asarray(line * (side, 1.0))


def draw_brow(sketch: Sketch, side: float) -> None:
    """A tapering band of hair."""
    line = _brow(sketch, side)
    looks = sketch.looks
    points = sketch.at(line[:, 0], line[:, 1], 0.03)
    colour = mixed(mixed(looks.hair, (34, 26, 22), 0.5), looks.skin, 0.1)
    band = ribbon(points, sketch.px(0.105 * looks.brow_weight))
    sketch.canvas.soft(band, colour, max(0.4, sketch.px(0.012)), 0.92)


def shade_forehead(sketch: Sketch, shadow: Shadow) -> None:
    """Lines across when the brows rise, between them when they are drawn together."""
    m, lines = sketch.muscles, sketch.looks.lines
    rise = float(np.clip((m.brow_inner + m.brow_outer) / 2, 0, 1.2))
    for y in (-0.72, -0.6):
        x = np.linspace(-0.45, 0.45, 12)
        line = sketch.at(x, y - 0.06 * rise + 0.04 * np.cos(6 * x), 0.02)
        shadow.line(line, 0.3 * rise * lines, sketch.px(0.035), sketch.px(0.015))
    frown = float(np.clip(m.brow_lower, 0, 1.3)) * lines
    for x0 in (-0.065, 0.065):
        line = sketch.curve([(x0 * 0.9, -0.12), (x0, -0.25), (x0 * 1.3, -0.36)], 8, 0.04)
        shadow.line(line, 0.5 * frown, sketch.px(0.04), sketch.px(0.014))
    brow = ring(0.0, -0.2, 0.3, 0.08)
    shadow.add(sketch.at(*brow, 0.03), 0.28 * frown, sketch.px(0.06))
