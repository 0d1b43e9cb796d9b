"""Faces in pictures, named from left to right."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.cli import app
from fewshot_fer.cli.call import Call
from fewshot_fer.faces.values import Faces
from fewshot_fer.stills import name_faces
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.library import Library
from tests.students.recogniser import TinyRecogniser, face, mean_of


class BackwardsRecogniser(TinyRecogniser):
    """A detector gives the surest face first, wherever it is."""

    def find(self, image: Bytes) -> Faces:
        return super().find(image)[::-1]


@pytest.fixture
def roster(tmp_path: Path) -> Roster:
    return Roster(Library(tmp_path / "support_sets"), BackwardsRecogniser())


def picture(*expressions: str) -> Bytes:
    return np.hstack([face(mean_of(expression)) for expression in expressions])


def write(path: Path, image: Bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    return path


def test_faces_are_named_from_left_to_right(roster: Roster) -> None:
    named = name_faces(picture("happy", "sad", "fear"), roster)
    assert [face.expression for face in named] == ["happy", "sad", "fear"]
    assert [face.box for face in named] == [
        (32.0, 32.0, 160.0, 160.0),
        (224.0, 32.0, 352.0, 160.0),
        (416.0, 32.0, 544.0, 160.0),
    ]
    assert all(face.student is None for face in named)
    assert all(abs(sum(face.scores.values()) - 1) < 1e-3 for face in named)


def test_a_picture_without_a_face_has_none(roster: Roster) -> None:
    assert name_faces(np.zeros((192, 192, 3), np.uint8), roster) == []


def test_a_poor_face_is_unsure_with_the_reason(roster: Roster) -> None:
    dark = picture("happy") // 8
    dark[0] = 60  # the fake detector takes black for nobody
    (named,) = name_faces(dark, roster)
    assert named.quality < 0.5
    assert named.unsure


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, roster: Roster) -> None:
    monkeypatch.setattr(Call, "roster", roster)


@pytest.mark.usefixtures("command")
def test_the_command_prints_what_other_programs_rely_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "class.png", picture("happy", "sad"))
    assert app.run(["analyze", "--json", str(path)]) == 0
    (image,) = json.loads(capsys.readouterr().out)["images"]
    assert image["path"] == str(path)
    assert [set(face) for face in image["faces"]] == 2 * [
        {"box", "expression", "scores", "unsure", "unsure_code", "student", "quality"}
    ]
    assert image["faces"][0]["expression"] == "happy"
    assert image["faces"][0]["student"] is None


@pytest.mark.usefixtures("command")
def test_a_bad_picture_is_reported_and_the_others_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write(tmp_path / "good.png", picture("happy"))
    bad = tmp_path / "bad.png"
    bad.write_bytes(good.read_bytes()[:500])
    assert app.run(["analyze", "--json", str(tmp_path)]) == 1
    shown = capsys.readouterr()
    assert [image["path"] for image in json.loads(shown.out)["images"]] == [str(good)]
    assert "cut off" in shown.err
    assert str(bad) in shown.err


@pytest.mark.usefixtures("command")
@pytest.mark.parametrize("name", ["nowhere.png", "nowhere"])
def test_a_missing_picture_exits_with_1(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["analyze", str(tmp_path / name)]) == 1
    assert "no such file" in capsys.readouterr().err


@pytest.mark.usefixtures("command")
def test_the_table_says_who_shows_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("a.png"), picture("happy"))
    write(Path("b.png"), np.zeros((192, 192, 3), np.uint8))
    assert app.run(["analyze", "a.png", "b.png"]) == 0
    shown = capsys.readouterr().out
    assert "a.png#1" in shown
    assert "happy" in shown
    assert "no face" in shown


def test_an_unknown_student_exits_with_1(
    tmp_path: Path,
    roster: Roster,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Call, "roster", roster)
    assert app.run(["analyze", "--student", "nobody", str(tmp_path)]) == 1
    assert "nobody" in capsys.readouterr().err
