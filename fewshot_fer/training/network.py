"""The embedding network: a small ResNet over 48x48 grey faces.

It answers with two kinds of directions. The *general* embedding carries what strangers
share and feeds the two label heads; the *detail* embedding sees the third stage before
its position is pooled away, and is trained to tell apart faces of one expression: what a
person's own references are remembered by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

FACE = 48
DETAIL_GRID = 3


@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """The network's shape."""

    widths: tuple[int, ...] = (48, 96, 192, 384)
    blocks: tuple[int, ...] = (1, 2, 2, 1)
    general: int = 128
    detail: int = 128


def half_precision(device: torch.device) -> torch.autocast:
    """bf16 where the hardware has it; a processor that must imitate it is 20 times slower so."""
    has = device.type != "cpu" or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=has)


class Embedding(NamedTuple):
    """What one pass gives: general [n, g], detail [n, d], grid [n, c*9], logits [n, c] twice."""

    general: Tensor
    detail: Tensor
    grid: Tensor
    votes: Tensor
    own: Tensor


class Block(nn.Module):
    """Two 3x3 convolutions around a shortcut."""

    def __init__(self, width_in: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width_in, width, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or width_in != width:
            pool = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
            project = nn.Conv2d(width_in, width, 1, bias=False)
            self.shortcut = nn.Sequential(pool, project, nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        """[n, c, h, w] -> [n, width, h/stride, w/stride]."""
        y = F.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        out: Tensor = F.relu(self.shortcut(x) + y)
        return out


class EmbeddingNetwork(nn.Module):
    """Faces [n, 1, 48, 48] with values 0..255 to an `Embedding`."""

    def __init__(self, config: NetworkConfig, classes: int) -> None:
        super().__init__()
        self.config = config
        first = config.widths[0]
        self.stem = nn.Sequential(
            nn.Conv2d(1, first, 3, 2, 1, bias=False), nn.BatchNorm2d(first), nn.ReLU()
        )
        stages = []
        width_in = first
        for index, (width, count) in enumerate(zip(config.widths, config.blocks, strict=True)):
            strides = [2 if index and not i else 1 for i in range(count)]
            widths = [width_in] + [width] * (count - 1)
            stages.append(
                nn.Sequential(*(Block(w, width, s) for w, s in zip(widths, strides, strict=True)))
            )
            width_in = width
        self.early = nn.Sequential(*stages[:-1])
        self.late = stages[-1]
        self.general = _projection(config.widths[-1], config.general)
        grid = config.widths[-2] * DETAIL_GRID**2
        self.detail = _projection(config.widths[-1] + grid, config.detail)
        self.votes = nn.Linear(config.general, classes)
        self.own = nn.Linear(config.general, classes)
        self.apply(_initialise)

    def forward(self, faces: Tensor) -> Embedding:
        """Light is taken out first: each face has mean 0 and deviation 1."""
        x = standardise(faces)
        early = self.early(self.stem(x))
        late = self.late(early).mean((2, 3))
        grid = F.adaptive_avg_pool2d(early, DETAIL_GRID).flatten(1)
        general = self.general(late)
        detail = self.detail(torch.cat([late, grid], 1))
        return Embedding(general, detail, grid, self.votes(general), self.own(general))


def standardise(faces: Tensor) -> Tensor:
    """Each face [n, 1, h, w] to mean 0 and deviation 1; a flat one to zeros."""
    centred = faces - faces.mean((2, 3), keepdim=True)
    deviation = (centred * centred).mean((2, 3), keepdim=True).sqrt()
    return centred / (deviation + 4.0)


def _projection(width: int, size: int) -> nn.Sequential:
    """A linear map whose outputs keep one scale, so that heads and contrasts start even."""
    return nn.Sequential(nn.Linear(width, size, bias=False), nn.BatchNorm1d(size, affine=False))


def _initialise(layer: nn.Module) -> None:
    """He's start for convolutions."""
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
