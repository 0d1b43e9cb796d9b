"""The posterior of `prototypes.posterior` once more, in torch, so that training can go through it.

A test holds the two equal. Episodes come in batches: [e] episodes of [c] expressions.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class TorchBelief(NamedTuple):
    """Points [e, m, c, d] with their variances [e, c, d], and the misfit of each mode [e, m, d]."""

    points: Tensor
    variance: Tensor
    misfit: Tensor


def infer(means: Tensor, beta: Tensor, delta: Tensor, sums: Tensor, counts: Tensor) -> TorchBelief:
    """The exact posterior: means [m, c, d], beta [d], delta [d], sums [e, c, d], counts [e, c]."""
    n = counts[:, None, :, None]
    seen = n > 0
    count = n.clamp(min=1)
    residual = torch.where(seen, sums[:, None] / count - means, 0.0)
    zero = torch.zeros_like(residual[:, :1])
    evidence = torch.where(seen, 1.0 / (delta + 1.0 / count), zero)
    precision = 1.0 / beta + evidence.sum(2, keepdim=True)
    told = (evidence * residual).sum(2, keepdim=True)
    offset = told / precision
    gain = torch.where(seen, delta / (delta + 1.0 / count), zero)
    points = means + offset + gain * (residual - offset)
    variance = delta * (1 - gain) + (1 - gain) ** 2 / precision
    misfit = (evidence * residual**2).sum(2) - (told * offset)[:, :, 0]
    return TorchBelief(points, variance[:, 0], misfit)
