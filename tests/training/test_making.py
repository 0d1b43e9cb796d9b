"""From data to a checkpoint that learns people: a tiny network on drawn faces, end to end."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from fewshot_fer.drawn.files import reference_pictures
from fewshot_fer.drawn.roster import DrawnStudent, invent_class
from fewshot_fer.embedding import Checkpoint, Embedder
from fewshot_fer.embedding.embedder import squares_of
from fewshot_fer.errors import CheckpointError, TrainingError
from fewshot_fer.evaluation.left_out import evaluate_left_out, variants
from fewshot_fer.evaluation.persons import People, evaluate_persons
from fewshot_fer.expressions import BASIC
from fewshot_fer.faces.detector import Detector
from fewshot_fer.prototypes.stored import read_prior
from fewshot_fer.training.augment import AugmentConfig
from fewshot_fer.training.config import EpisodeConfig, LossConfig, StageConfig, TrainingConfig
from fewshot_fer.training.course import Course
from fewshot_fer.training.data import FERPLUS_COLUMNS, FaceSet
from fewshot_fer.training.episodes import persons_of
from fewshot_fer.training.making import Made, Material, make_checkpoint, make_trials
from fewshot_fer.training.network import NetworkConfig
from fewshot_fer.training.people import Acted, photograph_all, read_all_takes
from fewshot_fer.training.run import Trainer
from fewshot_fer.training.saving import BEST, load_network, save_network
from tests.training.runs import Watcher

CONFIG = TrainingConfig(
    (
        StageConfig("pretrain", epochs=20, batch=32, learning_rate=0.05, warmup_steps=5),
        StageConfig(
            "meta",
            epochs=4,
            batch=32,
            learning_rate=0.02,
            warmup_steps=2,
            losses=LossConfig(instance=0.3, persons=0.5),
            episodes=EpisodeConfig(way=(4, 7), shot=(1, 1), queries=1),
        ),
    ),
    seed=1,
    network=NetworkConfig((8, 12, 16, 24), (1, 1, 1, 1), 16, 16),
    augment=AugmentConfig(rotate_degrees=5, scale=0.05, shift=0.03, erase=0.0),
    ema=0.9,
    folds=2,
)


def draw_people(folder: Path, students: tuple[DrawnStudent, ...]) -> Path:
    """Two takes of every expression in two sessions' light, listed in an index."""
    folder.mkdir()
    with (folder / "index.csv").open("w", newline="") as file:
        index = csv.writer(file)
        index.writerow(["path", "subject", "emotion", "session"])
        for student in students:
            for session in (0, 1):
                for expression, picture in reference_pictures(student, session=session):
                    name = f"{student.id}-{expression}-{session}.png"
                    cv2.imwrite(str(folder / name), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
                    index.writerow([name, student.id, expression, session])
    return folder


def as_faces(acted: Acted) -> FaceSet:
    labels = np.array([BASIC.index(take.expression) for take in acted.takes])
    votes = np.zeros((len(labels), 10), np.int64)
    votes[np.arange(len(labels)), [FERPLUS_COLUMNS.index(BASIC[label]) for label in labels]] = 10
    return FaceSet(squares_of(acted.portraits), labels, votes)[acted.found]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Acted, Acted]:
    """People to learn from, and others whom the training never saw."""
    folder = tmp_path_factory.mktemp("drawn")
    students = invent_class(14, seed=5)
    detector = Detector.of()
    seen, unseen = (
        photograph_all(read_all_takes([draw_people(folder / name, part)]), detector.detect)
        for name, part in (("seen", students[:9]), ("unseen", students[9:]))
    )
    return seen, unseen


@pytest.fixture(scope="module")
def made(drawn: tuple[Acted, Acted], tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("made")
    faces = as_faces(drawn[0])
    runs = []
    for fold in (0, 1):
        config = replace(CONFIG, fold=fold)
        people = persons_of(drawn[0], config.folds, config.fold)
        course = Course.prepare(folder / f"run{fold}", Trainer.start(config, faces, people), faces)
        course.run(Watcher())
        runs.append(course.folder)
    material = Material(faces, drawn[0], None)
    return make_checkpoint(runs[0], folder / "expression", material, runs)


def test_the_exported_network_is_the_trained_one(made: Made) -> None:
    assert made.parity.f32 > 0.9999
    assert made.parity.bf16 > 0.99


def test_people_who_were_never_drawn_are_learnt_from_one_picture_each(
    made: Made, drawn: tuple[Acted, Acted]
) -> None:
    checkpoint = Checkpoint.read(made.folder)
    embedder = Embedder.of(checkpoint)
    prior = read_prior(checkpoint.arrays, checkpoint.card.names)
    unseen = drawn[1]
    people = People(
        prior.project(embedder(unseen.portraits)),
        unseen.found,
        tuple(take.subject for take in unseen.takes),
        tuple(take.expression for take in unseen.takes),
    )
    generic = evaluate_persons(people, prior.learn, 0)
    enrolled = evaluate_persons(people, prior.learn, 1)
    assert generic.accuracy > 2 / 7
    assert enrolled.accuracy > generic.accuracy


def test_what_was_chosen_foretells_better_than_where_it_started(made: Made) -> None:
    assert made.chosen is not None
    assert made.chosen.cost <= float(made.chosen.steps[0].removeprefix("start: "))
    assert made.hash == Checkpoint.read(made.folder).hash


def test_people_left_out_are_judged_by_what_never_saw_them(
    made: Made, drawn: tuple[Acted, Acted]
) -> None:
    runs = [made.folder.parent / f"run{fold}" for fold in (0, 1)]
    assert made.chosen is not None
    trials = make_trials(runs, Material(as_faces(drawn[0]), drawn[0], None))
    everybody = {take.subject for take in drawn[0].takes}
    held = [set(trial.held.subjects) for trial in trials]
    assert held[0] | held[1] == everybody
    assert not held[0] & held[1]
    for trial, people in zip(trials, held, strict=True):
        assert trial.acted is not None
        assert not people & set(trial.acted.subjects)
    figures = evaluate_left_out(trials, made.chosen.config, (0, 1))["seen"]
    assert figures["1"].n_subjects == len(everybody)
    assert figures["1"].accuracy > figures["0"].accuracy
    assert figures["0"].gain == 0.0
    parts = variants(made.chosen.config)
    assert "geometry" not in parts["no earlier layer (detail)"].blocks
    poorer = evaluate_left_out(trials, parts["offset only"], (1,))["seen"]["1"]
    assert poorer.accuracy < figures["1"].accuracy


def test_a_run_that_saw_everybody_cannot_be_judged_on_them(
    made: Made, drawn: tuple[Acted, Acted], tmp_path: Path
) -> None:
    network, config = load_network(made.folder.parent / "run0")
    save_network(tmp_path / BEST, network, replace(config, folds=0))
    with pytest.raises(TrainingError, match="learnt from all people"):
        make_trials([tmp_path], Material(as_faces(drawn[0]), drawn[0], None))


def test_a_checkpoint_that_was_altered_is_refused(made: Made, tmp_path: Path) -> None:
    for part in made.folder.iterdir():
        (tmp_path / part.name).write_bytes(part.read_bytes())
    card = tmp_path / "card.json"
    card.write_text(card.read_text().replace('"acted_people": 9', '"acted_people": 8'))
    with pytest.raises(CheckpointError, match="hash does not match"):
        Checkpoint.read(tmp_path)
