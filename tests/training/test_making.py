"""From data to a checkpoint that learns people: a tiny network, end to end."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fewshot_fer.embedding import Checkpoint, Embedder
from fewshot_fer.errors import CheckpointError, TrainingError
from fewshot_fer.evaluation.left_out import evaluate_left_out, variants
from fewshot_fer.evaluation.persons import People, evaluate_persons
from fewshot_fer.prototypes.stored import read_prior
from fewshot_fer.training.augment import AugmentConfig
from fewshot_fer.training.config import EpisodeConfig, LossConfig, StageConfig, TrainingConfig
from fewshot_fer.training.course import Course
from fewshot_fer.training.episodes import persons_of
from fewshot_fer.training.making import Made, Material, make_checkpoint, make_trials
from fewshot_fer.training.network import NetworkConfig
from fewshot_fer.training.run import Trainer
from fewshot_fer.training.saving import BEST, load_network, save_network
from tests.fakes.spots import drawn_faces, turned
from tests.training.runs import Watcher

CONFIG = TrainingConfig(
    (
        StageConfig("pretrain", epochs=1, batch=32, learning_rate=0.02, warmup_steps=2),
        StageConfig(
            "meta",
            epochs=1,
            batch=32,
            learning_rate=0.02,
            warmup_steps=2,
            losses=LossConfig(instance=0.3, persons=0.5),
            episodes=EpisodeConfig(way=(4, 7), shot=(1, 1), queries=1),
        ),
    ),
    seed=1,
    network=NetworkConfig((8, 12, 16, 24), (1, 1, 1, 1), 16, 16),
    augment=AugmentConfig(flip=False, rotate_degrees=5, scale=0.05, shift=0.03, erase=0.0),
    ema=0.9,
    folds=2,
)


CROWD = drawn_faces(12, seed=1)
SEEN = turned("seen", (1, 2, 3, 4, 5, 6), seed=2)
UNSEEN = turned("unseen", (0, 2, 4, 5), seed=3)
MATERIAL = Material(CROWD, SEEN)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("made")
    runs = []
    for fold in (0, 1):
        config = replace(CONFIG, fold=fold)
        people = persons_of(SEEN, config.folds, config.fold)
        course = Course.prepare(folder / f"run{fold}", Trainer.start(config, CROWD, people), CROWD)
        course.run(Watcher())
        runs.append(course.folder)
    return make_checkpoint(runs[0], folder / "expression", MATERIAL, runs)


def test_the_exported_network_is_the_trained_one(made: Made) -> None:
    assert made.parity.f32 > 0.9999
    assert made.parity.bf16 > 0.99


def test_people_who_were_never_seen_are_learnt_from_one_picture_each(made: Made) -> None:
    checkpoint = Checkpoint.read(made.folder)
    embedder = Embedder.of(checkpoint)
    prior = read_prior(checkpoint.arrays, checkpoint.card.names)
    people = People(
        prior.project(embedder(UNSEEN.portraits)),
        UNSEEN.found,
        tuple(take.subject for take in UNSEEN.takes),
        tuple(take.expression for take in UNSEEN.takes),
    )
    like_the_crowd, *others = evaluate_persons(people, prior.learn, 1).by_subject.values()
    assert min(like_the_crowd) > 0.8
    for enrolled, generic in others:
        assert enrolled > 0.8
        assert generic < 0.2


def test_what_was_chosen_foretells_no_worse_than_where_it_started(made: Made) -> None:
    assert made.chosen is not None
    printed = float(made.chosen.steps[0].removeprefix("start: "))
    assert made.chosen.cost <= printed + 5e-5  # It is printed with four digits.
    assert made.hash == Checkpoint.read(made.folder).hash


def test_people_left_out_are_judged_by_what_never_saw_them(made: Made) -> None:
    runs = [made.folder.parent / f"run{fold}" for fold in (0, 1)]
    assert made.chosen is not None
    trials = make_trials(runs, MATERIAL)
    everybody = {take.subject for take in SEEN.takes}
    held = [set(trial.held.subjects) for trial in trials]
    assert held[0] | held[1] == everybody
    assert not held[0] & held[1]
    for trial, people in zip(trials, held, strict=True):
        assert trial.acted is not None
        assert not people & set(trial.acted.subjects)
    figures = evaluate_left_out(trials, made.chosen.config, (0, 1))["seen"]
    assert figures["1"].n_subjects == len(everybody)
    assert figures["1"].accuracy > 0.8
    assert figures["0"].accuracy < 0.2
    assert figures["0"].gain == 0.0
    parts = variants(made.chosen.config)
    assert "detail" not in parts["no earlier layer (detail)"].blocks
    poorer = evaluate_left_out(trials, parts["offset only"], (1,))["seen"]["1"]
    assert poorer.accuracy < 0.2


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """New processes begin with the main script: one that other tests left is of no use to them."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


@pytest.mark.usefixtures("bare")
def test_another_process_says_the_same(made: Made) -> None:
    run = made.folder.parent / "run0"
    (here,), (there,) = (make_trials([run], MATERIAL, cluster=where) for where in (None, "1"))
    assert there.held.subjects == here.held.subjects
    assert there.everyday == here.everyday
    assert np.array_equal(there.held.features, here.held.features)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("where", [None, "1"])
def test_a_run_that_saw_everybody_cannot_be_judged_on_them(
    made: Made, tmp_path: Path, where: str | None
) -> None:
    network, config = load_network(made.folder.parent / "run0")
    save_network(tmp_path / BEST, network, replace(config, folds=0))
    with pytest.raises(TrainingError, match="learnt from all people") as caught:
        make_trials([tmp_path], MATERIAL, cluster=where)
    assert caught.value.where == str(tmp_path)


def test_a_checkpoint_that_was_altered_is_refused(made: Made, tmp_path: Path) -> None:
    for part in made.folder.iterdir():
        (tmp_path / part.name).write_bytes(part.read_bytes())
    card = tmp_path / "card.json"
    card.write_text(card.read_text().replace('"acted_people": 6', '"acted_people": 5'))
    with pytest.raises(CheckpointError, match="hash does not match"):
        Checkpoint.read(tmp_path)
