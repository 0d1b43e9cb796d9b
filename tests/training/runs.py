"""A training small enough to run in a second."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from fewshot_fer.training.augment import AugmentConfig
from fewshot_fer.training.config import LossConfig, StageConfig, TrainingConfig
from fewshot_fer.training.course import Course
from fewshot_fer.training.history import EpochRecord
from fewshot_fer.training.network import NetworkConfig
from fewshot_fer.training.run import Progress, Trainer
from tests.fakes.spots import drawn_faces

STAGE = StageConfig(
    "plain", epochs=3, batch=32, learning_rate=0.02, warmup_steps=2, losses=LossConfig(own=0.5)
)
TINY = TrainingConfig(
    (STAGE,),
    network=NetworkConfig((8, 16, 16, 24), (1, 1, 1, 1), 16, 16),
    # The expression is where the spot is: mirrored, it would be another.
    augment=AugmentConfig(flip=False, erase=0.0, rotate_degrees=4),
    ema=0.8,
)
TWO_STAGES = replace(
    TINY,
    stages=(
        replace(STAGE, name="first", epochs=2, mixup=0.2),
        replace(STAGE, name="second", epochs=2, losses=LossConfig(instance=0.1, views=0.3)),
    ),
)
LAYERS = (
    ["conv", 3, 8, 3, 2, 1, 1], ["bn", 8, 1e-3], ["prelu", 8],
    ["conv", 1, 8, 3, 2, 1, 8], ["bn", 8, 1e-3], ["prelu", 8],
    ["conv", 8, 12, 1, 1, 0, 1], ["bn", 12, 1e-3],
)  # fmt: skip
TRAINING = drawn_faces(20, seed=1)
VALIDATION = drawn_faces(4, seed=2)


class Watcher:
    """Remembers every step; may fall over at one of them."""

    def __init__(self, fall_at: int | None = None) -> None:
        self.steps: list[Progress] = []
        self.records: list[EpochRecord] = []
        self._fall_at = fall_at

    def __call__(self, progress: Progress) -> None:
        self.steps.append(progress)
        if len(self.steps) == self._fall_at:
            raise KeyboardInterrupt

    def epoch_done(self, record: EpochRecord) -> None:
        self.records.append(record)


def prepare(folder: Path, config: TrainingConfig = TINY, *, resume: bool = False) -> Course:
    return Course.prepare(folder, Trainer.start(config, TRAINING), VALIDATION, resume=resume)


def weights(course: Course) -> dict[str, torch.Tensor]:
    trainer = course.trainer
    return {
        **{f"network.{name}": t for name, t in trainer.network.state_dict().items()},
        **{f"average.{name}": t for name, t in trainer.average.state_dict().items()},
        **{f"head.{name}": t for name, t in trainer.head.state_dict().items()},
    }


def without_time(history: tuple[EpochRecord, ...]) -> list[EpochRecord]:
    return [replace(record, seconds=0.0, pictures_a_second=0.0) for record in history]
