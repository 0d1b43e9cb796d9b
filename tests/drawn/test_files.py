from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.files import (
    reference_picture,
    reference_pictures,
    to_jpeg,
    write_mjpeg,
)
from fewshot_fer.drawn.gallery import Gallery
from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.errors import FolderError
from fewshot_fer.images import decode_image


@pytest.fixture(scope="module")
def pictures(drawn_class: tuple[DrawnStudent, ...]) -> list[Bytes]:
    gallery = Gallery(
        drawn_class[:2], invent_lesson(2, 0, LessonPlan(seconds=4)), width=320, height=180
    )
    return [frame.image for frame in gallery.frames(0.5, fps=10)]


def opened(path: Path) -> list[Bytes]:
    video = cv2.VideoCapture(str(path))
    read: list[Bytes] = []
    while True:
        good, picture = video.read()
        if not good:
            return read
        read.append(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8))


def test_a_video_opens_and_shows_the_pictures(pictures: list[Bytes], tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.mjpeg"
    write_mjpeg(path, iter(pictures))
    read = opened(path)
    assert len(read) == len(pictures)
    for drawn, seen in zip(pictures, read, strict=True):
        assert np.abs(drawn.astype(int) - seen).mean() < 6
    assert [file.name for file in path.parent.iterdir()] == ["a.mjpeg"]


def test_a_video_that_fails_half_way_leaves_nothing(pictures: list[Bytes], tmp_path: Path) -> None:
    def failing() -> Iterator[Bytes]:
        yield pictures[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_mjpeg(tmp_path / "a.mjpeg", failing())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_an_error_of_ours(pictures: list[Bytes], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(FolderError):
        write_mjpeg(tmp_path / "taken" / "a.mjpeg", pictures)


def test_jpeg_bytes_decode_to_the_picture(pictures: list[Bytes]) -> None:
    decoded = decode_image(to_jpeg(pictures[0], quality=90))
    assert np.abs(decoded.astype(int) - pictures[0]).mean() < 4


def test_takes_of_a_reference_differ(drawn_class: tuple[DrawnStudent, ...]) -> None:
    found = list(reference_pictures(drawn_class[0], ("happy", "neutral"), takes=2))
    assert [name for name, _ in found] == ["happy", "happy", "neutral", "neutral"]
    images = [image for _, image in found]
    assert np.array_equal(images[0], reference_picture(drawn_class[0], "happy"))
    assert not np.array_equal(images[0], images[1])
    assert all(image.shape == (480, 640, 3) for image in images)


def test_a_reference_does_not_depend_on_what_else_is_asked_for(
    drawn_class: tuple[DrawnStudent, ...],
) -> None:
    many = dict(reference_pictures(drawn_class[1], ("sad", "bored", "happy")))
    assert np.array_equal(many["bored"], reference_picture(drawn_class[1], "bored"))
