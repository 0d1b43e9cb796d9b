"""Every way in which a file of FER-2013 can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from fewshot_fer.arrays import Ints
from fewshot_fer.errors import DataError, ImageError
from fewshot_fer.training.data import (
    FaceSet,
)
from fewshot_fer.training.readers import read_faces
from tests.fakes.spots import (
    as_text,
    drawn_faces,
    write_csv,
    write_ferplus,
    write_lines,
    write_npz,
)

FACES = drawn_faces(10)
USAGES = ["Training"] * 40 + ["PublicTest"] * 20 + ["PrivateTest"] * 10


def header(*names: str) -> list[list[str]]:
    return [list(names), *([["0"] * len(names)] * 2)]


class Wrong(NamedTuple):
    """A way to spoil a csv, and what the error must say."""

    spoil: Callable[[Path], object]
    says: str


def with_pixels(change: Callable[[str], str]) -> Callable[[Path], object]:
    return lambda path: write_csv(path, FACES, USAGES, lambda image: change(as_text(image)))


def with_labels(own: Ints) -> Callable[[Path], object]:
    return lambda path: write_csv(path, FaceSet(FACES.images, own, FACES.votes), USAGES)


WRONG_FILES = {
    "nothing in it": Wrong(lambda path: path.write_text(""), "emotion, pixels, Usage"),
    "only a header": Wrong(
        lambda path: path.write_text("emotion,pixels,Usage\n"), "holds no faces"
    ),
    "a column missing": Wrong(
        lambda path: write_lines(path, header("emotion", "pixels")), "column Usage is missing"
    ),
    "other columns": Wrong(
        lambda path: write_lines(path, header("a", "b", "c")), "there are: a, b, c"
    ),
    "a line cut off": Wrong(
        lambda path: path.write_text("emotion,pixels,Usage\n0,1 2"), "2 columns; the first has 3"
    ),
    "a pixel too few": Wrong(with_pixels(lambda text: text[text.index(" ") + 1 :]), "2303 pixels"),
    "a pixel too many": Wrong(with_pixels(lambda text: text + " 0"), "2305 pixels"),
    "a pixel of 256": Wrong(with_pixels(lambda text: "256" + text[text.index(" ") :]), "0 to 255"),
    "a word for a pixel": Wrong(
        with_pixels(lambda text: "x" + text[text.index(" ") :]), "0 to 255"
    ),
    "a label of 7": Wrong(with_labels(FACES.own + 1), "`7` is outside 0 to 6"),
    "a label below 0": Wrong(with_labels(FACES.own - 1), "`-1` is outside 0 to 6"),
    "no text": Wrong(lambda path: path.write_bytes(b"\xff\xfe\x00\x81"), "cannot be read"),
}


@pytest.mark.parametrize("wrong", WRONG_FILES.values(), ids=WRONG_FILES)
def test_a_wrong_csv_is_refused_with_its_line(tmp_path: Path, wrong: Wrong) -> None:
    path = tmp_path / "fer2013.csv"
    wrong.spoil(path)
    with pytest.raises(DataError, match=wrong.says) as caught:
        read_faces([path])
    assert str(path) in caught.value.where


def test_votes_joined_to_other_faces_are_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "fer2013.csv", FACES, USAGES)
    write_ferplus(tmp_path / "fer2013new.csv", np.roll(FACES.votes, 1, axis=0), USAGES)
    with pytest.raises(DataError, match="agree on 0% of 40 faces") as caught:
        read_faces([path])
    assert "by row" in caught.value.next_step


def test_votes_without_image_names_are_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "fer2013.csv", FACES, USAGES)
    write_lines(tmp_path / "fer2013new.csv", header("Usage", "neutral", "happiness"))
    with pytest.raises(DataError, match="Image name"):
        read_faces([path])


@pytest.mark.parametrize(
    ("rows", "names", "says"),
    [
        (69, [f"fer{row + 9:07d}.png" for row in range(69)], "do not belong"),
        (69, ["fer0000000.png"] * 69, "do not belong"),
        (69, [""] * 69, "do not belong"),
        (70, ["face.png"] * 70, "no image name"),
    ],
    ids=["names beyond the last face", "one name for all", "no names", "other names"],
)
def test_image_names_that_fit_no_face_are_refused(
    tmp_path: Path, rows: int, names: list[str], says: str
) -> None:
    path = write_csv(tmp_path / "fer2013.csv", FACES, USAGES)
    write_ferplus(tmp_path / "fer2013new.csv", FACES.votes[:rows], USAGES[:rows], names)
    with pytest.raises(DataError, match=says):
        read_faces([path])


def archive(**changes: object) -> dict[str, object]:
    whole = {"images": FACES.images, "emotion": FACES.own, "votes": FACES.votes}
    return {key: value for key, value in {**whole, **changes}.items() if value is not None}


WRONG_ARCHIVES: dict[str, tuple[dict[str, object], str]] = {
    "no votes": (archive(votes=None), "`votes` is missing"),
    "no images": (archive(images=None), "`images` is missing"),
    "other size": (archive(images=FACES.images[:, :40]), r"\[n, 48, 48\]"),
    "floats": (archive(images=FACES.images / 255), "uint8"),
    "fewer labels": (archive(emotion=FACES.own[:-1]), "70 faces have labels"),
    "seven votes": (archive(votes=FACES.votes[:, :7]), "70 faces have labels"),
    "label of 7": (archive(emotion=FACES.own + 1), "Label 7"),
    "negative vote": (archive(votes=FACES.votes - 1), "Vote -1"),
    "labels of text": (archive(emotion=np.array(["angry"] * 70)), "whole numbers"),
    "votes of other faces": (archive(votes=np.roll(FACES.votes, 1, axis=0)), "agree on 0%"),
    "pickled": (archive(images=np.array([None, "x"], dtype=object)), "damaged"),
    "no mosaic": (
        {"training_jpeg": np.zeros(9, np.uint8), "training_emotion": FACES.own,
         "training_votes": FACES.votes},
        "no mosaic of 70 faces",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("arrays", "says"), WRONG_ARCHIVES.values(), ids=WRONG_ARCHIVES)
def test_a_wrong_archive_is_refused(tmp_path: Path, arrays: dict[str, object], says: str) -> None:
    path = tmp_path / "fer.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=says) as caught:
        read_faces([path])
    assert caught.value.where == str(path)


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
def test_a_damaged_archive_is_refused(tmp_path: Path, keep: float) -> None:
    path = write_npz(tmp_path / "fer.npz", FACES)
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data))])
    with pytest.raises(DataError):
        read_faces([path])


def test_wrong_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="neither"):
        read_faces([tmp_path])
    (tmp_path / "train" / "angry").mkdir(parents=True)
    with pytest.raises(DataError, match="no pictures"):
        read_faces([tmp_path])
    (tmp_path / "train" / "contempt").mkdir()
    with pytest.raises(DataError, match="`contempt` is none of the seven"):
        read_faces([tmp_path])
    (tmp_path / "train" / "contempt").rmdir()
    (tmp_path / "train" / "angry" / "a.png").write_bytes(b"no picture")
    with pytest.raises(ImageError):
        read_faces([tmp_path])


def test_a_missing_or_unknown_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "faces.txt").write_text("")
    with pytest.raises(DataError, match="no such file"):
        read_faces([tmp_path / "none.csv"])
    with pytest.raises(DataError, match="no form of FER-2013"):
        read_faces([tmp_path / "faces.txt"])
    with pytest.raises(DataError, match="no faces to read"):
        read_faces([])
