"""The training loop: stages of epochs, each epoch a pure function of what came before.

Every random choice of an epoch comes from (seed, stage, epoch), and the state is saved
whole after each, so a run that is killed goes on as if it had not been.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fewshot_fer.arrays import Bytes, Floats, Ints
from fewshot_fer.errors import TrainingError
from fewshot_fer.training.augment import render
from fewshot_fer.training.bank import DIRECTIONS, LabelBank
from fewshot_fer.training.config import StageConfig, TrainingConfig
from fewshot_fer.training.data import FaceSet, held_back
from fewshot_fer.training.episodes import (
    Episode,
    EpisodeHead,
    EpisodeSampler,
    Kind,
    Somebodies,
    photograph,
    strangers_of,
)
from fewshot_fer.training.feeding import Shown, balance_in, batches, mixed, shown_in
from fewshot_fer.training.losses import balanced_cross_entropy, instance_contrast
from fewshot_fer.training.network import FACE, Embedding, EmbeddingNetwork, half_precision


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is, after each step."""

    stage: str
    epoch: int
    step: int
    steps: int
    loss: float


class Listener(Protocol):
    """Told of every step; draws the progress bar."""

    def __call__(self, progress: Progress) -> None:
        """Take note."""
        ...


@dataclass(slots=True)
class Trainer:
    """A network being trained, with its running average and its optimiser."""

    config: TrainingConfig
    faces: FaceSet
    people: Somebodies | None
    bank: LabelBank | None
    network: nn.Module
    average: nn.Module
    head: EpisodeHead
    translator: nn.Linear
    optimiser: torch.optim.Optimizer
    device: torch.device
    images: Tensor
    rows: Ints

    @classmethod
    def start(
        cls,
        config: TrainingConfig,
        faces: FaceSet,
        people: Somebodies | None = None,
        device: str = "cpu",
        bank: LabelBank | None = None,
        network: nn.Module | None = None,
    ) -> Trainer:
        """A fresh network, unless one is given to go on from.

        `people` are needed only where episodes of persons are asked for, `bank` only where a
        teacher's labels are.
        """
        torch.manual_seed(config.seed)
        target = torch.device(device)
        faces, classes = faces.named(config.expressions), len(config.expressions)
        network = channels_last(network or EmbeddingNetwork(config.network, classes)).to(target)
        average = copy.deepcopy(network)
        sizes = _sizes(network)
        head = EpisodeHead(sizes, classes).to(target)
        translator = nn.Linear(sizes[0], DIRECTIONS).to(target)
        groups = _decayed(network, config.weight_decay)
        helpers = [*head.parameters(), *translator.parameters()]
        groups.append({"params": helpers, "weight_decay": 0.0})
        optimiser: torch.optim.Optimizer = (
            torch.optim.AdamW(groups, lr=1e-3)
            if config.optimiser == "adamw"
            else torch.optim.SGD(groups, lr=0.1, momentum=0.9, nesterov=True)
        )
        images = torch.from_numpy(faces.images[:, None]).to(target)
        return cls(config, faces, people, bank, network, average, head, translator, optimiser,
                   target, images, np.flatnonzero(~held_back(faces)))  # fmt: skip

    def run_epoch(self, stage_index: int, epoch: int, listener: Listener) -> dict[str, float]:
        """One pass over the faces; returns the mean of each loss."""
        stage = self.config.stages[stage_index]
        rng = np.random.default_rng([self.config.seed, stage_index, epoch])
        views = 2 if stage.losses.instance else 1
        per_step = stage.batch // views
        steps = len(self.rows) // per_step
        first = sum(one.epochs for one in self.config.stages[:stage_index]) + epoch
        shown = [
            shown_in(
                self.faces, self.bank, self.config.augment, stage.losses, first * views + view,
                rng, self.device,
            )
            for view in range(views)
        ]  # fmt: skip
        log_share = balance_in(self.faces, stage, self.device)
        samplers = self._samplers(stage)
        pending: list[dict[str, Tensor]] = []
        together = 1 if self.device.type == "cpu" else 50  # a GPU is not to wait for each loss
        sums: dict[str, float] = {}
        self.network.train()
        for step, chosen in enumerate(batches(self.faces, self.rows, per_step, steps, stage, rng)):
            done = (epoch * steps + step) / (stage.epochs * steps)
            self._set_rate(stage, epoch * steps + step, done)
            rows = torch.from_numpy(chosen).to(self.device, non_blocking=True)
            losses = self._losses(stage, rows, shown, done, log_share, samplers, rng)
            self.optimiser.zero_grad(set_to_none=True)
            torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
            self.optimiser.step()
            self._update_average(epoch * steps + step + 10_000 * stage_index)
            pending.append({name: value.detach() for name, value in losses.items()})
            if len(pending) == together or step + 1 == steps:
                for index, one in enumerate(_read(pending), step + 1 - len(pending)):
                    total = sum(one.values())
                    _check_finite(total, stage.name, epoch, index)
                    for name, value in one.items():
                        sums[name] = sums.get(name, 0.0) + value
                    listener(Progress(stage.name, epoch, index + 1, steps, total))
                pending.clear()
        return {name: value / steps for name, value in sums.items()}

    def _losses(
        self,
        stage: StageConfig,
        rows: Tensor,
        shown: Sequence[Shown],
        done: float,
        log_share: tuple[Tensor, Tensor],
        samplers: dict[Kind, EpisodeSampler],
        rng: np.random.Generator,
    ) -> dict[str, Tensor]:
        weights, faces = stage.losses, self.images[rows].float()
        pixels = torch.cat([render(faces, one.views[rows]) for one in shown])
        targets = [torch.cat(part) for part in zip(*(one.targets.of(rows) for one in shown),
                                                   strict=True)]  # fmt: skip
        if stage.mixup and done < stage.mixup_until:
            share = float(rng.beta(stage.mixup, stage.mixup))
            pixels, *targets = (mixed(values, share) for values in (pixels, *targets))
        votes, own, features = targets
        episodes = self._episodes(samplers, stage, rng)
        pictures = [look for _, _, look in episodes]
        count = len(pixels)
        out = self.embed(torch.cat([pixels, *pictures, self._filling(pixels, pictures, samplers,
                                                                     stage)]))  # fmt: skip
        losses = {
            "votes": weights.votes * balanced_cross_entropy(out.votes[:count], votes, log_share[0]),
            "own": weights.own * balanced_cross_entropy(out.own[:count], own, log_share[1]),
        }
        if weights.features:
            seen = self.translator(out.general[:count])
            losses["features"] = weights.features * (1 - F.cosine_similarity(seen, features)).mean()
        if weights.instance:
            first, second = out.detail[:count].chunk(2)
            losses["instance"] = weights.instance * instance_contrast(first, second)
        vectors = torch.cat([out.general, out.detail], 1)
        self.head.track_means(vectors[:count], votes)
        for kind, episode, look in episodes:
            part, count = vectors[count : count + len(look)], count + len(look)
            if kind == "persons":
                self.head.track_persons(part, episode)
            share = getattr(weights, kind) / stage.episodes.per_step
            losses[kind] = losses.get(kind, vectors.new_zeros(())) + share * self.head.loss(
                part, episode
            )
        return losses

    @staticmethod
    def _filling(
        pixels: Tensor, pictures: Sequence[Tensor], samplers: dict[Kind, EpisodeSampler],
        stage: StageConfig,
    ) -> Tensor:  # fmt: skip
        """Faces once more, so that every step has one shape: a GPU prepares itself for each."""
        most = sum(stage.episodes.per_step * sampler.most for sampler in samplers.values())
        return pixels[: most - sum(len(look) for look in pictures)]

    def _samplers(self, stage: StageConfig) -> dict[Kind, EpisodeSampler]:
        """One sampler for each kind of episode that the stage asks for."""
        samplers: dict[Kind, EpisodeSampler] = {}
        if stage.losses.persons:
            if self.people is None:
                raise TrainingError(
                    f"Stage {stage.name} learns from persons, but no people are given.",
                    next_step="Give a folder of people with --people, or set `persons` to 0.",
                )
            samplers["persons"] = EpisodeSampler(self.people, stage.episodes, "persons")
        crowd = strangers_of(self.faces)
        if stage.losses.views:
            samplers["views"] = EpisodeSampler(crowd, stage.episodes, "views")
        if stage.losses.strangers:
            samplers["strangers"] = EpisodeSampler(crowd, stage.episodes, "strangers")
        return samplers

    def _episodes(
        self, samplers: dict[Kind, EpisodeSampler], stage: StageConfig, rng: np.random.Generator
    ) -> list[tuple[Kind, Episode, Tensor]]:
        """This step's episodes, photographed."""
        return [
            (kind, one, photograph(one, sampler.faces, rng, self.config.augment, self.device))
            for kind, sampler in samplers.items()
            for one in (sampler.sample(rng) for _ in range(stage.episodes.per_step))
        ]

    def embed(self, pixels: Tensor) -> Embedding:
        """Run the network in bf16 where that is faster, and hand back f32."""
        batch = pixels.contiguous(memory_format=torch.channels_last)
        with half_precision(self.device):
            out: Embedding = self.network(batch)
        return Embedding(*(part.float() for part in out))

    def _set_rate(self, stage: StageConfig, step: int, done: float) -> None:
        warm = min(1.0, (step + 1) / max(1, stage.warmup_steps))
        rate = stage.learning_rate * warm * (0.5 + 0.5 * math.cos(math.pi * done))
        for group in self.optimiser.param_groups:
            group["lr"] = max(rate, 1e-5)

    @torch.no_grad()
    def _update_average(self, step: int) -> None:
        keep = min(self.config.ema, (1 + step) / (10 + step))
        slow, fast = (list(one.state_dict().values()) for one in (self.average, self.network))
        smooth = [value.dtype.is_floating_point for value in slow]
        torch._foreach_lerp_(
            [a for a, is_smooth in zip(slow, smooth, strict=True) if is_smooth],
            [b for b, is_smooth in zip(fast, smooth, strict=True) if is_smooth],
            1 - keep,
        )
        for a, b, is_smooth in zip(slow, fast, smooth, strict=True):
            if not is_smooth:
                a.copy_(b)


