"""The training loop: stages of epochs, each epoch a pure function of what came before.

Every random choice of an epoch comes from (seed, stage, epoch), and the state is saved
whole after each, so a run that is killed goes on as if it had not been.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from fewshot_fer.arrays import Bytes, Floats, Ints
from fewshot_fer.errors import TrainingError
from fewshot_fer.training.augment import augment
from fewshot_fer.training.config import StageConfig, TrainingConfig
from fewshot_fer.training.data import FaceSet, log_shares
from fewshot_fer.training.episodes import (
    Episode,
    EpisodeHead,
    EpisodeSampler,
    Kind,
    Somebodies,
    photograph,
    strangers_of,
)
from fewshot_fer.training.losses import balanced_cross_entropy, instance_contrast
from fewshot_fer.training.network import Embedding, EmbeddingNetwork


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
    network: EmbeddingNetwork
    average: EmbeddingNetwork
    head: EpisodeHead
    optimiser: torch.optim.SGD
    device: torch.device

    @classmethod
    def start(
        cls,
        config: TrainingConfig,
        faces: FaceSet,
        people: Somebodies | None = None,
        device: str = "cpu",
    ) -> Trainer:
        """A fresh network; `people` are needed only where episodes of persons are asked for."""
        torch.manual_seed(config.seed)
        target = torch.device(device)
        network = channels_last(EmbeddingNetwork(config.network)).to(target)
        average = channels_last(EmbeddingNetwork(config.network)).to(target)
        average.load_state_dict(network.state_dict())
        head = EpisodeHead((config.network.general, config.network.detail)).to(target)
        groups = _decayed(network, config.weight_decay)
        groups.append({"params": list(head.parameters()), "weight_decay": 0.0})
        optimiser = torch.optim.SGD(groups, lr=0.1, momentum=0.9, nesterov=True)
        return cls(config, faces, people, network, average, head, optimiser, target)

    def begin_with(self, network: EmbeddingNetwork) -> None:
        """Start from a network that was trained before."""
        for own in (self.network, self.average):
            own.load_state_dict(network.state_dict())

    def run_epoch(self, stage_index: int, epoch: int, listener: Listener) -> dict[str, float]:
        """One pass over the faces; returns the mean of each loss."""
        stage = self.config.stages[stage_index]
        rng = np.random.default_rng([self.config.seed, stage_index, epoch])
        views = 2 if stage.losses.instance else 1
        per_step = stage.batch // views
        steps = len(self.faces) // per_step
        log_share = _log_shares(self.faces, stage, self.device)
        samplers = self._samplers(stage)
        totals: dict[str, float] = {}
        self.network.train()
        for step, chosen in enumerate(_batches(self.faces, per_step, steps, stage, rng)):
            done = (epoch * steps + step) / (stage.epochs * steps)
            self._set_rate(stage, epoch * steps + step, done)
            losses = self._losses(stage, chosen, done, log_share, samplers, rng)
            total = torch.stack(list(losses.values())).sum()
            if not math.isfinite(total.item()):
                raise TrainingError(
                    f"The loss is {total.item()} in stage {stage.name}, epoch {epoch}, "
                    f"step {step}.",
                    next_step="The last epoch's state is kept; lower `learning_rate` and resume.",
                )
            self.optimiser.zero_grad(set_to_none=True)
            total.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
            self.optimiser.step()
            self._update_average(epoch * steps + step + 10_000 * stage_index)
            for name, value in losses.items():
                totals[name] = totals.get(name, 0.0) + value.item()
            listener(Progress(stage.name, epoch, step + 1, steps, total.item()))
        return {name: value / steps for name, value in totals.items()}

    def _losses(
        self,
        stage: StageConfig,
        chosen: Ints,
        done: float,
        log_share: tuple[Tensor, Tensor],
        samplers: dict[Kind, EpisodeSampler],
        rng: np.random.Generator,
    ) -> dict[str, Tensor]:
        faces, weights = self.faces[chosen], stage.losses
        views = 2 if weights.instance else 1
        pixels = np.concatenate(
            [augment(faces.images, rng, self.config.augment) for _ in range(views)]
        )
        votes = np.tile(faces.vote_shares(), (views, 1))
        own = np.tile(faces.own_shares(), (views, 1))
        if stage.mixup and done < stage.mixup_until:
            pixels, votes, own = _mixup(pixels, votes, own, stage.mixup, rng)
        episodes = self._episodes(samplers, stage, rng)
        looks = [look for _, _, look in episodes]
        out = self.embed(np.concatenate([pixels, *looks]))
        count = len(pixels)
        soft = self._tensor(votes)
        losses = {
            "votes": weights.votes * balanced_cross_entropy(out.votes[:count], soft, log_share[0]),
            "own": weights.own
            * balanced_cross_entropy(out.own[:count], self._tensor(own), log_share[1]),
        }
        if weights.instance:
            first, second = out.detail[:count].chunk(2)
            losses["instance"] = weights.instance * instance_contrast(first, second)
        vectors = torch.cat([out.general, out.detail], 1)
        self.head.track_means(vectors[:count], soft)
        for kind, episode, look in episodes:
            part, count = vectors[count : count + len(look)], count + len(look)
            share = getattr(weights, kind) / stage.episodes.per_step
            losses[kind] = losses.get(kind, vectors.new_zeros(())) + share * self.head.loss(
                part, episode
            )
        return losses

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
    ) -> list[tuple[Kind, Episode, Floats]]:
        """This step's episodes, photographed."""
        return [
            (kind, episode, photograph(episode, sampler.faces, rng, self.config.augment))
            for kind, sampler in samplers.items()
            for episode in (sampler.sample(rng) for _ in range(stage.episodes.per_step))
        ]

    def embed(self, pixels: Floats) -> Embedding:
        """Run the network in bf16 where that is faster, and hand back f32."""
        batch = self._tensor(pixels).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            out: Embedding = self.network(batch)
        return Embedding(*(part.float() for part in out))

    def _tensor(self, values: Floats) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32)).to(self.device)

    def _set_rate(self, stage: StageConfig, step: int, done: float) -> None:
        warm = min(1.0, (step + 1) / max(1, stage.warmup_steps))
        rate = stage.learning_rate * warm * (0.5 + 0.5 * math.cos(math.pi * done))
        for group in self.optimiser.param_groups:
            group["lr"] = max(rate, 1e-5)

    @torch.no_grad()
    def _update_average(self, step: int) -> None:
        keep = min(self.config.ema, (1 + step) / (10 + step))
        for slow, fast in zip(
            self.average.state_dict().values(), self.network.state_dict().values(), strict=True
        ):
            if slow.dtype.is_floating_point:
                slow.lerp_(fast, 1 - keep)
            else:
                slow.copy_(fast)


