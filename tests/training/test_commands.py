"""`fewshot-fer data` and `fewshot-fer train` from the outside."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fewshot_fer.cli import app
from fewshot_fer.training import plots
from fewshot_fer.training.course import Course
from tests.fakes.spots import drawn_faces, write_npz

ROOT = Path(__file__).parents[2]
CONFIG = """
ema: 0.8
network: {widths: [8, 16, 16, 24], blocks: [1, 1, 1, 1], general: 16, detail: 16}
augment: {flip: false, erase: 0.0}
stages:
  - {name: pretrain, epochs: 2, batch: 32, learning_rate: 0.02, warmup_steps: 2}
  - {name: meta, epochs: 1, batch: 32, learning_rate: 0.01, losses: {instance: 0.2, views: 0.3}}
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    write_npz(folder / "training.npz", drawn_faces(20, seed=1))
    write_npz(folder / "publictest.npz", drawn_faces(4, seed=2))
    return folder


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw nothing while training, and do not wait for the disk; both are tested elsewhere."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    for name in ("curves", "confusion"):
        monkeypatch.setattr(plots, name, lambda *_: b"drawn")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(CONFIG)
    return path


def test_the_data_is_counted_and_drawn(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["data", "show", str(data), "--out", str(data / "shown"), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["n"] == 168
    assert {split["split"]: split["n"] for split in shown["splits"]} == {
        "Training": 140, "PublicTest": 28
    }  # fmt: skip
    drawn = sorted(path.name for path in (data / "shown").iterdir())
    assert drawn == [
        "balance.png", "disagreement-PublicTest.png", "disagreement-Training.png",
        "samples-PublicTest.png", "samples-Training.png",
    ]  # fmt: skip


def test_the_data_is_shown_in_a_terminal_and_problems_exit_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faces = drawn_faces(4)
    write_npz(tmp_path / "training.npz", faces[faces.own != 1])
    assert app.run(["data", "show", str(tmp_path)]) == 1
    shown = capsys.readouterr().out
    assert "24 faces" in shown
    assert "Training: no face is labelled disgust." in shown


def test_training_says_every_epoch_and_can_be_read_by_programs(
    data: Path,
    config: Path,
    tmp_path: Path,
    quick: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ["train", str(config), "--data", str(data), "--out", str(tmp_path / "run")]
    assert app.run([*asked, "--threads", "1", "--json"]) == 0
    shown = capsys.readouterr()
    result = json.loads(shown.out)
    assert [(e["stage"], e["epoch"]) for e in result["epochs"]] == [(0, 0), (0, 1), (1, 0)]
    assert "pretrain 2" in shown.err
    assert "meta 1" in shown.err

    assert app.run([*asked, "--json"]) == 1
    assert "--resume" in capsys.readouterr().err
    assert app.run([*asked, "--resume"]) == 0
    assert "meta 1" in capsys.readouterr().out
    config.write_text(CONFIG.replace("epochs: 2", "epochs: 4"))
    assert app.run([*asked, "--resume"]) == 1
    said = capsys.readouterr().err
    assert "stages.1 (pretrain).epochs: 2 -> 4" in said


def test_a_training_that_is_stopped_says_how_to_go_on(
    data: Path,
    config: Path,
    tmp_path: Path,
    quick: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def press_ctrl_c(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Course, "_validate", press_ctrl_c)
    asked = ["train", str(config), "--data", str(data), "--out", str(tmp_path / "run")]
    assert app.run(asked) == 130
    said = capsys.readouterr().err
    assert "140 faces to learn from, 28 to watch by, on " in said
    assert "--resume" in said


def test_the_training_set_may_come_from_the_settings(
    data: Path,
    config: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("FEWSHOT_FER_DATA", raising=False)
    assert app.run(["train", str(config), "--out", str(tmp_path / "run")]) == 1
    assert "no faces to read" in capsys.readouterr().err
    (data / "publictest.npz").unlink()
    monkeypatch.setenv("FEWSHOT_FER_DATA", str(data))
    assert app.run(["train", str(config), "--out", str(tmp_path / "run")]) == 1
    assert "PublicTest" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_killed_training_goes_on_to_the_same_figures(
    data: Path, config: Path, tmp_path: Path, quick: None
) -> None:
    """With SIGKILL in the middle of things, not with an exception at a chosen place."""

    def asked(run: str) -> list[str]:
        return ["train", str(config), "--threads", "1", "--data", str(data), "--out", run]

    killed, whole = tmp_path / "killed", tmp_path / "whole"
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, "-m", "fewshot_fer", *asked(str(killed))],
        stdout=quiet,
        stderr=quiet,
        cwd=ROOT,
    )
    while not (killed / "state.pt").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert app.run([*asked(str(killed)), "--resume"]) == 0
    assert app.run(asked(str(whole))) == 0
    assert figures(killed) == figures(whole)
    assert len(figures(whole)) == 3


def figures(run: Path) -> list[dict[str, object]]:
    records: list[dict[str, object]] = json.loads((run / "history.json").read_text())
    speed = ("seconds", "pictures_a_second")
    return [{key: value for key, value in r.items() if key not in speed} for r in records]


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        ("train a.yaml --out run", "train"),
        ("export run --out checkpoint --people faces", "train"),
        ("evaluate left-out run --people faces", "train"),
        ("serve", "web"),
    ],
)
def test_without_an_extra_it_says_what_to_install(
    command: str, extra: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert app.run(command.split()) == 1
    assert f"pip install 'fewshot-fer[{extra}]'" in capsys.readouterr().err
