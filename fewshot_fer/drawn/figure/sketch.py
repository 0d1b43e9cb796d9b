"""One face that is being drawn: from places on the face to pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Doubles
from fewshot_fer.drawn.figure.canvas import Canvas, smooth
from fewshot_fer.drawn.figure.geometry import Camera
from fewshot_fer.drawn.figure.muscles import Muscles
from fewshot_fer.drawn.figure.person import Looks


@dataclass(frozen=True, slots=True)
class Sketch:
    """One face that is being drawn."""

    canvas: Canvas
    camera: Camera
    looks: Looks
    muscles: Muscles
    rim: Doubles
    """The visible skin's outline in pixels [n,2]."""

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


def ring(cx: float, cy: float, rx: float, ry: float) -> tuple[Doubles, Doubles]:
    """An ellipse on the face as x and y [16]."""
    t = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return cx + rx * np.cos(t), cy + ry * np.sin(t)
