"""What the network is asked for: both label sets, balanced, and detail within a label."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def balanced_cross_entropy(logits: Tensor, targets: Tensor, log_share: Tensor) -> Tensor:
    """Cross entropy [n, c] against soft targets [n, c], free of the data's class balance.

    The log share of each class [c] is added while training and left out in life
    (Menon et al., "Long-tail learning via logit adjustment"), so that a rare expression
    costs as much to miss as a common one. Rows of zeros (no label) count nothing.
    """
    losses = -(targets * F.log_softmax(logits + log_share, 1)).sum(1)
    return losses.sum() / targets.sum().clamp(min=1.0)


def instance_contrast(first: Tensor, second: Tensor, temperature: float = 0.2) -> Tensor:
    """Two views [n, d] of the same faces attract, all others repel (NT-Xent).

    Applied to a batch rich in one expression, it keeps what tells its faces apart.
    """
    views = F.normalize(torch.cat([first, second]).float(), dim=1)
    similarity = views @ views.T / temperature
    similarity.fill_diagonal_(float("-inf"))
    count = len(first)
    partner = torch.cat([torch.arange(count, 2 * count), torch.arange(count)])
    return F.cross_entropy(similarity, partner.to(similarity.device))
