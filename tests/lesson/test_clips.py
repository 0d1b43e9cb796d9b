"""Videos and pictures that `analyze` reads: what comes out, as tables and as annotated copies."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.cli import app
from fewshot_fer.errors import ImageError, SourceError
from fewshot_fer.lesson.clips import (
    Clip,
    ClipFace,
    ClipFrame,
    find_material,
    seconds_by_expression,
    watch_clip,
)
from fewshot_fer.lesson.drawing import VideoFile, drawn, numbered, shows
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.lesson.sources import Captured
from fewshot_fer.prototypes import EVEN, BaseRates
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.stills import name_faces
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.library import Library
from tests.lesson.colours import FINE, Colours, Places, Pupils, picture
from tests.students.recogniser import TinyRecogniser, face, mean_of

# ---------------------------------------------------------------------- videos


def session() -> ClassSession:
    return ClassSession(Colours(), Pupils(), follower=Places(), assess=FINE)


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    """Two seconds of two squares, at ten pictures a second."""
    path = tmp_path / "squares.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (100, 50))
    for _ in range(20):
        writer.write(picture(["happy", "sad"]))
    writer.release()
    return path


def test_every_frame_is_read_with_its_faces(squares: Path) -> None:
    shown: list[float] = []
    clip = watch_clip(squares, session(), on_frame=lambda _, frame: shown.append(frame.time))
    assert (clip.width, clip.height, len(clip.frames), clip.broken) == (100, 50, 20, None)
    assert shown == [frame.time for frame in clip.frames]
    assert np.diff(shown) == pytest.approx(0.1, abs=0.01)
    for frame in clip.frames:
        assert [(one.track, one.expression) for one in frame.faces] == [(1, "happy"), (2, "sad")]


def test_only_one_frame_in_so_many_seconds_where_that_is_said(squares: Path) -> None:
    assert len(watch_clip(squares, session(), every=0.5).frames) == 4


def test_a_broken_tail_is_said(squares: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (Captured(picture(["happy"]), k / 10) for k in range(20))
    monkeypatch.setattr("fewshot_fer.lesson.clips.length_of", lambda _: 10.0)

    def pictures() -> Iterator[Captured]:
        yield from broken

    clip = watch_clip(squares, session(), pictures=pictures())  # type: ignore[arg-type]
    assert clip.broken == "It breaks off after 2 of 10 seconds."
    assert len(clip.frames) == 20


def test_a_video_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        watch_clip(tmp_path / "none.mp4", session())


def clip_face(track: int, expression: str, unsure: Reason | None = None) -> ClipFace:
    return ClipFace((10.0, 10.0, 40.0, 40.0), track, expression, {expression: 1.0}, unsure, None, 1)


def test_how_long_each_face_shows_what() -> None:
    happy, doubtful = clip_face(1, "happy"), clip_face(1, "sad", Reason(Code.DARK))
    frames = [(0.0, happy), (0.5, happy), (1.5, doubtful), (1.75, clip_face(2, "fear"))]
    clip = Clip(Path("a"), 9, 9, tuple(ClipFrame(time, (one,)) for time, one in frames))
    assert seconds_by_expression(clip) == {1: {"happy": 1.5, "": 0.25}, 2: {"fear": 0.25}}


def test_pictures_and_videos_are_found_in_folders_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b/x.MP4", "b/a.jpg", "b/notes.txt", "c.mov"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    odd = tmp_path / "odd.bin"
    found = list(find_material([odd, tmp_path]))
    assert [path.name for path in found] == ["odd.bin", "a.jpg", "x.MP4", "c.mov"]
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ImageError, match="no picture and no video"):
        list(find_material([empty]))


# ---------------------------------------------------------------------- whose face


@pytest.fixture
def roster(tmp_path: Path) -> Roster:
    return Roster(Library(tmp_path / "support_sets"), TinyRecogniser())


def group() -> Bytes:
    """Three faces; the tiny recogniser sees each in its own square of 192."""
    return np.hstack([face(mean_of(name)) for name in ("happy", "sad", "fear")])


@dataclass
class Alike:
    values: tuple[float, ...]

    def __call__(self, portraits: Bytes, /) -> Floats:
        return np.array(self.values, np.float32)


@pytest.mark.parametrize(
    ("alike", "theirs"),
    [(None, 0), ((0.1, 0.2, 0.7), 2), ((0.1, 0.2, 0.3), None)],
    ids=["the largest", "the most like them", "nobody"],
)
def test_a_student_has_one_face_of_a_group(
    roster: Roster, alike: tuple[float, ...] | None, theirs: int | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    asked: list[str | None] = []
    read = roster.read

    def remember(z: Floats, student_id: str | None = None, rates: BaseRates = EVEN) -> object:
        asked.append(student_id)
        return read(z, rates=rates)

    monkeypatch.setattr(roster, "read", remember)
    likeness = Alike(alike) if alike is not None else None
    faces = name_faces(group(), roster, "anna", likeness)
    assert [one.student for one in faces] == [
        "anna" if place == theirs else None for place in range(3)
    ]
    assert asked == [None, "anna"][: 1 + (theirs is not None)]
    assert [one.expression for one in faces] == ["happy", "sad", "fear"]


def test_the_one_face_of_a_picture_is_who_was_said(
    roster: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = roster.read
    monkeypatch.setattr(roster, "read", lambda z, student_id=None, rates=EVEN: read(z, rates=rates))
    (one,) = name_faces(face(mean_of("sad")), roster, "anna", Alike((0.0,)))
    assert one.student == "anna"


# ---------------------------------------------------------------------- copies


def test_a_copy_has_a_box_and_the_picture_is_as_it_was() -> None:
    image = np.zeros((60, 60, 3), np.uint8)
    copy = drawn(image, [clip_face(1, "happy")], {})
    assert not image.any()
    assert copy[25, 10].tolist() == [240, 180, 41]
    unsure = drawn(image, [clip_face(1, "happy", Reason(Code.DARK))], {})
    assert unsure[25, 10].tolist() == [138, 143, 152]


def test_an_unsure_face_has_a_question_mark() -> None:
    assert shows(clip_face(1, "happy")) == "happy"
    assert shows(clip_face(1, "happy", Reason(Code.DARK))) == "happy?"


def test_names_and_numbers_are_written_whatever_their_letters() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    face = replace(clip_face(1, "happy"), student="s")
    accented, plain = (drawn(image, [face], {"s": name}) for name in ("Zoë", "Zoe"))
    assert (accented != plain).any()
    first, second = numbered(image, [face, face]), numbered(image, [face])
    assert (first != second).any()
    assert not image.any()


def test_an_annotated_video_is_whole_or_not_there(tmp_path: Path) -> None:
    target = tmp_path / "out" / "a.png"
    with VideoFile(target, 10.0) as video:
        for grey in (50, 100, 150):
            video.add(np.full((48, 64, 3), grey, np.uint8))
        video.add(np.full((24, 32, 3), 200, np.uint8))
    capture = cv2.VideoCapture(str(tmp_path / "out" / "a.mp4"))
    assert (capture.get(cv2.CAP_PROP_FRAME_COUNT), capture.get(3)) == (4, 64)
    capture.release()

    def fail() -> None:
        with VideoFile(tmp_path / "out" / "b.png", 10.0) as video:
            video.add(np.zeros((48, 64, 3), np.uint8))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.mp4"]


# ---------------------------------------------------------------------- the command


def test_a_folder_of_pictures_and_videos(
    clip: Path, empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capture = cv2.VideoCapture(str(clip))
    cv2.imwrite("still.png", capture.read()[1])
    capture.release()
    Path("broken.mp4").write_bytes(b"no video")
    arguments = ["analyze", str(clip), "still.png", "broken.mp4", "--every", "0.5", "--json"]
    assert app.run([*arguments, "--to", "faces.csv", "--draw", "copies"]) == 1
    said = capsys.readouterr()
    assert "No picture can be read" in said.err
    found = json.loads(said.out)
    (image,), (video,) = found["images"], found["videos"]
    assert len(image["faces"]) == 2
    assert [frame["time"] for frame in video["frames"]][:3] == pytest.approx([0, 0.5, 1], abs=0.01)
    assert {*video["frames"][0]["faces"][0]} == {
        "box", "track", "expression", "scores", "unsure", "unsure_code", "student", "quality",
    }  # fmt: skip
    with Path("faces.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 + sum(len(frame["faces"]) for frame in video["frames"])
    assert (rows[0]["time"], rows[0]["path"]) == ("", "still.png")
    assert sorted(path.name for path in Path("copies").iterdir()) == [
        "class.read.mp4", "still.read.png",
    ]  # fmt: skip


def test_a_recorded_lesson_becomes_a_session_with_the_report_of_a_live_one(
    clip: Path, empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["analyze", str(clip), "--every", "0.5", "--record", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sessions"] == [1]
    assert app.run(["session", "show", "1", "--json"]) == 0
    session = json.loads(capsys.readouterr().out)["session"]
    assert (session["each"], session["ended"] is None) == (False, False)


def test_a_table_must_be_of_a_known_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["analyze", "x.png", "--to", "x.xlsx"]) == 2
    assert ".csv or .parquet" in capsys.readouterr().err
