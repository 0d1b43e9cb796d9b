"""Makes one face look as another camera, room and connection would show it.

A `Style` is what a session has in common (light, lens, compression); a `Jitter` is what
changes from picture to picture (a tilt, a shift, a hand before the face). Plain training
draws both for every picture; an episode draws one style for the references and another
for the queries.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes, Floats

_SIDE = 48
_RAMP_X, _RAMP_Y = np.meshgrid(
    np.linspace(-1, 1, _SIDE, dtype=np.float32), np.linspace(-1, 1, _SIDE, dtype=np.float32)
)


@dataclass(frozen=True, slots=True)
class AugmentConfig:
    """How far pictures may change."""

    rotate_degrees: float = 12.0
    scale: float = 0.15
    shift: float = 0.08
    erase: float = 0.25
    flip: bool = True
    light: float = 0.5
    compress: float = 0.3
    soften: float = 0.3


@dataclass(frozen=True, slots=True)
class Style:
    """What all pictures of one session share."""

    gamma: float
    contrast: float
    ramp: float
    ramp_angle: float
    blur: float
    shrink: float
    jpeg: int
    noise: float

    @classmethod
    def sample(cls, rng: np.random.Generator, config: AugmentConfig) -> Style:
        """Draw a session."""
        soften = rng.random() < config.soften
        return cls(
            gamma=float(np.exp(rng.normal(0, 0.3 * config.light * 2))),
            contrast=float(rng.uniform(0.6, 1.2)),
            ramp=float(abs(rng.normal(0, 0.35))) if rng.random() < config.light else 0.0,
            ramp_angle=float(rng.uniform(0, 2 * np.pi)),
            blur=float(rng.uniform(0.3, 1.1)) if soften and rng.random() < 0.5 else 0.0,
            shrink=float(rng.uniform(0.45, 0.9)) if soften else 1.0,
            jpeg=int(rng.integers(25, 90)) if rng.random() < config.compress else 0,
            noise=float(rng.uniform(0, 6)),
        )

    def apply(self, face: Floats, rng: np.random.Generator) -> Floats:
        """A grey face [48, 48] of 0..255 in this session's light, lens and compression."""
        out = 255.0 * np.clip(face / 255.0, 0, 1) ** np.float32(self.gamma)
        if self.ramp:
            slope = np.cos(self.ramp_angle) * _RAMP_X + np.sin(self.ramp_angle) * _RAMP_Y
            out = out * (1 + self.ramp * slope)
        out = (out - 128) * self.contrast + 128
        if self.shrink < 1:
            small = max(16, round(_SIDE * self.shrink))
            out = cv2.resize(out, (small, small), interpolation=cv2.INTER_AREA)
            out = cv2.resize(out, (_SIDE, _SIDE), interpolation=cv2.INTER_LINEAR)
        if self.blur:
            out = cv2.GaussianBlur(out, (0, 0), self.blur)
        if self.noise:
            out = out + rng.normal(0, self.noise, out.shape)
        out = np.clip(out, 0, 255).astype(np.float32)
        if self.jpeg:
            _, packed = cv2.imencode(
                ".jpg", out.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, self.jpeg]
            )
            out = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), dtype=np.float32)
        return np.asarray(out, dtype=np.float32)


def jitter(face: Bytes, rng: np.random.Generator, config: AugmentConfig) -> Floats:
    """Tilt, scale, shift and mirror one face [48, 48]."""
    angle = rng.uniform(-config.rotate_degrees, config.rotate_degrees)
    scale = float(np.exp(rng.uniform(-config.scale, config.scale)))
    stretch = float(np.exp(rng.uniform(-0.06, 0.06)))
    centre = (_SIDE - 1) / 2
    matrix = np.asarray(cv2.getRotationMatrix2D((centre, centre), angle, scale), dtype=np.float64)
    matrix[0, :2] *= stretch
    matrix[0, 2] += centre * (1 - stretch)
    matrix[:, 2] += rng.uniform(-config.shift, config.shift, 2) * _SIDE
    if config.flip and rng.random() < 0.5:
        matrix = matrix @ np.array([[-1, 0, _SIDE - 1], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
    warped = cv2.warpAffine(
        face, matrix, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return warped.astype(np.float32)


def erase(face: Floats, rng: np.random.Generator) -> Floats:
    """Cover a rectangle of noise or grey, as a hand, a mug or a bad block does."""
    height, width = rng.integers(6, 20, 2)
    top, left = rng.integers(0, _SIDE - height + 1), rng.integers(0, _SIDE - width + 1)
    out = face.copy()
    fill = rng.uniform(0, 255, (height, width)) if rng.random() < 0.5 else rng.uniform(0, 255)
    out[top : top + height, left : left + width] = fill
    return out


def augment(
    faces: Bytes, rng: np.random.Generator, config: AugmentConfig, style: Style | None = None
) -> Floats:
    """Faces [n, 48, 48] to [n, 1, 48, 48], each in its own style unless one is given."""
    out = np.empty((len(faces), 1, _SIDE, _SIDE), np.float32)
    for index, face in enumerate(faces):
        session = style or Style.sample(rng, config)
        changed = session.apply(jitter(face, rng, config), rng)
        if rng.random() < config.erase:
            changed = erase(changed, rng)
        out[index, 0] = changed
    return out
