"""A real detector takes the drawn faces for faces, where the truth says they are."""

from __future__ import annotations

import numpy as np
import pytest

from fewshot_fer.arrays import Doubles, Floats
from fewshot_fer.drawn.figure.geometry import Pose
from fewshot_fer.drawn.figure.muscles import MANNERS
from fewshot_fer.drawn.files import reference_picture
from fewshot_fer.drawn.gallery import Gallery, StudentTruth
from fewshot_fer.drawn.lesson import Beat, Lesson, Role, Span, Turn
from fewshot_fer.drawn.roster import DrawnStudent, invent_class
from fewshot_fer.faces.detector import Detector


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.of()


def overlaps(a: Floats, b: Floats) -> Doubles:
    """Intersection over union of boxes [n,4] and [m,4]: [n,m]."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.maximum(0, high - low).prod(axis=2)
    sizes = [(boxes[:, 2:] - boxes[:, :2]).prod(axis=1) for boxes in (a, b)]
    return np.asarray(shared / (sizes[0][:, None] + sizes[1][None] - shared), np.float64)


def boxes_of(truths: tuple[StudentTruth, ...]) -> Floats:
    return np.array([truth.box for truth in truths], np.float32)


def every_way(number: int) -> Role:
    """All expressions, each under another pose of up to 25 degrees yaw."""
    rng = np.random.default_rng(number)
    yaws = rng.permutation(np.linspace(-25, 25, len(MANNERS)))
    poses = [Pose(float(yaw), *map(float, rng.uniform(-8, 8, 2))) for yaw in yaws]
    return Role(
        beats=tuple(Beat(float(k), name) for k, name in enumerate(MANNERS)),
        turns=tuple(Turn(float(k), pose) for k, pose in enumerate(poses)),
    )


@pytest.mark.parametrize("students", [49, 9])
def test_nearly_all_drawn_faces_are_found_and_nothing_else(
    detector: Detector, students: int
) -> None:
    lesson = Lesson(tuple(every_way(i) for i in range(students)))
    gallery = Gallery(invent_class(students, seed=21), lesson)
    faces = found = false = 0
    distances = []
    for k in range(0, len(MANNERS), 2):
        frame = gallery.frame(k + 0.9)
        seen = detector.detect(frame.image)
        overlap = overlaps(boxes_of(frame.visible), seen.boxes)
        faces += len(frame.visible)
        found += int((overlap.max(axis=1) > 0.5).sum())
        false += int((overlap.max(axis=0) < 0.3).sum())
        for row, truth in zip(overlap, frame.visible, strict=True):
            assert truth.landmarks is not None
            assert truth.box is not None
            off = np.linalg.norm(seen.landmarks[row.argmax()] - truth.landmarks, axis=1)
            distances.append(off / (truth.box[2] - truth.box[0]))
    assert found / faces >= 0.98
    assert false == 0
    assert np.median(distances) < 0.05


@pytest.mark.parametrize("presenting", [False, True])
def test_no_face_is_found_where_none_is_drawn(detector: Detector, presenting: bool) -> None:
    part = Role((Beat(0.0, "happy"),), camera_off=(Span(0.0, 9.0),))
    students = invent_class(25, seed=4)
    gallery = Gallery(students, Lesson((part,) * 25), presenting=presenting)
    assert len(detector.detect(gallery.frame(1.0).image)) == 0


def test_one_face_is_found_in_every_reference(
    detector: Detector, drawn_class: tuple[DrawnStudent, ...]
) -> None:
    for student in drawn_class[:5]:
        for expression in ("happy", "surprise", "disgust", "neutral"):
            assert len(detector.detect(reference_picture(student, expression))) == 1
