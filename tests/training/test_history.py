"""Which epoch comes next."""

from __future__ import annotations

import pytest

from fewshot_fer.training.config import StageConfig, TrainingConfig
from fewshot_fer.training.history import (
    EpochRecord,
    epochs_left,
    is_best,
    next_epoch,
)

CONFIG = TrainingConfig((StageConfig("a", 3), StageConfig("b", 2)), patience=2)


def epochs(*scores: tuple[int, float]) -> list[EpochRecord]:
    """Records of (stage, score), numbered within each stage."""
    records: list[EpochRecord] = []
    for stage, score in scores:
        number = sum(record.stage == stage for record in records)
        records.append(EpochRecord(stage, number, {}, score, None, 0.0))
    return records


@pytest.mark.parametrize(
    ("history", "following", "left"),
    [
        (epochs(), (0, 0), 5),
        (epochs((0, 0.1)), (0, 1), 4),
        (epochs((0, 0.1), (0, 0.2), (0, 0.3)), (1, 0), 2),
        (epochs((0, 0.3), (0, 0.2)), (0, 2), 3),
        (epochs((0, 0.1), (0, 0.2), (0, 0.3), (1, 0.3), (1, 0.4)), None, 0),
    ],
    ids=["nothing yet", "on", "next stage", "one worse is no reason", "all done"],
)
def test_stages_follow_each_other(
    history: list[EpochRecord], following: tuple[int, int] | None, left: int
) -> None:
    assert next_epoch(CONFIG, history) == following
    assert epochs_left(CONFIG, history) == left


def test_two_epochs_without_a_better_one_end_the_stage() -> None:
    long = TrainingConfig((StageConfig("a", 9), StageConfig("b", 2)), patience=2)
    assert next_epoch(long, epochs((0, 0.3), (0, 0.2), (0, 0.3))) == (1, 0)
    assert next_epoch(long, epochs((0, 0.3), (0, 0.2), (0, 0.31))) == (0, 3)
    assert next_epoch(long, epochs((0, 0.9), (1, 0.2))) == (1, 1)


def test_without_patience_nothing_ends_early() -> None:
    endless = TrainingConfig((StageConfig("a", 9),))
    assert next_epoch(endless, epochs(*[(0, 0.0)] * 8)) == (0, 8)


def test_a_stage_of_no_epochs_is_passed_over() -> None:
    assert next_epoch(TrainingConfig((StageConfig("a", 0), StageConfig("b", 1))), []) == (1, 0)


def test_the_best_is_the_first_of_its_score_and_of_its_stage() -> None:
    assert is_best(epochs((0, 0.1)))
    assert not is_best(epochs((0, 0.1), (0, 0.1)))
    assert is_best(epochs((0, 0.9), (1, 0.1)))


def test_the_score_is_the_mean_of_what_is_known() -> None:
    assert EpochRecord(0, 0, {}, 0.8, 0.6, 0.0).score == pytest.approx(0.7)
    assert EpochRecord(0, 0, {}, None, 0.6, 0.0).score == 0.6
    assert EpochRecord(0, 0, {}, None, None, 0.0).score == 0.0
