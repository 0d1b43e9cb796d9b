"""A training from beginning to end, killed, resumed, refused, stopped and short of disk."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from fewshot_fer.errors import DataError, FolderError, TrainingError
from fewshot_fer.training import plots
from fewshot_fer.training.config import TrainingConfig
from fewshot_fer.training.course import Course
from fewshot_fer.training.run import Trainer
from fewshot_fer.training.saving import load_network, load_state
from tests.training.runs import (
    STAGE,
    TINY,
    TRAINING,
    TWO_STAGES,
    VALIDATION,
    Watcher,
    prepare,
    weights,
    without_time,
)

FILES = ["best.pt", "confusion.png", "curves.png", "history.json", "state.pt"]
STEPS = len(TRAINING) // STAGE.batch


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """One thread, no waiting for the disk, and no pictures but of the course nothing stops."""
    torch.set_num_threads(1)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    if "whole" in request.fixturenames:
        request.getfixturevalue("whole")
    for name in ("curves", "confusion"):
        monkeypatch.setattr(plots, name, lambda *_: b"drawn")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course of two stages that nothing stopped."""
    torch.set_num_threads(1)
    course = prepare(tmp_path_factory.mktemp("whole"), TWO_STAGES)
    course.run(Watcher())
    return course


def test_training_lowers_the_loss_and_learns_the_expressions(tmp_path: Path) -> None:
    watcher = Watcher()
    course = prepare(tmp_path, replace(TINY, stages=(replace(STAGE, epochs=12),)))
    history = course.run(watcher)
    assert history[-1].losses["votes"] < 0.5 * history[0].losses["votes"]
    assert (history[-1].accuracy_ferplus or 0) > 0.9
    assert (history[-1].accuracy_fer2013 or 0) > 0.9
    assert watcher.records == list(history)
    assert (watcher.steps[-1].step, watcher.steps[-1].steps) == (STEPS, STEPS)


def test_a_run_leaves_its_state_figures_and_pictures(whole: Course) -> None:
    assert sorted(path.name for path in whole.folder.iterdir()) == FILES
    records = json.loads((whole.folder / "history.json").read_text())
    assert [(record["stage"], record["epoch"]) for record in records] == [
        (0, 0), (0, 1), (1, 0), (1, 1)
    ]  # fmt: skip
    assert records[2]["losses"].keys() >= {"votes", "own", "instance", "views"}
    for name in ("curves.png", "confusion.png"):
        assert (whole.folder / name).read_bytes().startswith(b"\x89PNG")


def test_the_best_network_can_be_taken_up_again(whole: Course) -> None:
    network, config = load_network(whole.folder)
    assert config == TWO_STAGES
    assert not network.training
    assert network.state_dict().keys() == whole.trainer.average.state_dict().keys()


@pytest.mark.parametrize("fall_at", [2, STEPS + 1, 2 * STEPS + 2, 6 * STEPS - 1])
def test_killed_anywhere_and_resumed_it_comes_to_the_same(
    whole: Course, tmp_path: Path, fall_at: int
) -> None:
    with pytest.raises(KeyboardInterrupt):
        prepare(tmp_path, TWO_STAGES).run(Watcher(fall_at))
    resumed = prepare(tmp_path, TWO_STAGES, resume=True)
    resumed.run(Watcher())
    assert without_time(resumed.history) == without_time(whole.history)
    expected = weights(whole)
    assert all(torch.equal(tensor, expected[name]) for name, tensor in weights(resumed).items())


def test_killed_between_the_state_and_the_pictures_nothing_is_missing(
    whole: Course, tmp_path: Path
) -> None:
    (tmp_path / "state.pt").write_bytes((whole.folder / "state.pt").read_bytes())
    resumed = prepare(tmp_path, TWO_STAGES, resume=True)
    assert resumed.run(Watcher()) == whole.history
    assert {"curves.png", "confusion.png", "history.json"} <= {p.name for p in tmp_path.iterdir()}


