"""Brows, eyes, nose and mouth: what moves when a face shows something."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Doubles
from fewshot_fer.simulation.canvas import Canvas, Shadow, ellipse, mixed, ribbon, smooth
from fewshot_fer.simulation.geometry import EYE_X, MOUTH_Y, NOSE_Y, Camera
from fewshot_fer.simulation.identity import Looks
from fewshot_fer.simulation.muscles import Muscles

_SIDES = (-1.0, 1.0)
_S = np.linspace(-1.0, 1.0, 15)


@dataclass(frozen=True, slots=True)
class Mouth:
    """The mouth's curves on the face: x [15] and the y of four lines."""

    x: Doubles
    upper_edge: Doubles
    upper: Doubles
    lower: Doubles
    lower_edge: Doubles


@dataclass(frozen=True, slots=True)
class Sketch:
    """One face that is being drawn."""

    canvas: Canvas
    camera: Camera
    looks: Looks
    muscles: Muscles
    rim: Doubles
    """The visible skin's outline in pixels [n,2]."""
    mouth: Mouth

    def at(self, x: Doubles, y: Doubles, out: float = 0.0) -> Doubles:
        """Places on the face's surface [n] to pixels [n,2]."""
        return self.camera.project(self.looks.skull.surface(x, y, out))

    def curve(self, points: list[tuple[float, float]], n: int = 14, out: float = 0.0) -> Doubles:
        """A smooth curve through places on the face, in pixels [n,2]."""
        line = smooth(np.array(points, dtype=np.float64), n)
        return self.at(line[:, 0], line[:, 1], out)

    def px(self, units: float) -> float:
        """A length in face units, in pixels."""
        return units * self.camera.scale


# --- eyes and brows ---------------------------------------------------------------


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
    socket = sketch.at(*_ring(cx - side * 0.05, cy - 0.1, 0.25, 0.14))
    shadow.add(socket, 0.16 + 0.2 * max(0.0, m.brow_lower), sketch.px(0.07))
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
    brow = _ring(0.0, -0.2, 0.3, 0.08)
    shadow.add(sketch.at(*brow, 0.03), 0.28 * frown, sketch.px(0.06))


# --- nose -------------------------------------------------------------------------


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
    under = sketch.at(*_ring(0.0, base + 0.05, width * 0.95, 0.045), 0.1)
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
        hollow = _ring(side * 0.1 * looks.nose_width, y, 0.055, 0.028 + 0.01 * m.nose_wrinkle)
        sketch.canvas.soft(sketch.at(*hollow, 0.14), mixed(looks.skin, (36, 16, 14), 0.82),
                           max(0.4, sketch.px(0.012)), 0.85)  # fmt: skip


# --- mouth ------------------------------------------------------------------------


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


def draw_mouth(sketch: Sketch) -> None:
    """Lips, and between them the dark, teeth and tongue."""
    mouth, canvas, looks, m = sketch.mouth, sketch.canvas, sketch.looks, sketch.muscles

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
            tongue = _ring(0.0, float(mouth.lower.max()) - 0.03, 0.2, 0.09)
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


def shade_mouth(sketch: Sketch, shadow: Shadow) -> None:
    """Folds from the nose to the mouth, hollows at its corners, the shadow below the lip."""
    mouth, m, looks = sketch.mouth, sketch.muscles, sketch.looks
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
            cheek = _ring(side * 0.55, 0.4, 0.2, 0.14)
            shadow.add(sketch.at(*cheek, 0.05), -0.12 * max(m.corner_up, m.cheek), sketch.px(0.07))
        corner = sketch.at(*_ring(x + side * 0.02, y + 0.01, 0.05, 0.04), 0.02)
        shadow.add(corner, 0.22 + 0.1 * m.corner_down, sketch.px(0.025))
        down = [(x + side * 0.02, y + 0.03), (x + side * 0.07, y + 0.17)]
        sag = 0.4 * float(np.clip(m.corner_down, 0, 1.2)) * looks.lines
        shadow.line(sketch.curve(down, 5), sag, sketch.px(0.035), sketch.px(0.016))
    low = float(mouth.lower_edge.max())
    shadow.add(sketch.at(*_ring(0.0, low + 0.05, 0.2, 0.03), 0.05), 0.22 + 0.12 * m.chin_up,
               sketch.px(0.03))  # fmt: skip
    groove = sketch.curve([(0.0, 0.66), (0.0, float(mouth.upper_edge.min()) - 0.02)], 4, 0.06)
    shadow.line(groove, 0.12, sketch.px(0.07), sketch.px(0.02))


def mouth_corners(sketch: Sketch) -> Doubles:
    """The mouth's corners in pixels [2,2], left in the picture first."""
    mouth = sketch.mouth
    return sketch.at(mouth.x[[0, -1]], mouth.upper[[0, -1]], 0.04)


def _ring(cx: float, cy: float, rx: float, ry: float) -> tuple[Doubles, Doubles]:
    """An ellipse on the face as x and y [16]."""
    t = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return cx + rx * np.cos(t), cy + ry * np.sin(t)
