"""The command `live`, on a video that is drawn for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fewshot_fer.cli import app


def test_a_video_is_watched_to_its_end(
    clip: Path, empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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
