"""The command `live`, on a video that is drawn for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fewshot_fer.cli import app
from fewshot_fer.cli.sources import whose
from fewshot_fer.records.summary import Summary, Summing


def test_a_video_is_watched_to_its_end(
    clip: Path, empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["live", "--source", str(clip), "--class", str(empty_folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["most_faces"] == 2
    assert found["frames"] >= 2
    assert sum(found["shares"].values()) in (0, pytest.approx(1))


def test_several_sources_make_one_class(
    clip: Path, empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["live", "--source", str(clip), "--source", str(clip), "--class", "7b", "--json"]
    assert app.run([*arguments, "--record"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert found["most_faces"] == 4
    assert found["session"] == 1
    assert said.err.count("is at its end") >= 1


def test_a_source_that_fails_is_said_and_the_other_is_watched_to_its_end(
    clip: Path, empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["live", "--source", "97", "--source", str(clip), "--class", "7b", "--json"]
    assert app.run(arguments) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["most_faces"] == 2
    assert said.err.count("camera 97: There is no such camera") == 1


def test_the_end_says_first_how_little_was_sure(
    clip: Path, empty_folder: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", "300")
    low = Summary(10.0, 100, 10.0, 2, 0.04, {"angry": 1.0})
    monkeypatch.setattr(Summing, "summary", lambda *_: low)
    assert app.run(["live", "--source", str(clip), "--class", "7b"]) == 0
    said = capsys.readouterr().out
    assert "Only 4 % of the looks were sure: nobody is enrolled yet." in said
    assert said.index("Only 4 %") < said.index("angry")


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ("anna=rtsp://host/a?b=c", ("anna", "rtsp://host/a?b=c")),
        ("Anna Maria=0", ("Anna Maria", "0")),
        ("rtsp://host/a?b=c", (None, "rtsp://host/a?b=c")),
        ("folder/a=b.mp4", (None, "folder/a=b.mp4")),
        ("0", (None, "0")),
        ("=0", (None, "=0")),
    ],
)
def test_a_source_may_be_one_students(source: str, meant: tuple[str | None, str]) -> None:
    assert whose(source) == meant


def test_a_file_may_have_a_name_with_an_equals_sign(empty_folder: Path) -> None:
    Path("a=b.mp4").touch()
    assert whose("a=b.mp4") == (None, "a=b.mp4")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--source", "none.mp4"], 1, "no such file"),
        (["--source", "97"], 1, "no such camera"),
        (["--source", "screen:1,2"], 1, "no part of the screen"),
        (["--source", "drawn:50"], 1, "1 to 49 students"),
        (["--seconds", "0"], 2, "--seconds"),
        (["--source", "zoe=0"], 1, "zoe"),
        (["--source", "0", "--source", "1", "--student", "zoe"], 2, "STUDENT=SOURCE"),
    ],
)
def test_what_cannot_be_watched_is_said(
    arguments: list[str], code: int, words: str, empty_folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert app.run(["live", *arguments]) == code
    said = capsys.readouterr()
    assert said.err.count(words) == 1
    assert said.out == ""
    assert list(empty_folder.iterdir()) == []
