"""What was found, for other programs."""

from __future__ import annotations

import json
from pathlib import Path

from fewshot_fer.lesson.clips import Clip, ClipFace, ClipFrame
from fewshot_fer.lesson.found import Found, columns, document
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.stills import NamedFace

BOX = (10.0, 20.0, 60.0, 80.0)
STILL = NamedFace(BOX, "happy", {"happy": 0.9, "sad": 0.1}, None, "s001", 0.8)
MOVING = ClipFace(BOX, 7, "sad", {"happy": 0.2, "bored": 0.8}, Reason(Code.DARK), None, 0.5)
FOUND = Found(
    [(Path("a.jpg"), [STILL, STILL]), (Path("b.jpg"), [])],
    [Clip(Path("c.mp4"), 640, 480, (ClipFrame(0.5, (MOVING,)), ClipFrame(0.6, ())))],
)


def test_a_row_a_face_whatever_it_was_asked_about() -> None:
    table = columns(FOUND)
    assert table["path"] == ["a.jpg", "a.jpg", "c.mp4"]
    assert table["time"] == [None, None, 0.5]
    assert table["face"] == [1, 2, 7]
    assert table["bored"] == [None, None, 0.8]
    assert {len(column) for column in table.values()} == {3}


def test_the_document_holds_pictures_without_a_face_and_frames_without_one() -> None:
    read = json.loads(json.dumps(document(FOUND)))
    assert [len(one["faces"]) for one in read["images"]] == [2, 0]
    (video,) = read["videos"]
    assert (video["path"], video["width"], video["broken"]) == ("c.mp4", 640, None)
    assert [len(frame["faces"]) for frame in video["frames"]] == [1, 0]
    (face,) = video["frames"][0]["faces"]
    assert face["track"] == 7
    assert (face["unsure"], face["unsure_code"]) == ("The face is too dark.", "dark")
    assert read["images"][0]["faces"][0]["unsure_code"] is None


def test_without_a_video_nothing_is_said_of_videos() -> None:
    assert set(document(Found([(Path("a.jpg"), [STILL])]))) == {"images"}
    assert not Found()