def _read(pending: Sequence[dict[str, Tensor]]) -> list[dict[str, float]]:
    """Losses of several steps, fetched at once."""
    values = torch.stack([torch.stack(list(losses.values())) for losses in pending]).tolist()
    return [dict(zip(pending[0], row, strict=True)) for row in values]


def _check_finite(loss: float, stage: str, epoch: int, step: int) -> None:
    if not math.isfinite(loss):
        raise TrainingError(
            f"The loss is {loss} in stage {stage}, epoch {epoch}, step {step}.",
            next_step="The last epoch's state is kept; lower `learning_rate` and resume.",
        )


def channels_last(network: nn.Module) -> nn.Module:
    """The memory layout that convolutions are fastest in (1.3 times, on one core)."""
    moved: nn.Module = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return moved


@torch.no_grad()
def _sizes(network: nn.Module) -> tuple[int, int]:
    """How wide the network's general and detail parts are."""
    out: Embedding = network.eval()(torch.zeros(1, 1, FACE, FACE))
    return out.general.shape[1], out.detail.shape[1]


def _decayed(network: nn.Module, decay: float) -> list[dict[str, object]]:
    """Weights decay; norms and biases do not."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def as_batch(images: Bytes) -> Floats:
    """Faces [n, 48, 48] as the network's input [n, 1, 48, 48]."""
    return images[:, None].astype(np.float32)
