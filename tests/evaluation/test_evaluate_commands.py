"""`fewshot-fer evaluate` from the outside, with a recogniser that can be followed by hand."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.cli import app
from fewshot_fer.expressions import BASIC
from fewshot_fer.faces.values import Faces
from fewshot_fer.prototypes import EVEN
from fewshot_fer.recognizer import Recognizer
from tests.evaluation.readers import Nearest, NearestMean
from tests.fakes.spots import drawn_faces, write_npz

REPOSITORY = Path(__file__).parents[2]
SPOTS = [(int(24 + 14 * np.sin(a)), int(24 + 14 * np.cos(a))) for a in 2 * np.pi * np.arange(7) / 7]
POINTS = np.array([[0.3, 0.38], [0.69, 0.38], [0.48, 0.59], [0.34, 0.77], [0.65, 0.77]])


def spots(squares: Bytes) -> Floats:
    """How bright each expression's spot is, [n, 7]."""
    bright = np.stack([squares[:, y, x] for y, x in SPOTS], axis=1)
    return bright.astype(np.float32) / np.float32(25)


@dataclass
class SeesSpots:
    """Both heads say the truth; its vectors are the spots."""

    blocks: Mapping[str, slice]
    card: SimpleNamespace

    def embed_squares(self, squares: Bytes) -> Floats:
        return np.concatenate([spots(squares)] * 3, axis=1)


class SpotPrior(NearestMean):
    names = BASIC
    everyday = EVEN

    def learn(self, vectors: Floats, labels: list[str]) -> Nearest:
        return self(vectors, labels)

    def project(self, features: Floats) -> Floats:
        return features[:, :7]


class SpotRecogniser:
    """Finds one face as large as the picture, unless that is dark."""

    def __init__(self) -> None:
        blocks = {"general": slice(0, 7), "votes": slice(7, 14), "own": slice(14, 21)}
        card = SimpleNamespace(log_share_votes=[0.0] * 7, log_share_own=[0.0] * 7)
        self.embedder, self.prior = SeesSpots(blocks, card), SpotPrior()
        self.generic = Nearest(10 * np.eye(7, dtype=np.float32))

    def find(self, image: Bytes) -> Faces:
        if image.max() < 100:
            return Faces.none()
        landmarks = (POINTS * 48).astype(np.float32)[None]
        return Faces(np.array([[0, 0, 48, 48]], np.float32), landmarks, np.ones(1, np.float32))

    def vectors_of(self, portraits: Bytes) -> Floats:
        inner = [
            cv2.resize(p[32:160, 32:160, 0], (48, 48), interpolation=cv2.INTER_AREA)
            for p in portraits
        ]
        return spots(np.stack(inner))


@pytest.fixture(autouse=True)
def recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recognizer, "open", lambda *_, **__: SpotRecogniser())


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Two people, three takes of each expression; of one take no face can be found."""
    faces = drawn_faces(6, seed=4)
    lines = [["path", "subject", "emotion", "session"]]
    for row, (image, label) in enumerate(zip(faces.images, faces.own, strict=True)):
        dark = image // 5 if row == 0 else image
        cv2.imwrite(str(tmp_path / f"{row}.png"), dark)
        lines.append([f"{row}.png", "ann" if row < 21 else "bob", BASIC[label], ""])
    with (tmp_path / "index.csv").open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    return tmp_path


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert app.run(["evaluate", *arguments, "--json"]) == 0
    shown: dict[str, Any] = json.loads(capsys.readouterr().out)
    return shown


def test_fer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_npz(tmp_path / "publictest.npz", drawn_faces(6))
    shown = answer(capsys, "fer", str(tmp_path), "--split", "PublicTest", "--plots", str(tmp_path))
    assert list(shown) == [
        "n", "n_ferplus", "accuracy_ferplus", "accuracy_fer2013", "accuracy_prototypes",
        "accuracy_everyday", "shown_everyday", "right_of_shown", "macro_f1", "per_class", "ece",
        "confusion",
    ]  # fmt: skip
    assert shown["n"] == shown["n_ferplus"] == 42
    assert shown["accuracy_ferplus"] == shown["accuracy_fer2013"] == 1.0
    assert shown["accuracy_prototypes"] == shown["macro_f1"] == 1.0
    assert shown["confusion"] == (6 * np.eye(7, dtype=int)).tolist()
    assert {path.name for path in tmp_path.glob("*.png")} == {"confusion.png", "reliability.png"}
    assert app.run(["evaluate", "fer", str(tmp_path)]) == 0
    assert "disgust" in capsys.readouterr().out


def test_persons(people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plots = tmp_path / "plots"
    shown = answer(capsys, "persons", str(people), "--shots", "0,1", "--plots", str(plots))
    assert list(shown) == ["0", "1"]
    assert shown["0"]["n_queries"] == 42
    assert shown["1"]["n_queries"] == 2 * 10 * 14
    assert shown["1"]["n_subjects"] == 2
    assert list(shown["1"])[:5] == [
        "accuracy",
        "ci95",
        "n_queries",
        "n_subjects",
        "subjects_harmed",
    ]
    without, with_ = (shown[k]["accuracy"] for k in "01")
    assert without < 1 / 7 + 0.01
    assert 0.9 < with_ < 1.0
    assert {path.name for path in plots.iterdir()} == {
        "accuracy.png", "reliability.png", "confusion-0.png", "confusion-1.png", "gain-1.png"
    }  # fmt: skip


def test_the_people_s_table_says_how_many_faces_were_found(
    people: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["evaluate", "persons", str(people), "--shots", "1", "--only", "neutral"]) == 0
    assert "41 of 42 faces found" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [("--shots", "one"), ("--shots", "-1"), ("--only", "smile")])
def test_wrong_usage_of_persons(
    people: Path, wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["evaluate", "persons", str(people), *wrong]) == 2
    assert capsys.readouterr().out == ""


def test_more_references_than_anybody_has(people: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["evaluate", "persons", str(people), "--shots", "3"]) == 1
    assert "more than 3 images" in capsys.readouterr().err


def test_episodes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_npz(tmp_path / "publictest.npz", drawn_faces(6))
    options = ("--way", "3", "--queries", "2", "--episodes", "20")
    shown = answer(capsys, "episodes", str(tmp_path), *options)
    assert shown["accuracy"] == 1.0
    assert shown["episodes"] == 20
    assert app.run(["evaluate", "episodes", str(tmp_path), "--way", "3", "--shot", "6"]) == 1
    assert "Lower --way, --shot or --queries" in capsys.readouterr().err


def test_measuring_needs_no_torch_and_drawing_is_loaded_when_it_is_asked_for() -> None:
    script = """
import sys
import fewshot_fer.evaluation.episodes, fewshot_fer.evaluation.fer, fewshot_fer.evaluation.plots
import fewshot_fer.training.people, fewshot_fer.training.readers
assert not {"torch", "matplotlib"} & sys.modules.keys()
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, check=False)
    assert done.returncode == 0
