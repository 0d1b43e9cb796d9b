"""The head as a solid: where a point of the face lies in the picture under a pose.

Face coordinates: x to the image's right, y down, z towards the camera; the origin lies
between the eyes inside the head; the unit is half of the face's width.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from fewshot_fer.arrays import Doubles

EYE_X = 0.44
NOSE_Y = 0.50
MOUTH_Y = 0.91
CHIN_Y = 1.45
_PIVOT = np.array([0.0, 0.7, -0.3])
_DISTANCE = 9.0


@dataclass(frozen=True, slots=True)
class Pose:
    """Turn of the head in degrees: yaw to the image's right, pitch down, roll clockwise."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0


FRONTAL = Pose()


def rotation(pose: Pose) -> Doubles:
    """The pose as a matrix [3,3]."""
    yaw, pitch, roll = np.radians([pose.yaw, pose.pitch, pose.roll])
    cy, sy, cp, sp, cr, sr = (
        np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
    )  # fmt: skip
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    nod = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    tilt = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(tilt @ nod @ turn)


@dataclass(frozen=True, slots=True)
class Camera:
    """Takes face coordinates to pixels, with a webcam's mild perspective."""

    matrix: Doubles
    """[3,3]: the columns give x, y and what both are divided by."""
    offset: Doubles
    """[3]"""
    centre: tuple[float, float]
    scale: float
    """Pixels a unit."""

    @classmethod
    def facing(cls, pose: Pose, centre: tuple[float, float], scale: float) -> Camera:
        """A camera that sees the head in a pose, turned about the neck.

        With a frontal pose the point between the eyes is seen at `centre`.
        """
        units = np.array([scale, scale, -1 / _DISTANCE])
        turn = rotation(pose).T
        offset = (_PIVOT - _PIVOT @ turn) * units + np.array([0.0, 0.0, 1.0])
        return cls(turn * units, offset, centre, scale)

    def project(self, points: Doubles) -> Doubles:
        """Points [n,3] to pixels [n,2]."""
        seen = points @ self.matrix + self.offset
        return np.asarray(seen[:, :2] / seen[:, 2:] + self.centre)


@dataclass(frozen=True, slots=True)
class Skull:
    """Proportions of one head."""

    jaw: float = 0.78
    """Half-width at the mouth."""
    chin: float = 0.36
    """Half-width of the chin."""

    def surface(self, x: Doubles, y: Doubles, out: float = 0.0) -> Doubles:
        """Points of the front of the face [n,3] at (x, y), lifted by `out`."""
        points = np.empty((len(x), 3))
        points[:, 0], points[:, 1] = x, y
        depth = 1.1 - (points[:, 0] / 1.06) ** 2 - (points[:, 1] / 1.85) ** 2
        points[:, 2] = np.sqrt(np.maximum(0.02, depth)) + out
        return points


@lru_cache(maxsize=512)
def head_cloud(skull: Skull, jaw_drop: float = 0.0) -> Doubles:
    """Points of a whole head [n,3], from which outlines are taken; not to be written to."""
    y = np.concatenate([np.linspace(-1.36, 0.4, 14), np.linspace(0.5, CHIN_Y, 14)])
    nodes = np.array([0.05, 0.45, MOUTH_Y, 1.25, 1.39, CHIN_Y])
    jaw = np.interp(y, nodes, [1.0, 0.96, skull.jaw, (skull.jaw + skull.chin) / 2,
                               skull.chin, skull.chin * 0.55])  # fmt: skip
    vault = np.maximum(0.0, 1 - np.abs((y - 0.05) / 1.42) ** 2.5) ** 0.5
    width = np.where(y < 0.05, vault, jaw)
    front = np.where(y < 0.05, vault, np.interp(y, nodes, [1.0, 0.99, 0.97, 0.9, 0.84, 0.7]))
    back = np.where(y < 0.05, vault * 1.1, np.interp(y, nodes, [1.1, 0.8, 0.2, 0, 0, 0]))
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    x = width[:, None] * np.sin(angle)
    z = np.where(np.cos(angle) > 0, front[:, None], back[:, None]) * np.cos(angle)
    y = y + jaw_drop * np.clip((y - 0.6) / 0.8, 0, 1)
    cloud = np.stack(np.broadcast_arrays(x, y[:, None], z), axis=2).reshape(-1, 3)
    cloud.flags.writeable = False
    return cloud


def outline(points: Doubles) -> Doubles:
    """The convex outline [m,2] of points in the picture [n,2]."""
    hull = cv2.convexHull(points.astype(np.float32))
    return np.asarray(hull[:, 0], dtype=np.float64)
