"""A folder of people's pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import DataError, ImageError
from fewshot_fer.faces.values import Faces
from fewshot_fer.training.episodes import persons_of
from fewshot_fer.training.people import photograph_all, read_takes

POINTS = np.array([[0.3, 0.38], [0.69, 0.38], [0.48, 0.59], [0.34, 0.77], [0.65, 0.77]])


def write_people(folder: Path, lines: str) -> Path:
    for name in ("a", "b", "c"):
        picture = np.full((60, 80, 3), 40 * (ord(name) - 96), np.uint8)
        cv2.imwrite(str(folder / f"{name}.png"), picture)
    (folder / "index.csv").write_text(f"path,subject,emotion,session\n{lines}")
    return folder


THREE = "a.png,ann,happy,A\nb.png,bob,sad,\nc.png,ann,neutral,B\n"


def two_faces(image: Bytes) -> Faces:
    """A small face and, if the picture is bright enough, a large one."""
    boxes = np.array([[0, 0, 20, 20], [20, 0, 79, 59]], np.float32)
    landmarks = np.stack([b[:2] + POINTS * (b[2:] - b[:2]) for b in boxes]).astype(np.float32)
    both = Faces(boxes, landmarks, np.ones(2, np.float32))
    return both if image.mean() > 60 else Faces.none()


def test_the_index_is_read_line_by_line(tmp_path: Path) -> None:
    takes = read_takes(write_people(tmp_path, THREE))
    assert [(t.path.name, t.subject, t.expression, t.session) for t in takes] == [
        ("a.png", "ann", "happy", "A"),
        ("b.png", "bob", "sad", ""),
        ("c.png", "ann", "neutral", "B"),
    ]


def test_the_largest_face_is_taken_and_a_missing_one_is_marked(tmp_path: Path) -> None:
    folder = write_people(tmp_path, THREE)
    bright = np.zeros((60, 80, 3), np.uint8)
    bright[:, 20:] = 200
    cv2.imwrite(str(folder / "b.png"), bright)
    seen: list[tuple[int, int]] = []
    acted = photograph_all(read_takes(folder), two_faces, lambda *step: seen.append(step))
    assert acted.found.tolist() == [False, True, True]
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert acted.portraits.shape == (3, 192, 192, 3)
    assert acted.portraits[1, 80:112, 80:112].min() == 200
    assert not acted.portraits[0].any()


def test_only_faces_that_were_found_are_learnt_from(tmp_path: Path) -> None:
    somebodies = persons_of(photograph_all(read_takes(write_people(tmp_path, THREE)), two_faces))
    assert somebodies.images.shape == (2, 48, 48)
    assert somebodies.subjects.tolist() == [1, 0]
    assert somebodies.labels.tolist() == [4, 6]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("", "lists no picture"),
        ("a.png,ann,joy,A", "`joy` is none of the known"),
        ("a.png,ann,hapy,A", "Did you mean `happy`"),
        ("a.png,,happy,A", "no subject"),
        (",ann,happy,A", "no picture"),
        ("a.png", "no subject"),
    ],
)
def test_wrong_lines_are_refused(tmp_path: Path, lines: str, says: str) -> None:
    with pytest.raises(DataError, match=says):
        read_takes(write_people(tmp_path, lines))


def test_a_folder_without_index_or_with_other_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_takes(tmp_path)
    (tmp_path / "index.csv").write_text("path,who\n")
    with pytest.raises(DataError, match="subject, emotion, session is missing"):
        read_takes(tmp_path)


def test_a_picture_that_is_not_there_is_named(tmp_path: Path) -> None:
    takes = read_takes(write_people(tmp_path, "z.png,ann,happy,A"))
    with pytest.raises(ImageError) as caught:
        photograph_all(takes, two_faces)
    assert "z.png" in caught.value.where
