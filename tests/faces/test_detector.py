"""The cascade on drawn faces and on everything that is no face."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from fewshot_fer.arrays import Floats
from fewshot_fer.drawn.gallery import Frame, Gallery
from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.faces.boxes import overlaps
from fewshot_fer.faces.detector import Detector
from fewshot_fer.faces.values import Faces


def _truth(frame: Frame) -> tuple[Floats, Floats]:
    boxes = [student.box for student in frame.visible if student.box is not None]
    points = [student.landmarks for student in frame.visible if student.landmarks is not None]
    return np.stack(boxes), np.stack(points)


def _twins(one: Faces, other: Faces) -> None:
    """Assert that both hold the same faces."""
    assert len(one) == len(other)
    over = overlaps(one.boxes, other.boxes)
    assert over.max(axis=1, initial=1).min(initial=1) > 0.9
    assert len(set(over.argmax(axis=1).tolist())) == len(one)


def test_every_drawn_face_is_found_once(detector: Detector, frame: Frame) -> None:
    """None missed, none added, the points on the features."""
    faces = detector.detect(frame.image)
    boxes, points = _truth(frame)
    over = overlaps(boxes, faces.boxes)
    twin = over.argmax(axis=1)
    assert len(faces) == len(boxes) == len(set(twin.tolist()))
    assert over.max(axis=1).min() > 0.4
    width = (boxes[:, 2] - boxes[:, 0])[:, None, None]
    assert (np.abs(faces.landmarks[twin] - points) / width).max() < 0.25
    assert (np.diff(faces.probabilities) <= 0).all()


def test_half_precision_finds_the_same_faces(
    detector: Detector, quick_detector: Detector, frame: Frame
) -> None:
    """bf16 moves boxes a little, and loses nothing."""
    one, other = detector.detect(frame.image), quick_detector.detect(frame.image)
    assert len(one) == len(other)
    assert overlaps(one.boxes, other.boxes).max(axis=1).min() > 0.75


NOISE = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("one pixel", np.zeros((1, 1, 3), np.uint8)),
        ("16x16", NOISE[:16, :16]),
        ("smaller than a face", NOISE[:19, :19]),
        ("a strip", np.zeros((3, 4000, 3), np.uint8)),
        ("a narrow band", NOISE[:21].repeat(8, axis=1)),
        ("black", np.zeros((480, 640, 3), np.uint8)),
        ("white", np.full((480, 640, 3), 255, np.uint8)),
        ("noise", NOISE),
        ("grey", NOISE[:, :, 0]),
        ("RGBA", np.dstack([NOISE, NOISE[:, :, :1]])),
        ("floats", NOISE.astype(np.float64) / 255),
        ("not contiguous", NOISE[::2, ::-3]),
    ],
)
def test_no_face_is_no_error(detector: Detector, name: str, image: npt.NDArray[Any]) -> None:
    """Whatever the camera sends."""
    faces = detector.detect(image)
    assert len(faces) == 0, name
    assert faces.landmarks.shape == (0, 5, 2)


@pytest.mark.parametrize("kind", ["grey", "RGBA", "floats", "mirrored twice", "16 bits"])
def test_the_kind_of_array_does_not_matter(detector: Detector, frame: Frame, kind: str) -> None:
    """The same faces in every guise of the same picture."""
    image = frame.image[:360, :640]
    guises: dict[str, npt.NDArray[Any]] = {
        "grey": image.mean(axis=2).astype(np.uint8),
        "RGBA": np.dstack([image, image[:, :, :1]]),
        "floats": image.astype(np.float32) / 255,
        "mirrored twice": np.ascontiguousarray(image[:, ::-1])[:, ::-1],
        "16 bits": image.astype(np.uint16) * 257,
    }
    found, expected = detector.detect(guises[kind]), detector.detect(image)
    assert len(found) == len(expected) > 0
    assert overlaps(found.boxes, expected.boxes).max(axis=1).min() > 0.7


def test_a_picture_of_8k(detector: Detector, frame: Frame) -> None:
    """Searched at half its size, and told in its own pixels."""
    image = np.zeros((4320, 7680, 3), np.uint8)
    image[2000:2720, 3000:4280] = frame.image
    faces = Detector(detector.proposer, detector.refiner, detector.decider, min_face=40).detect(
        image
    )
    expected = _truth(frame)[0] + np.array([3000, 2000, 3000, 2000], np.float32)
    assert overlaps(expected, faces.boxes).max(axis=1).min() > 0.4


def test_smallest_face_larger_than_the_picture(detector: Detector, frame: Frame) -> None:
    """Nothing to look for."""
    huge = Detector(detector.proposer, detector.refiner, detector.decider, min_face=5000)
    assert len(huge.detect(frame.image)) == 0


def test_smallest_face(detector: Detector, frame: Frame) -> None:
    """Faces much smaller than it are not found, faces much larger are."""
    sizes = detector.detect(frame.image).sizes
    strict = Detector(
        detector.proposer, detector.refiner, detector.decider, min_face=float(sizes.max()) * 2
    )
    assert len(strict.detect(frame.image)) == 0
    lax = Detector(
        detector.proposer, detector.refiner, detector.decider, min_face=float(sizes.min()) / 2
    )
    assert len(lax.detect(frame.image)) == len(sizes)


def test_a_face_cut_by_the_border(detector: Detector, frame: Frame) -> None:
    """Half a face may be found or not; if so, where it is."""
    boxes, _ = _truth(frame)
    box = boxes[boxes[:, 0].argmin()]
    middle = int((box[0] + box[2]) / 2 - (box[2] - box[0]) * 0.2)
    faces = detector.detect(frame.image[:, middle:])
    moved = box - np.array([middle, 0, middle, 0], np.float32)
    assert overlaps(moved[None], faces.boxes).max() > 0.3


def test_three_hundred_faces(detector: Detector) -> None:
    """Twelve classes of twenty-five in one picture."""
    walls = [
        Gallery(invent_class(25, s), invent_lesson(25, s, LessonPlan(seconds=2, hand=0.0)))
        .frame(0.5).image
        for s in range(2)
    ]  # fmt: skip
    wall = np.concatenate([np.concatenate(walls * 2, axis=1)] * 3, axis=0)
    large = Detector(detector.proposer, detector.refiner, detector.decider, min_face=36)
    assert 290 <= len(large.detect(wall)) <= 305


def test_a_search_in_parts_finds_what_a_search_at_once_does(
    detector: Detector, frame: Frame
) -> None:
    """Every piece of the plan once: together they see every face."""
    plan = detector.plan(*frame.image.shape[:2])
    parts = [detector.detect(frame.image, plan=plan[i::4]) for i in range(4)]
    boxes = np.concatenate([part.boxes for part in parts])
    whole = detector.detect(frame.image)
    assert overlaps(whole.boxes, boxes).max(axis=1).min() > 0.6


def test_known_faces_are_left_out(detector: Detector, frame: Frame) -> None:
    """Only what is new is looked at."""
    faces = detector.detect(frame.image)
    assert len(detector.detect(frame.image, known=faces.boxes)) == 0
    found = detector.detect(frame.image, known=faces.boxes[2:])
    _twins(found, faces[:2])


def test_refining_stays_where_it_is(detector: Detector, frame: Frame) -> None:
    """Looking again and again at one's own answer does not drift away."""
    first = detector.detect(frame.image)
    faces = first
    for _ in range(10):
        faces, origin = detector.refine(frame.image, faces.boxes)
        assert sorted(origin.tolist()) == list(range(len(first)))
    over = overlaps(first.boxes, faces.boxes)
    assert over.max(axis=1).min() > 0.7


