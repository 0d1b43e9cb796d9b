"""Makes faces look as another camera, room and connection would show them, a batch at a time.

A *view* is a handful of numbers: a tilt, a shift, a light, a lens, a compression, a hand before
the face. The picture follows from them and from the face alone, on a processor as on a GPU, so
that a view can be named by a seed, labelled once by a teacher, and made again for the student.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from fewshot_fer.arrays import Doubles

SIDE = 48
_BLOCK = 8
_FIELD = 256  # the side of the one field of noise of which every view shows a window
_LUMINANCE = torch.tensor([
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
], dtype=torch.float32).reshape(_BLOCK, _BLOCK)  # fmt: skip


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
class Views:
    """How each of n pictures is changed; every field is [n] but `cover` and `window`.

    `cover` [n, 4] is the rectangle before the face (top, left, bottom, right) and `fill` its
    grey, below 0 for noise; `window` [n, 2] is where in the field of noise the picture's lies;
    a `quality` of 0 is no compression.
    """

    angle: Tensor
    scale: Tensor
    stretch: Tensor
    shift_x: Tensor
    shift_y: Tensor
    mirror: Tensor
    gamma: Tensor
    contrast: Tensor
    ramp: Tensor
    ramp_angle: Tensor
    blur: Tensor
    quality: Tensor
    noise: Tensor
    cover: Tensor
    fill: Tensor
    window: Tensor

    def __len__(self) -> int:
        return len(self.angle)

    def __getitem__(self, rows: Tensor | slice) -> Views:
        return self._changed(lambda value: value[rows])

    def to(self, device: torch.device | None) -> Views:
        """The same on another device."""
        return self._changed(lambda value: value.to(device))

    def _changed(self, change: Callable[[Tensor], Tensor]) -> Views:
        return Views(**{field.name: change(getattr(self, field.name)) for field in fields(self)})

    @classmethod
    def draw(
        cls, count: int, rng: np.random.Generator, config: AugmentConfig, *, session: bool = False
    ) -> Views:
        """Draw `count` views; those of one `session` share its light, lens and compression."""
        shared = 1 if session else count

        def some(share: float, values: Doubles) -> Doubles:
            return np.where(rng.random(shared) < share, values, 0.0)

        light = {
            "gamma": np.exp(rng.normal(0, 0.6 * config.light, shared)),
            "contrast": rng.uniform(0.6, 1.2, shared),
            "ramp": some(config.light, abs(rng.normal(0, 0.35, shared))),
            "ramp_angle": rng.uniform(0, 2 * np.pi, shared),
            "blur": some(config.soften, rng.uniform(0.3, 1.2, shared)),
            "quality": some(config.compress, rng.integers(25, 90, shared).astype(np.float64)),
            "noise": rng.uniform(0, 6, shared),
        }
        turn, shift = math.radians(config.rotate_degrees), 2 * config.shift
        size = rng.integers(6, 20, (count, 2))
        corner = rng.integers(0, SIDE - size + 1)
        cover = np.concatenate([corner, corner + size], 1)
        cover[rng.random(count) >= config.erase] = 0
        fill = rng.uniform(0, 255, count)
        values = {
            "angle": rng.uniform(-turn, turn, count),
            "scale": np.exp(rng.uniform(-config.scale, config.scale, count)),
            "stretch": np.exp(rng.uniform(-0.06, 0.06, count)),
            "shift_x": rng.uniform(-shift, shift, count),
            "shift_y": rng.uniform(-shift, shift, count),
            "mirror": np.where(config.flip & (rng.random(count) < 0.5), -1.0, 1.0),
            **{name: np.broadcast_to(value, count) for name, value in light.items()},
            "cover": cover,
            "fill": np.where(rng.random(count) < 0.5, fill, -1.0),
        }
        floats = {name: torch.from_numpy(np.array(v, np.float32)) for name, v in values.items()}
        window = rng.integers(0, _FIELD - SIDE, (count, 2))
        return cls(**floats, window=torch.from_numpy(window))


def render(faces: Tensor, views: Views) -> Tensor:
    """Faces [n, 1, 48, 48] of 0..255 as their views show them."""
    if not len(faces):
        return faces
    out = _moved(faces, views)
    out = 255 * (out / 255).clamp(0, 1) ** _wide(views.gamma)
    line = torch.linspace(-1, 1, SIDE, device=faces.device)
    angle = _wide(views.ramp_angle)
    slope = angle.cos() * line + angle.sin() * line[:, None]
    out = (out * (1 + _wide(views.ramp) * slope) - 128) * _wide(views.contrast) + 128
    out = _blurred(out, views.blur)
    noise = _windows(views.window)
    out = (out + _wide(views.noise) * noise).clamp(0, 255)
    out = torch.where(_wide(views.quality) > 0, _compressed(out, views.quality), out)
    return torch.where(_covered(views.cover), _before(_wide(views.fill), noise), out)


def _moved(faces: Tensor, views: Views) -> Tensor:
    """Tilted, scaled, shifted and mirrored; the border is repeated outwards."""
    cos, sin = views.angle.cos() / views.scale, views.angle.sin() / views.scale
    across = views.mirror / views.stretch
    rows = [[cos * across, -sin, views.shift_x], [sin * across, cos, views.shift_y]]
    matrix = torch.stack([torch.stack(row, -1) for row in rows], 1)
    grid = F.affine_grid(matrix, list(faces.shape), align_corners=False)
    return F.grid_sample(faces, grid, padding_mode="border", align_corners=False)


def _blurred(faces: Tensor, sigma: Tensor) -> Tensor:
    """Softened by a Gaussian each, as one matrix from either side."""
    place = torch.arange(SIDE, device=faces.device, dtype=torch.float32)
    squares = (place[:, None] - place) ** 2
    matrix = torch.exp(-squares / (2 * sigma.clamp(min=0.05)[:, None, None] ** 2))
    matrix = (matrix / matrix.sum(2, keepdim=True))[:, None]
    return matrix @ faces @ matrix.transpose(2, 3)


def _compressed(faces: Tensor, quality: Tensor) -> Tensor:
    """What JPEG does to blocks of 8 by 8: their cosine transform in coarse steps."""
    quality = quality.clamp(min=1)
    coarse = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality)[:, None, None]
    table = _LUMINANCE.to(faces.device)
    step = ((table * coarse + 50) / 100).clamp(1, 255)[:, None, None]
    cosines = _cosines().to(faces.device)
    count = SIDE // _BLOCK
    blocks = faces.view(-1, count, _BLOCK, count, _BLOCK).transpose(2, 3) - 128
    waves = torch.round(cosines @ blocks @ cosines.T / step) * step
    out = cosines.T @ waves @ cosines + 128
    return out.transpose(2, 3).reshape(faces.shape).clamp(0, 255)


def _covered(cover: Tensor) -> Tensor:
    """Where something stands before the face [n, 1, 48, 48]."""
    place = torch.arange(SIDE, device=cover.device)
    top, left, bottom, right = (edge[:, None] for edge in cover.unbind(1))
    rows, columns = (place >= top) & (place < bottom), (place >= left) & (place < right)
    return (rows[:, :, None] & columns[:, None])[:, None]


def _wide(values: Tensor) -> Tensor:
    """[n] -> [n, 1, 1, 1]."""
    return values[:, None, None, None]


def _before(fill: Tensor, noise: Tensor) -> Tensor:
    return torch.where(fill >= 0, fill, (128 + 74 * noise).clamp(0, 255))


def _windows(corner: Tensor) -> Tensor:
    """Windows [n, 1, 48, 48] of the field of noise."""
    place = torch.arange(SIDE, device=corner.device)
    rows, columns = corner[:, :1] + place, corner[:, 1:] + place
    return _field().to(corner.device)[rows[:, :, None], columns[:, None]][:, None]


@lru_cache(maxsize=1)
def _field() -> Tensor:
    drawn = np.random.default_rng(0).standard_normal((_FIELD, _FIELD), dtype=np.float32)
    return torch.from_numpy(drawn)


@lru_cache(maxsize=1)
def _cosines() -> Tensor:
    """The orthonormal cosine transform [8, 8]."""
    place = torch.arange(_BLOCK, dtype=torch.float32)
    waves = torch.cos((2 * place + 1) * place[:, None] * math.pi / (2 * _BLOCK))
    waves[0] *= math.sqrt(0.5)
    return waves * math.sqrt(2 / _BLOCK)
