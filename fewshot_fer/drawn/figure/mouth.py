"""The mouth, and the folds that it pulls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Doubles
from fewshot_fer.drawn.figure.canvas import Shadow, mixed, ribbon
from fewshot_fer.drawn.figure.geometry import MOUTH_Y
from fewshot_fer.drawn.figure.muscles import Muscles
from fewshot_fer.drawn.figure.person import Looks
from fewshot_fer.drawn.figure.sketch import Sketch, ring

_S = np.linspace(-1.0, 1.0, 15)


@dataclass(frozen=True, slots=True)
class Mouth:
    """The mouth's curves on the face: x [15] and the y of four lines."""

    x: Doubles
    upper_edge: Doubles
    upper: Doubles
    lower: Doubles
    lower_edge: Doubles


def mouth_of(looks: Looks, m: Muscles) -> Mouth:
    """Where the lips are."""
    y = MOUTH_Y + looks.mouth_height - 0.03 * m.chin_up
    width = 0.36 * looks.mouth_width * float(np.clip(
        1 + 0.3 * m.corner_up + 0.3 * m.stretch - 0.42 * m.pucker + 0.06 * m.tight
        - 0.16 * m.jaw, 0.4, 1.6,
    ))  # fmt: skip
    sideways = 1 + m.one_sided * _S
    corner = y + sideways * (-0.15 * m.corner_up + 0.13 * m.corner_down) + 0.08 * m.jaw
    square = 1.8 + 2.2 * float(np.clip(m.stretch + 0.5 * m.upper_lip, 0, 1.2))
    arch = 1 - np.abs(_S) ** square
    raised = 0.035 * m.part + 0.12 * m.upper_lip - 0.05 * m.corner_up + 0.04 * m.jaw
    fallen = (
        0.05 * m.part + 0.4 * m.jaw + 0.05 * m.stretch + 0.1 * m.corner_up
        - 0.07 * m.corner_down - 0.06 * m.chin_up
    )  # fmt: skip
    centre_up = y - raised - 0.07 * m.corner_down
    centre_low = np.maximum(y + fallen, centre_up)
    upper = corner + (centre_up - corner) * arch
    lower = corner + (centre_low - corner) * (1 - np.abs(_S) ** max(2.0, square * 0.8))
    lower = np.maximum(lower, upper)
    full = looks.lip_fullness * float(np.clip(1 - 0.6 * m.tight - 0.25 * m.stretch, 0.25, 1.5))
    round_off = np.maximum(0.0, 1 - _S**2) ** 0.6
    bow = 1 - 0.22 * np.exp(-((_S / 0.16) ** 2))
    thick_up = full * (0.075 + 0.02 * m.pucker - 0.02 * m.corner_up) * round_off * bow
    thick_low = full * (0.1 + 0.03 * m.pucker + 0.03 * m.chin_up) * round_off
    return Mouth(width * _S, upper - thick_up, upper, lower, lower + thick_low)


