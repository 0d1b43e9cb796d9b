"""Quality falls for the reason that a picture is poor, and says that reason."""

from __future__ import annotations

from dataclasses import asdict

import cv2
import numpy as np
import pytest

from fewshot_fer.arrays import Bytes, Doubles, Floats
from fewshot_fer.drawn.figure.geometry import Pose
from fewshot_fer.drawn.portrait import Look, Sitter
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.faces.align import portraits, similarities
from fewshot_fer.faces.detector import Detector
from fewshot_fer.faces.quality import Quality, assess, poses
from fewshot_fer.faces.values import Faces
from fewshot_fer.reasons import Code

STUDENT = invent_class(1, 5)[0]


def _picture(pose: Pose | None = None) -> Bytes:
    sitter = Sitter(STUDENT, STUDENT.webcam(0), 640, 480)
    return sitter.shot(Look(pose=pose or Pose())).image


def _poses(points: Floats) -> Doubles:
    return poses(points, similarities(points))


@pytest.fixture(scope="module")
def good(detector: Detector) -> tuple[Bytes, Faces]:
    """A student who looks into the camera."""
    image = _picture()
    faces = detector.detect(image)
    assert len(faces) == 1
    return image, faces


def _one(image: Bytes, faces: Faces) -> Quality:
    return assess(image, faces)[0]


def test_a_good_picture(good: tuple[Bytes, Faces]) -> None:
    """Nothing to complain about."""
    quality = _one(*good)
    assert quality.reason is None
    assert quality.score > 0.8
    assert quality.inside == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        (Code.BLURRED, lambda image: cv2.GaussianBlur(image, (0, 0), 14)),
        (Code.DARK, lambda image: image // 12),
        (Code.BRIGHT, lambda image: 255 - (255 - image) // 20),
        (Code.FLAT, lambda image: image // 24 + 110),
    ],
)
def test_spoilt_pictures(good: tuple[Bytes, Faces], code: Code, spoil: object) -> None:
    """The reason is the one that was put there."""
    image, faces = good
    assert callable(spoil)
    quality = _one(spoil(image), faces)
    assert quality.score < 0.5
    assert quality.reason is not None
    assert quality.reason.code is code


def test_sharpness_falls_with_blur(good: tuple[Bytes, Faces]) -> None:
    """Step by step."""
    image, faces = good
    blurs = [image, *(cv2.GaussianBlur(image, (0, 0), s) for s in (2, 4, 8))]
    sharp = [_one(np.asarray(blur, np.uint8), faces).sharpness for blur in blurs]
    assert sharp == sorted(sharp, reverse=True)
    assert sharp[0] > 2 * sharp[-1]


def test_a_small_face(good: tuple[Bytes, Faces]) -> None:
    """Too few pixels to read."""
    image, faces = good
    shrink = 20 / float(faces.sizes[0])
    small = cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    less = Faces(faces.boxes * shrink, faces.landmarks * shrink, faces.probabilities)
    quality = _one(np.asarray(small, np.uint8), less)
    assert quality.size_px == pytest.approx(20, abs=0.01)
    assert quality.reason is not None
    assert quality.reason is not None
    assert quality.reason.code is Code.SMALL
    assert quality.reason.facts["needed"] == 32


def test_a_face_half_outside(good: tuple[Bytes, Faces]) -> None:
    """Cut through the middle: half of the box is inside."""
    image, faces = good
    middle = float(faces.boxes[0, ::2].mean())
    cut = int(middle)
    moved = Faces(
        faces.boxes - np.array([cut, 0, cut, 0], np.float32),
        faces.landmarks - np.array([cut, 0], np.float32),
        faces.probabilities,
    )
    quality = _one(np.ascontiguousarray(image[:, cut:]), moved)
    assert quality.inside == pytest.approx(0.5, abs=0.02)
    assert quality.score < 0.1


@pytest.mark.parametrize("yaw", [-30, -15, 0, 15, 30])
def test_yaw(detector: Detector, yaw: float) -> None:
    """The turn of a drawn head, from five points."""
    faces = detector.detect(_picture(Pose(yaw=yaw)))
    assert _poses(faces.landmarks)[0, 0] == pytest.approx(yaw, abs=9)


@pytest.mark.parametrize("roll", [-25, 0, 25])
def test_roll(detector: Detector, roll: float) -> None:
    """The tilt of a drawn head."""
    faces = detector.detect(_picture(Pose(roll=roll)))
    assert _poses(faces.landmarks)[0, 2] == pytest.approx(roll, abs=6)


def test_pitch_knows_up_from_down(detector: Detector) -> None:
    """Cautious, but in the right direction."""
    up, straight, down = (
        _poses(detector.detect(_picture(Pose(pitch=p))).landmarks)[0, 1] for p in (-25, 0, 25)
    )
    assert up < straight - 8 < straight + 8 < down


@pytest.mark.parametrize("talking", [0.0, 1.0])
def test_a_mouth_that_is_seen(detector: Detector, talking: float) -> None:
    """Closed or speaking, it is there."""
    for student in invent_class(8, 11):
        sitter = Sitter(student, student.webcam(0), 320, 240)
        image = sitter.shot(Look(talking=talking)).image
        assert _one(image, detector.detect(image)[:1]).reason is None


def test_a_hand_before_the_mouth(detector: Detector) -> None:
    """Noticed on most of those who are found at all behind their hands."""
    covered = []
    for student in invent_class(12, 11):
        sitter = Sitter(student, student.webcam(0), 320, 240)
        image = sitter.shot(Look(hand=True)).image
        covered += [one.mouth < 0.5 for one in assess(image, detector.detect(image)[:1])]
    assert np.mean(covered) > 0.5


def test_points_that_are_none(good: tuple[Bytes, Faces]) -> None:
    """No error, no score, and a reason."""
    image, faces = good
    lost = Faces(faces.boxes, np.full_like(faces.landmarks, np.nan), faces.probabilities)
    quality = _one(image, lost)
    assert quality.score == 0
    assert quality.reason is not None
    assert all(np.isfinite(v) for v in asdict(quality).values() if isinstance(v, float))


def test_portraits_may_be_handed_in(good: tuple[Bytes, Faces]) -> None:
    """They are not made twice, and the answer is the same."""
    image, faces = good
    assert assess(image, faces, portraits(image, faces.landmarks)) == assess(image, faces)


def test_no_faces(good: tuple[Bytes, Faces]) -> None:
    """An empty list."""
    assert assess(good[0], Faces.none()) == []
