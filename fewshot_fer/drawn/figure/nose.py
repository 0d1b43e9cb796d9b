"""The nose."""

from __future__ import annotations

import numpy as np

from fewshot_fer.arrays import Doubles
from fewshot_fer.drawn.figure.canvas import Shadow, ellipse, mixed
from fewshot_fer.drawn.figure.geometry import NOSE_Y
from fewshot_fer.drawn.figure.sketch import Sketch, ring

_SIDES = (-1.0, 1.0)


def nose_tip(sketch: Sketch) -> Doubles:
    """The nose's tip in pixels [1,2]."""
    y = NOSE_Y * sketch.looks.nose_length
    return sketch.at(np.zeros(1), np.array([y]), 0.26)


def shade_nose(sketch: Sketch, shadow: Shadow, light_x: float) -> None:
    """The bridge's shadow side, the tip, the wings and what a wrinkled nose adds."""
    m, looks = sketch.muscles, sketch.looks
    away = -1.0 if light_x > 0 else 1.0
    y, width = NOSE_Y * looks.nose_length, 0.19 * looks.nose_width
    base = y + 0.09 - 0.04 * m.nose_wrinkle
    ridge = sketch.curve([(away * 0.1, -0.2), (away * 0.06, 0.1)], 6, 0.1)
    flank = sketch.curve([(away * (width + 0.03), base - 0.03), (away * 0.13, -0.1)], 6, 0.05)
    shadow.add(np.concatenate([ridge, flank]), 0.24, sketch.px(0.045))
    shadow.add(ellipse(nose_tip(sketch)[0], sketch.px(0.09), sketch.px(0.08)), -0.12,
               sketch.px(0.05))  # fmt: skip
    bridge = sketch.curve([(-away * 0.01, -0.15), (0.0, y - 0.1)], 6, 0.22)
    shadow.line(bridge, -0.1, sketch.px(0.08), sketch.px(0.03))
    under = sketch.at(*ring(0.0, base + 0.05, width * 0.95, 0.045), 0.1)
    shadow.add(under, 0.3, sketch.px(0.03))
    for side in _SIDES:
        wing = [(side * width * 0.8, base - 0.13), (side * width * 1.1, base - 0.04),
                (side * width * 0.85, base + 0.03)]  # fmt: skip
        shadow.line(sketch.curve(wing, 8, 0.08), 0.34, sketch.px(0.03), sketch.px(0.014))
        wrinkle = 0.3 * float(np.clip(m.nose_wrinkle, 0, 1.2)) * looks.lines
        for k in range(2):
            crease = [(side * 0.03, 0.03 + 0.1 * k), (side * 0.16, -0.07 + 0.1 * k)]
            shadow.line(sketch.curve(crease, 5, 0.12), wrinkle, sketch.px(0.05), sketch.px(0.025))


def draw_nostrils(sketch: Sketch) -> None:
    """Two dark, soft hollows."""
    m, looks = sketch.muscles, sketch.looks
    y = NOSE_Y * looks.nose_length + 0.09 - 0.04 * m.nose_wrinkle
    for side in _SIDES:
        hollow = ring(side * 0.1 * looks.nose_width, y, 0.055, 0.028 + 0.01 * m.nose_wrinkle)
        sketch.canvas.soft(sketch.at(*hollow, 0.14), mixed(looks.skin, (36, 16, 14), 0.82),
                           max(0.4, sketch.px(0.012)), 0.85)  # fmt: skip