def draw_mouth(sketch: Sketch, mouth: Mouth) -> None:
    """Lips, and between them the dark, teeth and tongue."""
    canvas, looks, m = sketch.canvas, sketch.looks, sketch.muscles

    def line(y: Doubles, out: float = 0.04) -> Doubles:
        return sketch.at(mouth.x, y, out)

    top, upper, lower = line(mouth.upper_edge), line(mouth.upper), line(mouth.lower)
    bottom = line(mouth.lower_edge)
    soft = max(0.4, sketch.px(0.014))
    dusk = mixed(looks.lips, (70, 24, 26), 0.25)
    canvas.soft(np.concatenate([top, upper[::-1]]), dusk, soft, 0.9)
    canvas.soft(np.concatenate([lower, bottom[::-1]]), looks.lips, soft, 0.9)
    shine = ribbon((lower * 0.45 + bottom * 0.55)[4:-4], sketch.px(0.03))
    canvas.soft(shine, mixed(looks.lips, (255, 235, 225), 0.5), sketch.px(0.015), 0.45)
    gap = float((mouth.lower - mouth.upper).max())
    dark = (42, 14, 16)
    if gap > 0.02:
        inside = np.concatenate([upper, lower[::-1]])
        canvas.fill(inside, dark)
        if m.jaw > 0.3:
            tongue = ring(0.0, float(mouth.lower.max()) - 0.03, 0.2, 0.09)
            canvas.soft(sketch.at(*tongue), (150, 66, 68), soft, 0.8, inside)
        shown = min(gap, 0.055 + 0.05 * max(0.0, m.corner_up) + 0.05 * max(0.0, m.upper_lip))
        teeth = np.concatenate([upper, line(mouth.upper + shown)[::-1]])
        canvas.soft(teeth, (232, 226, 214), soft * 0.7, 0.93, inside)
        if m.stretch > 0.4 and gap > 0.14:
            below = np.concatenate([line(mouth.lower - 0.05), lower[::-1]])
            canvas.soft(below, (214, 206, 194), soft * 0.7, 0.8, inside)
        canvas.stroke(upper, mixed(dark, looks.lips, 0.3), sketch.px(0.02))
    else:
        canvas.stroke(upper, mixed(dark, looks.lips, 0.15), sketch.px(0.042))


def shade_mouth(sketch: Sketch, mouth: Mouth, shadow: Shadow) -> None:
    """Folds from the nose to the mouth, hollows at its corners, the shadow below the lip."""
    m, looks = sketch.muscles, sketch.looks
    fold = float(np.clip(
        0.14 + 0.55 * m.corner_up + 0.6 * m.upper_lip * (m.upper_lip > 0) + 0.3 * m.nose_wrinkle
        + 0.12 * m.stretch, 0, 1,
    )) * looks.lines  # fmt: skip
    for end, side in ((0, -1.0), (-1, 1.0)):
        x, y = float(mouth.x[end]), float(mouth.upper[end])
        crease = [(side * 0.24 * looks.nose_width, 0.46),
                  (side * max(abs(x) * 0.95, 0.38) + side * 0.05, 0.5 * (0.46 + y)),
                  (x + side * 0.13, y + 0.06)]  # fmt: skip
        shadow.line(sketch.curve(crease, 12, 0.03), 0.42 * fold, sketch.px(0.05), sketch.px(0.02))
        if m.corner_up > 0.2 or m.cheek > 0.2:
            cheek = ring(side * 0.55, 0.4, 0.2, 0.14)
            shadow.add(sketch.at(*cheek, 0.05), -0.12 * max(m.corner_up, m.cheek), sketch.px(0.07))
        corner = sketch.at(*ring(x + side * 0.02, y + 0.01, 0.05, 0.04), 0.02)
        shadow.add(corner, 0.22 + 0.1 * m.corner_down, sketch.px(0.025))
        down = [(x + side * 0.02, y + 0.03), (x + side * 0.07, y + 0.17)]
        sag = 0.4 * float(np.clip(m.corner_down, 0, 1.2)) * looks.lines
        shadow.line(sketch.curve(down, 5), sag, sketch.px(0.035), sketch.px(0.016))
    low = float(mouth.lower_edge.max())
    shadow.add(sketch.at(*ring(0.0, low + 0.05, 0.2, 0.03), 0.05), 0.22 + 0.12 * m.chin_up,
               sketch.px(0.03))  # fmt: skip
    groove = sketch.curve([(0.0, 0.66), (0.0, float(mouth.upper_edge.min()) - 0.02)], 4, 0.06)
    shadow.line(groove, 0.12, sketch.px(0.07), sketch.px(0.02))


def mouth_corners(sketch: Sketch, mouth: Mouth) -> Doubles:
    """The mouth's corners in pixels [2,2], left in the picture first."""
    return sketch.at(mouth.x[[0, -1]], mouth.upper[[0, -1]], 0.04)