def channels_last(network: EmbeddingNetwork) -> EmbeddingNetwork:
    """The memory layout that convolutions are fastest in (1.3 times, on one core)."""
    moved: EmbeddingNetwork = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return moved


def _decayed(network: nn.Module, decay: float) -> list[dict[str, object]]:
    """Weights decay; norms and biases do not."""
    parameters = list(network.parameters())
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def _log_shares(faces: FaceSet, stage: StageConfig, device: torch.device) -> tuple[Tensor, Tensor]:
    """Log of each expression's share [7] in the votes and in the own labels."""

    def log_share(shares: Floats) -> Tensor:
        balance = log_shares(shares)
        return torch.from_numpy(balance if stage.balanced else 0 * balance).to(device)

    return log_share(faces.vote_shares()), log_share(faces.own_shares())


def _batches(
    faces: FaceSet, size: int, steps: int, stage: StageConfig, rng: np.random.Generator
) -> Iterator[Ints]:
    """Shuffled batches; with the instance loss, half of each comes from one expression."""
    order = rng.permutation(len(faces))
    label = faces.vote_shares().argmax(1)
    pools = [np.flatnonzero(label == c) for c in range(label.max() + 1)]
    pools = [pool for pool in pools if len(pool) >= size]
    for step in range(steps):
        batch = order[step * size : (step + 1) * size]
        if stage.losses.instance and pools:
            pool = pools[rng.integers(len(pools))]
            alike = rng.choice(pool, size // 2, replace=False)
            batch = np.concatenate([batch[: size - len(alike)], alike])
        yield batch


def _mixup(
    pixels: Floats, votes: Floats, own: Floats, strength: float, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Blend each picture and its labels with another's (Zhang et al., 2017)."""
    share = np.float32(rng.beta(strength, strength))
    other = rng.permutation(len(pixels))
    return (
        share * pixels + (1 - share) * pixels[other],
        share * votes + (1 - share) * votes[other],
        share * own + (1 - share) * own[other],
    )


def as_batch(images: Bytes) -> Floats:
    """Faces [n, 48, 48] as the network's input [n, 1, 48, 48]."""
    return images[:, None].astype(np.float32)
