"""The head around the features: shoulders, neck, ears, skin, hair, beard, glasses, scarf."""

from __future__ import annotations

import numpy as np

from fewshot_fer.arrays import Doubles
from fewshot_fer.drawn.figure.canvas import Colour, Shadow, ellipse, mixed, ribbon, smooth
from fewshot_fer.drawn.figure.eyes import eye_centre
from fewshot_fer.drawn.figure.geometry import CHIN_Y, Camera, head_cloud, outline
from fewshot_fer.drawn.figure.muscles import Muscles
from fewshot_fer.drawn.figure.person import Looks
from fewshot_fer.drawn.figure.sketch import Sketch

_BLACK: Colour = (12, 10, 12)
_VOLUME = {"short": 1.06, "parted": 1.1, "fringe": 1.11, "long": 1.12, "curly": 1.22,
           "bald": 1.0, "bun": 1.06}  # fmt: skip


def jaw_drop(muscles: Muscles) -> float:
    """How far the chin goes down, in face units."""
    return 0.24 * max(0.0, muscles.jaw)


def _scaled(points: Doubles, share: float) -> Doubles:
    """Points of the vault [n,3] blown up around the middle of the head."""
    middle = np.array([0.0, -0.1, -0.1])
    return np.asarray((points - middle) * share + middle)


def skin_outline(looks: Looks, muscles: Muscles, camera: Camera) -> Doubles:
    """The visible face's outline in pixels, from the hairline to the chin."""
    cloud = head_cloud(looks.skull, jaw_drop(muscles))
    if looks.covered or looks.style != "bald":
        front = (cloud[:, 2] > -0.3) | (cloud[:, 1] > 0.3)
        cloud = cloud[front & (cloud[:, 1] > looks.hairline - 0.02)]
    return outline(camera.project(cloud))


def draw_behind(sketch: Sketch) -> None:
    """What the face covers: long hair, shoulders, neck, the vault of hair."""
    canvas, camera, looks = sketch.canvas, sketch.camera, sketch.looks
    hair = mixed(looks.hair, _BLACK, 0.25)
    cloud = _scaled(head_cloud(looks.skull), _VOLUME[looks.style])
    behind = (cloud[:, 2] < 0.1) & (cloud[:, 1] < 0.35)
    vault = cloud[behind | (cloud[:, 1] < -0.25)]
    if looks.style == "long" and not looks.covered:
        fall = np.array([[x, 1.75, -0.35] for x in (-1.12, -0.6, 0.6, 1.12)])
        canvas.fill(outline(camera.project(np.concatenate([vault, fall]))), hair)
    if looks.style == "bun" and not looks.covered:
        top = camera.project(np.array([[0.0, -1.5, -0.4]]))[0]
        canvas.fill(ellipse(top, sketch.px(0.42), sketch.px(0.36)), hair)
    _draw_body(sketch)
    if looks.covered:
        veil = _scaled(head_cloud(looks.skull), 1.16)
        canvas.fill(outline(camera.project(veil)), looks.scarf)
    elif looks.style != "bald":
        canvas.fill(outline(camera.project(vault)), looks.hair)
        if looks.style == "curly":
            _draw_curls(sketch, vault)


def _draw_curls(sketch: Sketch, vault: Doubles) -> None:
    rim = outline(sketch.camera.project(vault))
    around = smooth(np.concatenate([rim, rim[:1]]), 34)
    middle = rim.mean(axis=0)
    for k, point in enumerate(around):
        if point[1] < middle[1] + sketch.px(0.4):
            size = sketch.px(0.17 + 0.04 * ((k * 7) % 3))
            sketch.canvas.fill(ellipse(point, size, size), sketch.looks.hair)


