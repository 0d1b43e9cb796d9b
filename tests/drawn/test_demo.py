from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fewshot_fer.cli import app
from fewshot_fer.drawn.cohort import NameTags
from fewshot_fer.drawn.demo import Demo, DemoPlan, Outcome, Scene, drawn_pictures
from fewshot_fer.drawn.gallery import Frame, StudentTruth
from fewshot_fer.faces.values import Faces
from fewshot_fer.recognizer import Recognizer

KEYS = {
    "students", "seconds", "seeds", "detection_recall", "accuracy_before", "accuracy_after", "fps",
}  # fmt: skip


@pytest.fixture(scope="module")
def small(
    recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Outcome, list[Scene]]:
    """Four students for three seconds."""
    scenes: list[Scene] = []
    folder = tmp_path_factory.mktemp("library")
    plan = DemoPlan(4, 3.0, seed=2, looks_a_second=5)
    return Demo(plan, recognizer, folder, scenes.append).run(), scenes


def test_references_make_a_drawn_class_readable_in_another_light(
    small: tuple[Outcome, list[Scene]],
) -> None:
    outcome, _ = small
    assert outcome.after.recall >= 0.95
    assert outcome.after.accuracy > outcome.before.accuracy
    assert outcome.after.accuracy >= 0.75
    assert outcome.after.misnamed == 0


def test_whoever_watches_sees_every_look_and_every_enrolment(
    small: tuple[Outcome, list[Scene]],
) -> None:
    outcome, scenes = small
    stages = [scene.stage for scene in scenes]
    assert list(dict.fromkeys(stages)) == ["before", "enrol", "rest", "after"]
    assert stages.count("before") == stages.count("after") == 15
    assert stages.count("enrol") == 4
    assert outcome.looks == sum(scene.view is not None for scene in scenes)
    named = {face.name for scene in scenes if scene.view for face in scene.view.seen}
    assert len(named - {None}) == 4


@pytest.mark.usefixtures("recognizer")
def test_the_command_prints_one_json_object_and_leaves_nothing_behind(
    capsys: pytest.CaptureFixture[str], empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(empty_folder))
    assert app.run(["demo", "--students", "1", "--seconds", "1", "--seed", "3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found.keys() >= KEYS
    assert found["seeds"] == [3]
    assert all(0 <= found[key] <= 1 for key in KEYS if "acc" in key or "recall" in key)
    assert list(empty_folder.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["--students", "0"], ["--students", "50"], ["--seconds", "0"], ["--seed", "-1"]]
)
def test_a_class_that_cannot_be_drawn_is_wrong_usage(arguments: list[str]) -> None:
    assert app.run(["demo", *arguments]) == 2


def test_name_tags_name_by_the_tile_a_face_is_in() -> None:
    tags = NameTags({"Ada": "a", "Bo": "b"})
    faces = Faces(
        np.array([[110, 10, 150, 50], [10, 10, 50, 50], [300, 10, 340, 50]], np.float32),
        np.zeros((3, 5, 2), np.float32), np.ones(3, np.float32),
    )  # fmt: skip
    image = np.zeros((4, 4, 3), np.uint8)
    assert tags.name(image, faces, [1, 2, 3], 0.0) == {}
    tags.read(Frame(0.0, image, (tile("Ada", 0), tile("Bo", 100), tile("Cem", 290))))
    assert tags.name(image, faces, [1, 2, 3], 0.0) == {1: "b", 2: "a"}


def tile(name: str, left: int) -> StudentTruth:
    return StudentTruth(
        name.lower(), name, (left, 0, left + 90, 60), True, "happy", True, True, None, None
    )


def test_a_drawn_class_is_a_source_whose_times_grow() -> None:
    pictures = drawn_pictures(2, 0, 4.0)
    times = [next(pictures).time for _ in range(3)]
    assert times == [0.0, 0.25, 0.5]