def test_refining_says_which_face_is_gone(detector: Detector, frame: Frame) -> None:
    """A box on the background is dropped, the others keep their numbers."""
    faces = detector.detect(frame.image)
    nowhere = np.array([[2, 2, 40, 40]], np.float32)
    nan = np.full((1, 4), np.nan, np.float32)
    boxes = np.concatenate([nowhere, faces.boxes, nan])
    found, origin = detector.refine(frame.image, boxes)
    assert sorted(origin.tolist()) == list(range(1, len(faces) + 1))
    assert overlaps(found.boxes, boxes[origin]).diagonal().min() > 0.6


def test_nothing_to_refine(detector: Detector, frame: Frame) -> None:
    """No boxes, no faces."""
    found, origin = detector.refine(frame.image, Faces.none().boxes)
    assert len(found) == len(origin) == 0


def test_helpers_find_the_same(networks: Path, detector: Detector, frame: Frame) -> None:
    """Two threads share a search; who does what changes nothing."""
    two = Detector.of(networks.parent, precision="f32", threads=2)
    _twins(two.detect(frame.image), detector.detect(frame.image))
    assert two.helpers == 2


def test_two_detectors_do_not_disturb_each_other(detector: Detector, frame: Frame) -> None:
    """The same picture gives the same answer, before and after another one."""
    before = detector.detect(frame.image)
    detector.detect(NOISE)
    after = detector.detect(frame.image)
    assert np.array_equal(before.boxes, after.boxes)
    assert np.array_equal(before.landmarks, after.landmarks)


def test_some_faces_of_many() -> None:
    """By mask, by index, by slice."""
    faces = Faces(
        np.arange(12, dtype=np.float32).reshape(3, 4),
        np.zeros((3, 5, 2), np.float32),
        np.array([0.9, 0.8, 0.7], np.float32),
    )
    assert len(faces[np.array([True, False, True])]) == 2
    assert faces[np.array([2, 0])].probabilities.tolist() == pytest.approx([0.7, 0.9])
    assert len(faces[:0]) == len(Faces.none()) == 0