def _draw_body(sketch: Sketch) -> None:
    """Shoulders and neck stay upright while the head turns."""
    canvas, camera, looks = sketch.canvas, sketch.camera, sketch.looks
    cx, cy = camera.project(np.array([[0.0, 1.0, -0.3]]))[0]
    u = camera.scale
    half = np.array([[0, 1.18], [0.42, 1.24], [0.75, 1.42], [1.45, 1.62], [1.9, 1.98], [2, 4]])
    right = smooth(half * u, 24)
    base = np.array([cx, cy - u])
    body = np.concatenate([right, (right * (-1, 1))[::-1]]) + base
    skin = mixed(looks.skin, (60, 30, 24), 0.24)
    neck = np.array([[-0.5, 0.4], [0.5, 0.4], [0.52, 1.2], [0.72, 1.5], [0.0, 1.95], [-0.72, 1.5],
                     [-0.52, 1.2]])  # fmt: skip
    canvas.fill(body, looks.clothes)
    canvas.fill(neck * u + base, skin)
    shadow = ellipse(np.array([cx, cy + 0.28 * u]), 0.62 * u, 0.42 * u)
    canvas.soft(shadow, mixed(skin, (30, 14, 12), 0.6), 0.1 * u, 0.6, neck * u + base)
    collar = smooth(np.array([[-0.74, 1.42], [-0.35, 1.8], [0.0, 1.98], [0.35, 1.8], [0.74, 1.42]]))
    canvas.stroke(collar * u + base, mixed(looks.clothes, _BLACK, 0.35), 0.09 * u)
    if looks.neck_scarf or looks.covered:
        wrap = ellipse(np.array([cx, cy + 0.62 * u]), 0.86 * u, 0.4 * u)
        canvas.fill(wrap, looks.scarf)
        for dy in (0.42, 0.62, 0.8):
            fold = smooth(np.array([[-0.8, dy - 0.1], [0.0, dy + 0.12], [0.8, dy - 0.06]]), 10)
            dark = mixed(looks.scarf, _BLACK, 0.4)
            canvas.soft(ribbon(fold * u + (cx, cy), 0.06 * u), dark, 0.03 * u, 0.7)


def draw_skin(sketch: Sketch) -> None:
    """Ears, then the face over them."""
    canvas, camera, looks = sketch.canvas, sketch.camera, sketch.looks
    if not looks.covered and looks.style != "long":
        for side in (-1.0, 1.0):
            ear = camera.project(np.array([[side * 1.0, 0.2, -0.12]]))[0]
            canvas.fill(ellipse(ear, sketch.px(0.14), sketch.px(0.27), -8 * side), looks.skin)
            inner = mixed(looks.skin, (96, 36, 30), 0.45)
            canvas.soft(ellipse(ear, sketch.px(0.07), sketch.px(0.16)), inner, sketch.px(0.04), 0.7)
    canvas.fill(sketch.rim, looks.skin)


def shade_form(sketch: Sketch, shadow: Shadow, light: tuple[float, float, float]) -> None:
    """Light and dark of the head's roundness under a lamp at `light` (x, y, z)."""
    rim = sketch.rim
    (x0, y0), (x1, y1) = rim.min(axis=0), rim.max(axis=0)
    h, w = shadow.light.shape
    left, top = shadow.window[:2]
    nx = ((np.arange(w) + left) - (x0 + x1) / 2) / ((x1 - x0) * 0.53)
    ny = ((np.arange(h) + top) - (y0 + y1) / 2) / ((y1 - y0) * 0.56)
    nx, ny = nx[None].astype(np.float32), ny[:, None].astype(np.float32)
    nz = np.sqrt(np.maximum(0.06, 1 - 0.9 * nx**2 - 0.7 * ny**2))
    lamp = np.array(light) / np.linalg.norm(light)
    lambert = np.maximum(0.0, 0.85 * nx * lamp[0] + 0.6 * ny * lamp[1] + nz * lamp[2])
    shadow.light *= 0.5 + 0.56 * lambert / max(0.6, float(lamp[2]))


def draw_beard(sketch: Sketch, ink: Colour) -> None:
    """A beard's soft darkness around the mouth and along the jaw."""
    looks, canvas = sketch.looks, sketch.canvas
    drop = jaw_drop(sketch.muscles)
    if looks.beard:
        jaw = sketch.curve(
            [(-0.95, 0.35), (-0.86, 0.8), (-0.62, 1.2), (0.0, CHIN_Y + drop), (0.62, 1.2),
             (0.86, 0.8), (0.95, 0.35)], 24, -0.05,
        )  # fmt: skip
        inner = sketch.curve([(0.78, 0.5), (0.62, 0.85), (0.5, 0.74), (0.0, 0.7), (-0.5, 0.74),
                              (-0.62, 0.85), (-0.78, 0.5)], 24)  # fmt: skip
        shape = np.concatenate([jaw, inner])
        canvas.soft(shape, ink, sketch.px(0.07), looks.beard * 0.9, sketch.rim)
    if looks.moustache:
        lift = 0.08 * sketch.muscles.upper_lip + 0.03 * sketch.muscles.corner_up
        line = [(-0.4, 0.84 - lift), (-0.2, 0.735 - lift), (0.0, 0.74 - lift), (0.2, 0.735 - lift),
                (0.4, 0.84 - lift)]  # fmt: skip
        band = ribbon(sketch.curve(line, 14, 0.06), sketch.px(0.13))
        canvas.soft(band, ink, sketch.px(0.025), looks.moustache)


