"""`read`: whatever may be a picture, and one sentence for whatever may not."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.Image
import pytest

import fewshot_fer as ff
from fewshot_fer.arrays import Bytes
from fewshot_fer.cli import app
from fewshot_fer.errors import FewshotFerError, ImageError, InstallError, LibraryError
from fewshot_fer.images import read_image
from fewshot_fer.python import reading
from fewshot_fer.recognizer import Recognizer
from tests.python.people import jpeg, picture

HAPPY = picture("happy")
BOTH = np.hstack([picture("happy"), picture("neutral", person=1)])


@pytest.fixture
def reads(recognizer: Recognizer, empty_folder: Path) -> Callable[..., Any]:
    """`read`, with networks that are open already."""
    return ff.Class(recognizer=recognizer).read


def png(image: Bytes) -> bytes:
    return cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1].tobytes()


WAYS: dict[str, Callable[[Path], Any]] = {
    "a path": lambda here: jpeg(here, "happy"),
    "a path as text": lambda here: str(jpeg(here, "happy")),
    "bytes of a file": lambda here: png(HAPPY),
    "a buffer": lambda here: bytearray(png(HAPPY)),
    "Pillow": lambda here: PIL.Image.fromarray(HAPPY),
    "Pillow with a palette": lambda here: PIL.Image.fromarray(HAPPY).quantize(256),
    "uint8": lambda here: HAPPY,
    "float32 of 0 to 1": lambda here: HAPPY.astype(np.float32) / 255,
    "float64 of 0 to 255": lambda here: HAPPY.astype(np.float64),
    "uint16": lambda here: HAPPY.astype(np.uint16) * 257,
    "int64": lambda here: HAPPY.astype(np.int64),
    "grey": lambda here: cv2.cvtColor(HAPPY, cv2.COLOR_RGB2GRAY),
    "grey with an axis": lambda here: cv2.cvtColor(HAPPY, cv2.COLOR_RGB2GRAY)[..., None],
    "RGBA": lambda here: np.dstack([HAPPY, np.full(HAPPY.shape[:2], 255, np.uint8)]),
    "a view with holes": lambda here: np.repeat(HAPPY, 2, axis=1)[:, ::2],
}


@pytest.mark.parametrize("way", WAYS)
def test_one_picture_however_it_is_given(
    way: str, reads: Callable[..., Any], tmp_path: Path
) -> None:
    result = reads(WAYS[way](tmp_path))
    assert isinstance(result, ff.Result)
    (face,) = result.faces
    assert (face.expression, face.student) == ("happy", None)
    assert face.scores["happy"] == max(face.scores.values())


def test_pillow_turns_a_photograph_as_a_path_does(
    reads: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "turned.jpg"
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.fromarray(np.rot90(HAPPY).copy()).save(path, exif=exif, quality=95)
    for given in (path, PIL.Image.open(path)):
        assert [face.expression for face in reads(given).faces] == ["happy"]


def test_several_come_in_their_order(reads: Callable[..., Any], tmp_path: Path) -> None:
    results = reads([jpeg(tmp_path, "happy"), picture("neutral"), np.zeros_like(HAPPY)])
    assert isinstance(results, ff.Results)
    assert [len(one.faces) for one in results] == [1, 1, 0]
    assert [one.path for one in results] == [str(tmp_path / "happy-0-0.jpg"), None, None]
    table = results.to_df()
    assert list(table["expression"]) == ["happy", "neutral"]
    assert set(table.columns) >= {"path", "x0", "unsure_code", "happy", "neutral"}
    assert results._repr_html_().count("<img") == 3
    assert repr(results).count("\n") == 4
    assert list(results[1:].to_df()["expression"]) == ["neutral"]


def test_a_document_is_what_the_command_prints(
    reads: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = jpeg(tmp_path, "happy")
    assert app.run(["analyze", "--json", str(path)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert json.loads(json.dumps(reads([path]).to_dict())) == printed
    assert json.loads(json.dumps(reads(path).to_dict())) == printed["images"][0]


def test_a_result_is_read_by_people(reads: Callable[..., Any], tmp_path: Path) -> None:
    result = reads(BOTH)
    first, *faces = repr(result).splitlines()
    assert first == "the picture: 2 faces"
    assert [line.split()[:2] for line in faces] == [["1", "happy"], ["2", "neutral"]]
    assert repr(reads(np.zeros_like(HAPPY))) == "the picture: no face"
    drawn = result.plot(tmp_path / "seen.png")
    assert drawn.shape == BOTH.shape
    assert not np.array_equal(drawn, BOTH)
    assert np.array_equal(read_image(tmp_path / "seen.png"), drawn)
    page = result._repr_html_()
    assert page.startswith('<img alt="the picture"')
    assert "1  happy" in page


def test_a_file_is_named_and_no_name_is_trusted(reads: Callable[..., Any], tmp_path: Path) -> None:
    path = jpeg(tmp_path, "happy").rename(tmp_path / "<b>&.jpg")
    assert repr(reads(path)).startswith(f"{path}: 1 face")
    assert "<b>" not in reads(path)._repr_html_()


def test_a_table_needs_pandas(reads: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(InstallError, match="pip install pandas"):
        reads(HAPPY).to_df()


def test_a_video_gives_its_frames_one_after_the_other(
    reads: Callable[..., Any], clip: Path
) -> None:
    frames: Generator[ff.Result] = reads(str(clip), every=0.5)
    first, second = next(frames), next(frames)
    frames.close()
    assert first.path == str(clip)
    assert first.time == pytest.approx(0, abs=0.2)
    assert second.time == pytest.approx(0.5, abs=0.2)
    assert len(second.faces) == 2
    assert second.plot().shape == (720, 1280, 3)
    assert set(second.to_dict()) == {"time", "faces"}
    both = ff.Results([first, second])
    assert list(both.to_df()["time"]) == [first.time] * 2 + [second.time] * 2
    (video,) = both.to_dict()["videos"]
    assert (video["path"], len(video["frames"])) == (str(clip), 2)
    assert list(second.to_df()["face"]) == list(first.to_df()["face"]), "tracks"


def broken(image: Any, value: float) -> Any:
    found = np.asarray(image, np.float32) / 255
    found[0, 0] = value
    return found


BAD: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a missing file": (lambda here: here / "none.jpg", "none.jpg: There is no such file"),
    "a missing video": (lambda here: here / "none.mp4", "none.mp4: There is no such file"),
    "text": (lambda here: "happy", "happy: There is no such file"),
    "long text": (lambda here: 999 * "happy ", "cannot be read"),
    "an address": (lambda here: "https://a.b/c.jpg", "https://a.b/c.jpg: This is an address"),
    "text with a zero": (lambda here: "ha\0ppy", "There is no such file"),
    "a folder": (lambda here: here, "This is a folder.*Give a list of its pictures"),
    "an empty list": (lambda here: [], "no picture in this list"),
    "a video among pictures": (lambda here: [HAPPY, "a.mp4"], "a.mp4: This is a video"),
    "a list of numbers": (lambda here: [1, 2], "picture 1: A picture cannot be a int"),
    "nothing": (lambda here: None, "cannot be a NoneType"),
    "a dictionary": (lambda here: {}, "cannot be a dict"),
    "empty bytes": (lambda here: b"", "The file is empty"),
    "bytes of text": (lambda here: b"happy", "not a picture that can be read"),
    "half a file": (lambda here: png(HAPPY)[:999], "cut off or damaged"),
    "not a number": (lambda here: broken(HAPPY, np.nan), "floats of 0 to 1 .* all of them finite"),
    "infinite": (lambda here: broken(HAPPY, np.inf), "floats of 0 to 1"),
    "below 0": (lambda here: broken(HAPPY, -1.0), "go from -1 to 0"),
    "above 255": (lambda here: HAPPY.astype(float) * 2, "The numbers of this image go from"),
    "two channels": (lambda here: HAPPY[..., :2], "of shape .* is not an image"),
    "seven channels": (lambda here: np.dstack([HAPPY] * 3)[..., :7], r"\[h,w,3\]"),
    "channels first": (lambda here: HAPPY.transpose(2, 0, 1), r"RGB \[h,w,3\]"),
    "a stack": (lambda here: HAPPY[None], "one image at a time"),
    "no pixels": (lambda here: HAPPY[:0], "no pixels"),
    "too small": (lambda here: HAPPY[:9, :9], "only 9 x 9 pixels"),
    "one of many": (lambda here: [HAPPY, HAPPY[:0]], "picture 2: The image has no pixels"),
    "words in an array": (lambda here: np.array([["a"]]), "is not an image"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_picture_is_refused_in_one_sentence(
    what: str, reads: Callable[..., Any], tmp_path: Path
) -> None:
    make, words = BAD[what]
    with pytest.raises(ImageError, match=words) as caught:
        reads(make(tmp_path))
    assert caught.value.next_step
    assert len(str(caught.value)) < 200 + len(caught.value.where)


def test_a_student_who_is_not_there(reads: Callable[..., Any]) -> None:
    with pytest.raises(LibraryError, match="no student 'Anna'"):
        reads(HAPPY, "Anna")


def test_the_line_of_the_readme(
    recognizer: Recognizer, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []

    def of(settings: object) -> Recognizer:
        opened.append(settings)
        return recognizer

    monkeypatch.setattr(Recognizer, "of", of)
    reading._open.cache_clear()
    for _ in range(2):
        assert ff.read(jpeg(empty_folder, "happy")).faces[0].expression == "happy"
    reading._open.cache_clear()
    assert len(opened) == 1, "networks are opened once"
    assert [path.suffix for path in empty_folder.iterdir()] == [".jpg"], "nothing is written"
    with pytest.raises(ff.FewshotFerError):
        ff.read(io.StringIO())  # type: ignore[call-overload]
    assert ff.FewshotFerError is FewshotFerError