def test_a_folder_in_use_is_refused_without_resume(whole: Course) -> None:
    before = (whole.folder / "state.pt").read_bytes()
    with pytest.raises(TrainingError, match="already") as caught:
        prepare(whole.folder, TWO_STAGES)
    assert "--resume" in caught.value.next_step
    assert (whole.folder / "state.pt").read_bytes() == before


def test_another_configuration_is_refused_and_named(whole: Course) -> None:
    second = replace(TWO_STAGES.stages[1], learning_rate=0.5)
    changed = replace(TWO_STAGES, seed=7, stages=(TWO_STAGES.stages[0], second))
    with pytest.raises(TrainingError) as caught:
        prepare(whole.folder, changed, resume=True)
    assert "seed: 0 -> 7" in caught.value.what
    assert "stages.2 (second).learning_rate: 0.02 -> 0.5" in caught.value.what
    assert "first" not in caught.value.what


def test_other_faces_are_refused(whole: Course) -> None:
    trainer = Trainer.start(TWO_STAGES, TRAINING[:-1])
    with pytest.raises(TrainingError, match="training faces"):
        Course.prepare(whole.folder, trainer, VALIDATION, resume=True)


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.999])
def test_a_damaged_state_is_an_error_of_ours(whole: Course, tmp_path: Path, keep: float) -> None:
    data = (whole.folder / "state.pt").read_bytes()
    (tmp_path / "state.pt").write_bytes(data[: int(keep * len(data))])
    with pytest.raises(TrainingError, match="cannot be read"):
        prepare(tmp_path, TWO_STAGES, resume=True)


def test_a_state_never_runs_code(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "trapped"),)

    torch.save({"format": 1, "trap": Trap()}, tmp_path / "state.pt")
    with pytest.raises(TrainingError, match="cannot be read"):
        load_state(tmp_path)
    assert not (tmp_path / "trapped").exists()


def test_a_full_disk_keeps_the_old_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class DiskFills(Watcher):
        def __call__(self, progress: object) -> None:
            monkeypatch.setattr(os, "fsync", full)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(KeyboardInterrupt):
        prepare(tmp_path).run(Watcher(STEPS + 1))
    before = (tmp_path / "state.pt").read_bytes()
    resumed = prepare(tmp_path, resume=True)
    with pytest.raises(FolderError, match="No space left") as caught:
        resumed.run(DiskFills())
    assert "state.pt" in caught.value.where
    assert (tmp_path / "state.pt").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    monkeypatch.undo()
    assert len(prepare(tmp_path, resume=True).run(Watcher())) == 3


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_epoch(tmp_path: Path) -> None:
    class Poison(Watcher):
        def __call__(self, progress: object) -> None:
            super().__call__(progress)  # type: ignore[arg-type]
            if len(self.steps) == STEPS + 2:
                next(course.trainer.network.parameters()).data.fill_(float("nan"))

    course = prepare(tmp_path)
    with pytest.raises(TrainingError, match="loss is nan in stage plain, epoch 1, step 2"):
        course.run(Poison())
    state = load_state(tmp_path)
    assert state is not None
    assert len(state.history) == 1
    assert all(torch.isfinite(t).all() for t in state.parts["network"].values())


def test_faces_without_an_expression_are_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    trainer = Trainer.start(TINY, TRAINING[TRAINING.own != 3])
    with pytest.raises(DataError, match="labelled happy"):
        Course.prepare(tmp_path / "run", trainer, VALIDATION)
    assert not (tmp_path / "run").exists()


def test_an_early_stop_ends_the_stage(tmp_path: Path) -> None:
    still = replace(STAGE, epochs=9, learning_rate=0.0)
    config: TrainingConfig = replace(TINY, stages=(still,), patience=2, ema=0.0)
    history = prepare(tmp_path, config).run(Watcher())
    assert len(history) < 9