def draw_front(sketch: Sketch) -> None:
    """What lies over the face: the hair's front, a head scarf's edge, glasses."""
    looks, canvas = sketch.looks, sketch.canvas
    y = looks.hairline
    if looks.covered:
        edge = sketch.rim
        rim = np.concatenate([edge, edge[:1]])
        canvas.stroke(rim, mixed(looks.scarf, _BLACK, 0.25), sketch.px(0.14))
    elif looks.style != "bald":
        _draw_locks(sketch, y)
    if looks.glasses != "none":
        _draw_glasses(sketch)


def _draw_locks(sketch: Sketch, y: float) -> None:
    looks, canvas = sketch.looks, sketch.canvas
    side = [(-0.99, -0.05), (-0.93, -0.4), (-0.8, y + 0.12)]
    shapes = {
        "short": [*side, (0.0, y), (0.8, y + 0.12), (0.93, -0.4), (0.99, -0.05)],
        "parted": [(-0.99, 0.1), (-0.93, -0.3), (-0.5, y + 0.2), (0.25, y - 0.06),
                   (0.75, y + 0.2), (0.93, -0.4), (0.99, 0.05)],
        "fringe": [(-0.99, 0.1), (-0.94, -0.3), (-0.7, y + 0.3), (0.0, y + 0.26),
                   (0.7, y + 0.3), (0.94, -0.3), (0.99, 0.1)],
        "long": [(-0.96, 1.0), (-0.97, 0.3), (-0.86, -0.3), (0.1, y - 0.04), (0.86, -0.3),
                 (0.97, 0.3), (0.96, 1.0)],
        "curly": [(-0.99, 0.0), (-0.9, -0.4), (-0.6, y + 0.12), (0.0, y + 0.06),
                  (0.6, y + 0.12), (0.9, -0.4), (0.99, 0.0)],
        "bun": [*side, (0.0, y + 0.02), (0.8, y + 0.12), (0.93, -0.4), (0.99, -0.05)],
    }  # fmt: skip
    low = sketch.curve([(x, yy) for x, yy in shapes[looks.style]], 30, 0.03)
    crown = sketch.camera.project(_scaled(head_cloud(looks.skull), _VOLUME[looks.style]))
    rim = outline(crown[crown[:, 1] < low[:, 1].max() + sketch.px(0.05)])
    above = _upper_rim(rim, low)
    canvas.soft(np.concatenate([low, above]), looks.hair, max(0.5, sketch.px(0.02)), 1.0)
    sheen = sketch.curve([(-0.6, y - 0.22), (-0.2, y - 0.34), (0.25, y - 0.34)], 10, 0.1)
    light = mixed(looks.hair, (255, 240, 220), 0.3)
    canvas.soft(ribbon(sheen, sketch.px(0.13)), light, sketch.px(0.06), 0.5, rim)


def _upper_rim(rim: Doubles, low: Doubles) -> Doubles:
    """The outline's way over the top, from the hair's right end back to its left end."""
    start = int(np.argmin(np.linalg.norm(rim - low[-1], axis=1)))
    end = int(np.argmin(np.linalg.norm(rim - low[0], axis=1)))
    forward = np.roll(rim, -start, axis=0)[: (end - start) % len(rim) + 1]
    backward = np.roll(rim[::-1], start + 1, axis=0)[: (start - end) % len(rim) + 1]
    return forward if forward[:, 1].mean() < backward[:, 1].mean() else backward


def _draw_glasses(sketch: Sketch) -> None:
    looks, canvas = sketch.looks, sketch.canvas
    frame = mixed(looks.hair, _BLACK, 0.7)
    thick = sketch.px(0.035)
    power = 1.0 if looks.glasses == "round" else 0.55
    t = np.linspace(0, 2 * np.pi, 28)
    for side in (-1.0, 1.0):
        cx, cy = eye_centre(looks, side)
        c, s = np.cos(t), np.sin(t)
        x = cx + 0.3 * np.sign(c) * np.abs(c) ** power
        y = cy + 0.03 + 0.24 * np.sign(s) * np.abs(s) ** power
        rim = sketch.at(x, y, 0.12)
        canvas.soft(rim, (236, 242, 250), 0.5, 0.07)
        canvas.soft(ribbon(rim, thick, taper=1.0), frame, 0.35, 0.9)
        arm = sketch.camera.project(np.array([[side * 0.74, -0.04, 0.95], [side * 1.0, 0.0, 0.1]]))
        canvas.stroke(arm, frame, thick)
    bridge = sketch.curve([(-0.14, 0.0), (0.0, -0.04), (0.14, 0.0)], 6, 0.18)
    canvas.stroke(bridge, frame, thick)
