"""The command `live`, on a video that is drawn for it."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest

from fewshot_fer.cli import app
from fewshot_fer.errors import CheckpointError
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.simulation.demo import drawn_pictures


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of two drawn students: a busy machine may need one for the first look."""
    path = tmp_path_factory.mktemp("clip") / "class.avi"
    pictures = drawn_pictures(2, 0, 8.0)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 8, (1280, 720))
    for _ in range(32):
        writer.write(cv2.cvtColor(next(pictures).image, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def test_a_video_is_watched_to_its_end(
    clip: Path, empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        Recognizer.open()
    except CheckpointError:
        pytest.skip("there is no trained checkpoint")
    assert app.run(["live", "--source", str(clip), "--class", str(empty_folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["most_faces"] == 2
    assert found["frames"] >= 2
    assert sum(found["shares"].values()) in (0, pytest.approx(1))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--source", "none.mp4"], 1, "no such file"),
        (["--source", "97"], 1, "no such camera"),
        (["--source", "screen:1,2"], 1, "no part of the screen"),
        (["--source", "drawn:50"], 2, "1 to 49 students"),
        (["--seconds", "0"], 2, "--seconds"),
    ],
)
def test_what_cannot_be_watched_is_said(
    arguments: list[str], code: int, words: str, empty_folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert app.run(["live", *arguments]) == code
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""
    assert list(empty_folder.iterdir()) == []
