"""A student's lamp, lens and sensor in one session."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Bytes, Doubles, Floats
from fewshot_fer.drawn.figure.face import FacePlace

Grain = npt.NDArray[np.int8]
_FINE_GRAIN = 300


@dataclass(frozen=True, slots=True)
class Webcam:
    """How a drawn scene becomes a picture."""

    lamp: tuple[float, float, float] = (-0.3, -0.5, 1.0)
    """Where the light comes from: x to the right, y down, z from the camera's side."""
    side_light: float = 0.1
    """How much brighter the lamp's side of the picture is."""
    exposure: float = 1.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    gamma: float = 1.0
    vignette: float = 0.1
    blur: float = 0.3
    """In pixels of a picture 180 pixels high; it grows with the square root of the height."""
    bend: float = 0.0
    """The lens's distortion at the picture's corner, as a share of its half diagonal."""
    noise: float = 3.0
    quality: int = 82
    """JPEG quality; 100 leaves the picture as it is."""

    def develop(self, scene: Bytes) -> Bytes:
        """Turn a drawn scene into what this camera sends, without its sensor's noise."""
        h, w = scene.shape[:2]
        picture = scene
        if self.bend:
            maps = _bend_maps(w, h, self.bend)
            picture = _rgb(cv2.remap(picture, *maps, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE))
        lit = cv2.multiply(picture, _light_map(w, h, self), dtype=cv2.CV_8U)
        picture = _rgb(cv2.LUT(lit, _gamma_table(self.gamma)))
        sigma = self.blur * (h / 180) ** 0.5
        if sigma > 0.2:
            picture = _rgb(cv2.GaussianBlur(picture, (0, 0), sigma))
        if self.quality < 100:
            _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, self.quality])
            picture = _rgb(cv2.imdecode(data, cv2.IMREAD_COLOR))
        return picture

    def place(self, place: FacePlace, width: int, height: int) -> FacePlace:
        """Where the lens puts a face in a picture of this size."""
        if not self.bend:
            return place
        corners = place.box.reshape(2, 2)
        points = np.concatenate([corners, place.landmarks]).astype(np.float64)
        bent = _bent(points, width, height, self.bend).astype(np.float32)
        return FacePlace(bent[:2].reshape(4), bent[2:])


def invent_webcam(rng: np.random.Generator) -> Webcam:
    """A camera, a desk lamp and a window, as people have them."""
    warm = rng.uniform(-0.09, 0.09)
    green = rng.uniform(-0.02, 0.03)
    return Webcam(
        lamp=(float(rng.uniform(-0.8, 0.8)), float(rng.uniform(-0.9, 0.1)), 1.0),
        side_light=float(rng.uniform(0.0, 0.3)),
        exposure=float(rng.uniform(0.78, 1.08)),
        tint=(float(1 + warm), float(1 + green), float(1 - warm)),
        gamma=float(rng.uniform(0.82, 1.2)),
        vignette=float(rng.uniform(0.0, 0.25)),
        blur=float(rng.uniform(0.2, 0.6)),
        bend=float(rng.uniform(-0.03, 0.03)),
        noise=float(rng.uniform(1.5, 6.0)),
        quality=int(rng.integers(55, 95)),
    )


def sensor_noise(rng: np.random.Generator, width: int, height: int, strength: float) -> Grain:
    """A grainy picture's signed noise [h,w,3], a little coarser than a pixel, as int8."""
    # Compression leaves no fine grain in a large picture.
    coarse = 2 if height > _FINE_GRAIN else 1
    size = (-(-height // coarse), -(-width // coarse), 3)
    grain = rng.standard_normal(size, dtype=np.float32) * np.float32(strength)
    soft = cv2.GaussianBlur(grain, (3, 3), 0.8)
    mixed = np.rint(cv2.addWeighted(grain, 0.6, soft, 0.9, 0))
    noise = np.clip(mixed, -90, 90).astype(np.int8)
    return np.ascontiguousarray(noise.repeat(coarse, 0).repeat(coarse, 1)[:height, :width])


def _rgb(picture: object) -> Bytes:
    return np.asarray(picture, np.uint8)


@lru_cache(maxsize=256)
def _light_map(width: int, height: int, webcam: Webcam) -> Floats:
    """Exposure, tint, side light and vignette as one factor [h,w,3]."""
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    side = 1 + webcam.side_light * np.sign(webcam.lamp[0]) * x
    fall = 1 - webcam.vignette * (x**2 + y**2) / 2
    light = (webcam.exposure * side * fall)[..., None] * np.array(webcam.tint, np.float32)
    return np.asarray(light, dtype=np.float32)


@lru_cache(maxsize=64)
def _gamma_table(gamma: float) -> Bytes:
    steps = np.linspace(0, 1, 256) ** gamma * 255
    return np.round(steps).astype(np.uint8)


@lru_cache(maxsize=64)
def _bend_maps(width: int, height: int, bend: float) -> tuple[Floats, Floats]:
    """For each pixel of the bent picture the place in the straight one, x and y [h,w]."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    centre, radius = _middle(width, height)
    dx, dy = x - centre[0], y - centre[1]
    factor = 1 + bend * (dx**2 + dy**2) / radius**2
    return (
        (centre[0] + dx * factor).astype(np.float32),
        (centre[1] + dy * factor).astype(np.float32),
    )


def _bent(points: Doubles, width: int, height: int, bend: float) -> Doubles:
    """Points [n,2] of the straight picture in the bent one: the maps' inverse, iterated."""
    centre, radius = _middle(width, height)
    straight = points - centre
    bent = straight
    for _ in range(4):
        bent = straight / (1 + bend * (bent**2).sum(axis=1, keepdims=True) / radius**2)
    return np.asarray(bent + centre)


def _middle(width: int, height: int) -> tuple[Doubles, float]:
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    return centre, float(np.hypot(*centre))
