"""What each epoch came to, and which epoch is next: a pure function of the ones before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fewshot_fer.training.config import TrainingConfig


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """One epoch's mean losses and its figures on the validation faces."""

    stage: int
    epoch: int
    losses: dict[str, float]
    accuracy_ferplus: float | None
    accuracy_fer2013: float | None
    seconds: float
    pictures_a_second: float = 0.0
    device: str = ""

    @property
    def score(self) -> float:
        """What the best epoch is chosen by: the mean of the accuracies that there are."""
        known = [a for a in (self.accuracy_ferplus, self.accuracy_fer2013) if a is not None]
        return sum(known) / len(known) if known else 0.0


def next_epoch(config: TrainingConfig, history: Sequence[EpochRecord]) -> tuple[int, int] | None:
    """Stage and epoch to run now; None when all is done.

    A stage ends early when its score has not risen for `patience` epochs.
    """
    if not history:
        return _begin(config, 0)
    stage, epoch = history[-1].stage, history[-1].epoch + 1
    if epoch < config.stages[stage].epochs and not is_tired(config, history):
        return stage, epoch
    return _begin(config, stage + 1)


def _begin(config: TrainingConfig, stage: int) -> tuple[int, int] | None:
    later = range(stage, len(config.stages))
    return next(((index, 0) for index in later if config.stages[index].epochs > 0), None)


def is_tired(config: TrainingConfig, history: Sequence[EpochRecord]) -> bool:
    """Whether the last stage has not got better for `patience` epochs."""
    scores = [record.score for record in history if record.stage == history[-1].stage]
    return 0 < config.patience < len(scores) - scores.index(max(scores))


def is_best(history: Sequence[EpochRecord]) -> bool:
    """Whether the last epoch is its stage's best so far."""
    scores = [record.score for record in history if record.stage == history[-1].stage]
    return scores[-1] > max(scores[:-1], default=-1.0)


def epochs_left(config: TrainingConfig, history: Sequence[EpochRecord]) -> int:
    """How many epochs are still to come, if none of the stages ends early."""
    following = next_epoch(config, history)
    if following is None:
        return 0
    stage, epoch = following
    return sum(later.epochs for later in config.stages[stage:]) - epoch
