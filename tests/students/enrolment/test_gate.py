from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.faces.align import TEMPLATE
from fewshot_fer.faces.quality import Quality
from fewshot_fer.faces.values import Faces
from fewshot_fer.students.enrolment.gate import Candidate, Gate, Picture, Refusal
from tests.students.recogniser import FINE, TinyRecogniser, good, shown

HAPPY = shown("happy", 1)
FIND = TinyRecogniser().find


def gate_with(**quality: float) -> Gate:
    return Gate(FIND, lambda _image, faces: [_like(quality)] * len(faces))


def _like(changes: dict[str, float]) -> Quality:
    return replace(FINE, **changes)  # type: ignore[arg-type]


def refusal(gate: Gate, image: Bytes | Path, face: int | None = None) -> str:
    seen = gate.look(Picture("happy", image, "a.jpg", face))
    assert isinstance(seen, Refusal)
    assert seen.error.next_step
    assert seen.source == "a.jpg"
    return seen.error.what


def test_a_good_face_passes_as_its_portrait() -> None:
    seen = Gate(FIND, good).look(Picture("happy", HAPPY, "a.jpg"))
    assert isinstance(seen, Candidate)
    np.testing.assert_array_equal(seen.portrait[30:160, 30:160], HAPPY[30:160, 30:160])
    assert seen.quality["size_px"] == 128


@pytest.mark.parametrize(
    ("quality", "said"),
    [
        ({"size_px": 20.0}, "too small (20 pixels; 48 are needed)"),
        ({"sharpness": 0.0}, "blurred"),
        ({"brightness": 3.0}, "too dark"),
        ({"brightness": 250.0}, "too bright"),
        ({"contrast": 1.0}, "light and shade"),
        ({"yaw": -50.0}, "turned away"),
        ({"pitch": 50.0}, "turned away"),
        ({"roll": 60.0}, "tilted"),
        ({"inside": 0.5}, "outside the picture"),
    ],
)
def test_a_poor_face_is_refused_in_plain_words(quality: dict[str, float], said: str) -> None:
    assert said in refusal(gate_with(**quality), HAPPY)


def test_no_face_and_two_faces_are_refused() -> None:
    gate = Gate(FIND, good)
    assert refusal(gate, np.zeros((192, 192, 3), np.uint8)) == "No face was found."
    assert refusal(gate, np.hstack([HAPPY, HAPPY])) == "There are 2 faces in this picture."


def test_the_chosen_face_is_counted_from_the_left() -> None:
    two = np.hstack([shown("sad", 1), HAPPY])

    def backwards(image: Bytes) -> Faces:
        return FIND(image)[np.array([1, 0])]

    gate = Gate(backwards, good)
    seen = gate.look(Picture("happy", two, face=1))
    assert isinstance(seen, Candidate)
    np.testing.assert_array_equal(seen.portrait[30:160, 30:160], HAPPY[30:160, 30:160])
    assert refusal(gate, two, face=2) == "There is no face number 3 in this picture."


def test_files_that_are_no_picture_are_refusals_too(tmp_path: Path) -> None:
    gate = Gate(FIND, good)
    (tmp_path / "a.jpg").write_bytes(b"hello")
    (tmp_path / "empty.jpg").write_bytes(b"")
    # A picture that says it is 20,000 x 20,000 pixels: 1.2 GB when decoded.
    large = cv2.imencode(".png", np.zeros((1, 1, 3), np.uint8))[1].tobytes()
    side = (20_000).to_bytes(4, "big")
    (tmp_path / "large.png").write_bytes(large[:16] + side * 2 + large[24:])
    assert "picture" in refusal(gate, tmp_path / "a.jpg")
    assert "empty" in refusal(gate, tmp_path / "empty.jpg")
    assert refusal(gate, tmp_path / "large.png")
    assert "no such file" in refusal(gate, tmp_path / "missing.jpg")


def test_a_photo_of_twelve_megapixels_is_made_smaller_before_it_is_looked_at() -> None:
    looked_at: list[tuple[int, ...]] = []

    def find(image: Bytes) -> Faces:
        looked_at.append(image.shape)
        return Faces.none()

    Gate(find, good).look(Picture("happy", np.zeros((3000, 4000, 3), np.uint8)))
    Gate(find, good).look(Picture("happy", np.zeros((1080, 1920, 3), np.uint8)))
    small = [(720, 960, 3), (540, 960, 3)]
    assert looked_at == [small[0], (1440, 1920, 3), small[1], (1080, 1920, 3)]


def photograph(image: Bytes, width: int, height: int) -> Bytes:
    """The image in the middle of a large grey one."""
    large = np.full((height, width, 3), 90, np.uint8)
    top, left = (height - len(image)) // 2, (width - image.shape[1]) // 2
    large[top : top + len(image), left : left + image.shape[1]] = image
    return large


def test_a_large_photograph_is_searched_small_and_its_portrait_cut_from_the_whole(
    tmp_path: Path,
) -> None:
    searched: list[int] = []

    def find(image: Bytes) -> Faces:
        """Sees one face, in the middle third."""
        searched.append(max(image.shape[:2]))
        height, width = image.shape[:2]
        box = np.array([[width / 3, height / 3, 2 * width / 3, 2 * height / 3]], np.float32)
        points = box[:, :2] + TEMPLATE / 192 * (box[:, 2:] - box[:, :2])
        return Faces(box, points[None].astype(np.float32), np.ones(1, np.float32))

    large = photograph(np.asarray(cv2.resize(HAPPY, (1000, 1000)), np.uint8), 3000, 3000)
    path = tmp_path / "photo.jpg"
    cv2.imwrite(str(path), cv2.cvtColor(large, cv2.COLOR_RGB2BGR))
    seen = Gate(find, good).look(Picture("happy", path))
    assert isinstance(seen, Candidate)
    assert searched == [960]
    inside = np.abs(seen.portrait[40:150, 40:150].astype(int) - HAPPY[40:150, 40:150])
    assert np.median(inside) <= 3
    Gate(find, good).look(Picture("happy", path, face=0))
    assert searched[1:] == [1920]


def test_a_small_face_in_a_large_photograph_is_looked_for_in_the_whole() -> None:
    searched: list[int] = []

    def find(image: Bytes) -> Faces:
        searched.append(max(image.shape[:2]))
        side = image.shape[1] * 0.05
        box = np.array([[100, 100, 100 + side, 100 + side]], np.float32)
        points = box[:, :2] + TEMPLATE / 192 * side
        return Faces(box, points[None].astype(np.float32), np.ones(1, np.float32))

    Gate(find, good).look(Picture("happy", photograph(HAPPY, 1900, 1000)))
    assert searched == [960, 1900]


def test_half_a_gigabyte_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(500_000_000)  # A hole: nothing is written.
    held = tracemalloc_peak(lambda: refusal(Gate(FIND, good), path))
    assert held < 1_000_000
    assert "too large: 500 MB" in refusal(Gate(FIND, good), path)


def tracemalloc_peak(act: Callable[[], object]) -> int:
    """The most memory in bytes that Python held at once."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
