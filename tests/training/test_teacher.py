"""A teacher, the bank of its labels, and a student who learns from them: tiny, end to end."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from fewshot_fer.errors import TrainingError
from fewshot_fer.training.asking import Teachers, open_teachers
from fewshot_fer.training.bank import LabelBank, fill_bank, open_bank
from fewshot_fer.training.config import LossConfig, TrainingConfig
from fewshot_fer.training.course import TEACHER, Course
from fewshot_fer.training.run import Trainer
from fewshot_fer.training.teacher import (
    Teacher,
    backbone_of,
    beginning,
    read_backbone,
    read_teacher,
    write_teacher,
)
from tests.training.runs import LAYERS, STAGE, TINY, TRAINING, VALIDATION, Watcher


def tiny_teacher(seed: int = 0) -> Teacher:
    torch.manual_seed(seed)
    return Teacher(LAYERS, width=12, side=32).eval()


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> LabelBank:
    folder = tmp_path_factory.mktemp("labels")
    write_teacher(folder / TEACHER, tiny_teacher())
    teachers, names = open_teachers([folder / TEACHER], "cpu")
    return fill_bank(folder / "bank", TRAINING, TINY.augment, teachers, names, views=2)


def test_a_teacher_is_read_back_and_says_the_same(tmp_path: Path) -> None:
    teacher = tiny_teacher()
    write_teacher(tmp_path / TEACHER, teacher)
    faces = torch.from_numpy(TRAINING.images[:3, None]).float()
    again = read_teacher(tmp_path / TEACHER)
    # The side is 112 for every teacher that is read; the layers and weights are the same.
    assert again.layers == tuple(LAYERS)
    for name, value in teacher.state_dict().items():
        assert torch.equal(again.state_dict()[name], value)
    assert again(faces).votes.shape == (3, 7)


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9])
def test_a_damaged_teacher_is_an_error_of_ours(tmp_path: Path, keep: float) -> None:
    write_teacher(tmp_path / TEACHER, tiny_teacher())
    data = (tmp_path / TEACHER).read_bytes()
    (tmp_path / TEACHER).write_bytes(data[: int(keep * len(data))])
    with pytest.raises(TrainingError, match="teacher cannot be read"):
        read_teacher(tmp_path / TEACHER)


def test_a_backbone_of_another_hash_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sface.onnx").write_bytes(b"something else")
    with pytest.raises(TrainingError, match="its hash is another"):
        read_backbone(tmp_path / "sface.onnx")


def test_a_backbone_s_layers_are_read_in_order_up_to_where_it_is_flattened() -> None:
    rng = np.random.default_rng(0)
    held = {
        "w": rng.normal(size=(4, 3, 3, 3)), "deep": rng.normal(size=(4, 1, 3, 3)),
        "scale": rng.uniform(0.5, 2, 4), "shift": rng.normal(size=4),
        "mean": rng.normal(size=4), "var": rng.uniform(0.5, 2, 4),
        "slope": rng.uniform(0, 1, (4, 1, 1)), "last": rng.normal(size=(8, 4)),
    }  # fmt: skip
    norm = ["scale", "shift", "mean", "var"]
    nodes = [
        helper.make_node("Conv", ["data", "w"], ["a"], strides=[2, 2], pads=[1] * 4),
        helper.make_node("BatchNormalization", ["a", *norm], ["b"], epsilon=1e-3),
        helper.make_node("PRelu", ["b", "slope"], ["c"]),
        helper.make_node("Conv", ["c", "deep"], ["d"], group=4, pads=[1] * 4),
        helper.make_node("Flatten", ["d"], ["e"]),
        helper.make_node("MatMul", ["e", "last"], ["f"]),
    ]
    graph = helper.make_graph(
        nodes, "tiny",
        [helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("f", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in held.items()],
    )  # fmt: skip
    backbone = backbone_of(onnx.helper.make_model(graph).SerializeToString())
    assert [list(layer) for layer in backbone.layers] == [
        ["conv", 3, 4, 3, 2, 1, 1], ["bn", 4, pytest.approx(1e-3)], ["prelu", 4],
        ["conv", 1, 4, 3, 1, 1, 4],
    ]  # fmt: skip
    teacher = beginning(backbone, side=16)
    state = teacher.state_dict()
    assert torch.equal(state["body.2.weight"], torch.from_numpy(held["slope"]).float().ravel())
    assert torch.equal(state["body.1.running_var"], torch.from_numpy(held["var"]).float())


def test_a_teacher_is_trained_as_anything_else_and_written(tmp_path: Path) -> None:
    config = replace(
        TINY, optimiser="adamw", stages=(replace(STAGE, epochs=2, learning_rate=0.01),)
    )
    trainer = Trainer.start(config, TRAINING, network=tiny_teacher())
    course = Course.prepare(tmp_path, trainer, VALIDATION)
    first, last = course.run(Watcher())
    assert last.losses["votes"] < first.losses["votes"]
    assert read_teacher(tmp_path / TEACHER).layers == tuple(LAYERS)


def test_a_bank_is_what_the_teachers_say_of_the_very_views(bank: LabelBank) -> None:
    from fewshot_fer.training.augment import render

    views, answers = bank.views(1), bank.answers(1)
    pictures = render(torch.from_numpy(TRAINING.images[:, None]).float(), views)
    said = Teachers([read_teacher(bank.folder.parent / TEACHER)])(pictures)
    assert np.allclose(answers.votes, said.votes, atol=0.02)
    assert np.allclose(answers.own.sum(1), 1, atol=0.01)
    assert answers.features.shape == (len(TRAINING), 96)
    assert np.linalg.matrix_rank(answers.features) <= 12


def test_a_bank_goes_on_where_it_stopped(bank: LabelBank, tmp_path: Path) -> None:
    asked: list[int] = []

    def counting(pictures: torch.Tensor) -> object:
        asked.append(len(pictures))
        return Teachers([tiny_teacher()])(pictures)

    first = fill_bank(tmp_path, TRAINING, TINY.augment, counting, ["t"], views=1)  # type: ignore[arg-type]
    before = (first.folder / "view-00.safetensors").read_bytes()
    asked.clear()
    more = fill_bank(tmp_path, TRAINING, TINY.augment, counting, ["t"], views=2)  # type: ignore[arg-type]
    assert sum(asked) == len(TRAINING)
    assert (more.folder / "view-00.safetensors").read_bytes() == before
    assert open_bank(tmp_path, TRAINING, TINY.augment).count == 2


def test_a_bank_of_other_faces_views_or_teachers_is_refused_naming_them(bank: LabelBank) -> None:
    with pytest.raises(TrainingError, match="made for other faces"):
        open_bank(bank.folder, TRAINING[1:], TINY.augment)
    with pytest.raises(TrainingError, match="made for other augment"):
        open_bank(bank.folder, TRAINING, replace(TINY.augment, light=0.9))
    teachers = Teachers([tiny_teacher(1)])
    with pytest.raises(TrainingError, match="made for other teachers"):
        fill_bank(bank.folder, TRAINING, TINY.augment, teachers, ["another"], views=2)


@pytest.mark.parametrize("part", ["bank.json", "view-01.safetensors"])
def test_a_damaged_bank_is_an_error_of_ours(bank: LabelBank, tmp_path: Path, part: str) -> None:
    for path in bank.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    data = (tmp_path / part).read_bytes()
    (tmp_path / part).write_bytes(data[: len(data) // 2])
    with pytest.raises(TrainingError, match="bank of labels cannot be read"):
        open_bank(tmp_path, TRAINING, TINY.augment).answers(1)


def distilled(**changes: float) -> TrainingConfig:
    losses = LossConfig(votes=1.0, own=0.5, teacher=0.7, features=1.0, **changes)
    return replace(TINY, stages=(replace(STAGE, epochs=3, mixup=0.2, losses=losses),))


def test_a_student_learns_from_the_bank(bank: LabelBank, tmp_path: Path) -> None:
    trainer = Trainer.start(distilled(instance=0.1), TRAINING, bank=bank)
    course = Course.prepare(tmp_path, trainer, VALIDATION)
    history = course.run(Watcher())
    assert history[-1].losses["features"] < history[0].losses["features"]
    state = json.loads((tmp_path / "history.json").read_text())
    assert state[0]["losses"].keys() >= {"votes", "own", "features", "instance"}


def test_another_bank_does_not_go_on_with_a_run(bank: LabelBank, tmp_path: Path) -> None:
    config = distilled()
    Course.prepare(tmp_path, Trainer.start(config, TRAINING, bank=bank), VALIDATION).run(Watcher())
    fewer = replace(bank, count=1)
    with pytest.raises(TrainingError, match="bank of labels"):
        Course.prepare(
            tmp_path, Trainer.start(config, TRAINING, bank=fewer), VALIDATION, resume=True
        )


def test_a_stage_that_needs_a_bank_says_so() -> None:
    trainer = Trainer.start(distilled(), TRAINING)
    with pytest.raises(TrainingError, match="no bank of labels is given") as caught:
        trainer.run_epoch(0, 0, Watcher())
    assert "--bank" in caught.value.next_step
