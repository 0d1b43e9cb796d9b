"""What the network is fed in an epoch: views of faces, and what is asked for of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from fewshot_fer.arrays import Floats, Ints
from fewshot_fer.errors import TrainingError
from fewshot_fer.training.augment import AugmentConfig, Views
from fewshot_fer.training.bank import LabelBank
from fewshot_fer.training.config import LossConfig, StageConfig
from fewshot_fer.training.data import FaceSet, log_shares


class Targets(NamedTuple):
    """What is asked for of n faces: both labels' shares [n, c], a teacher's features [n, d]."""

    votes: Tensor
    own: Tensor
    features: Tensor

    def of(self, rows: Tensor) -> Targets:
        """Those of some faces."""
        return Targets(*(part[rows] for part in self))


class Shown(NamedTuple):
    """Every face's view in one epoch, and what is asked for of it."""

    views: Views
    targets: Targets


def shown_in(
    faces: FaceSet,
    bank: LabelBank | None,
    augment: AugmentConfig,
    losses: LossConfig,
    index: int,
    rng: np.random.Generator,
    device: torch.device,
) -> Shown:
    """A view of every face: the bank's next one, or a fresh one with the labels of people."""
    votes, own = faces.vote_shares(), faces.own_shares()
    features = np.zeros((len(votes), 0), np.float32)
    if bank is None:
        if losses.teacher or losses.features:
            raise TrainingError(
                "This stage learns from a teacher, but no bank of labels is given.",
                next_step="Give one with --bank (`fewshot-fer data label` fills it), "
                "or set `teacher` and `features` to 0.",
            )
        views = Views.draw(len(votes), rng, augment)
    else:
        index %= bank.count
        views, answers = bank.views(index), bank.answers(index)
        votes = (1 - losses.teacher) * votes + losses.teacher * answers.votes
        own = (1 - losses.teacher) * own + losses.teacher * answers.own
        features = answers.features
        if augment.flip:
            sides = torch.from_numpy(rng.choice(np.array([-1, 1], np.float32), len(votes)))
            views = replace(views, mirror=views.mirror * sides)
    return Shown(views.to(device), Targets(*(as_tensor(a, device) for a in (votes, own, features))))


def balance_in(faces: FaceSet, stage: StageConfig, device: torch.device) -> tuple[Tensor, Tensor]:
    """Log of each expression's share [c] in the votes and in the own labels."""

    def log_share(shares: Floats) -> Tensor:
        balance = log_shares(shares)
        return torch.from_numpy(balance if stage.balanced else 0 * balance).to(device)

    return log_share(faces.vote_shares()), log_share(faces.own_shares())


def batches(
    faces: FaceSet, rows: Ints, size: int, steps: int, stage: StageConfig, rng: np.random.Generator
) -> Iterator[Ints]:
    """Shuffled batches; with the instance loss, half of each comes from one expression."""
    order = rng.permutation(rows)
    label = faces.vote_shares().argmax(1)
    pools = [rows[label[rows] == c] for c in range(label.max() + 1)]
    pools = [pool for pool in pools if len(pool) >= size]
    for step in range(steps):
        batch = order[step * size : (step + 1) * size]
        if stage.losses.instance and pools:
            pool = pools[rng.integers(len(pools))]
            alike = rng.choice(pool, size // 2, replace=False)
            batch = np.concatenate([batch[: size - len(alike)], alike])
        yield batch


def mixed(values: Tensor, share: float) -> Tensor:
    """Blend each picture or label with another's (Zhang et al., 2017); batches come shuffled."""
    return share * values + (1 - share) * values.flip(0)


def as_tensor(values: Floats, device: torch.device) -> Tensor:
    """An array on a device."""
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32)).to(device)
