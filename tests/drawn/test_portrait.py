from __future__ import annotations

import numpy as np
import pytest

from fewshot_fer.drawn.figure.geometry import Pose
from fewshot_fer.drawn.portrait import Look, Shot, Sitter
from fewshot_fer.drawn.roster import DrawnStudent, invent_class
from fewshot_fer.drawn.webcam import Webcam
from fewshot_fer.expressions import BASIC

PLAIN = Webcam(quality=100, vignette=0.0)


def shot_of(student: DrawnStudent, look: Look, webcam: Webcam = PLAIN) -> Shot:
    return Sitter(student, webcam, 320, 180).shot(look)


@pytest.fixture(scope="module")
def student() -> DrawnStudent:
    return invent_class(1, seed=8)[0]


def changed(a: Shot, b: Shot) -> float:
    """How much the pictures differ inside the first one's face."""
    x0, y0, x1, y1 = (int(v) for v in a.place.box)
    first, second = (shot.image[y0:y1, x0:x1].astype(float) for shot in (a, b))
    return float(np.abs(first - second).mean())


def test_the_same_look_is_the_same_picture(student: DrawnStudent) -> None:
    look = Look("sad", pose=Pose(12, -4, 3))
    assert np.array_equal(shot_of(student, look).image, shot_of(student, look).image)


def test_every_expression_changes_the_face(drawn_class: tuple[DrawnStudent, ...]) -> None:
    for drawn in drawn_class:
        neutral = shot_of(drawn, Look())
        for expression in set(BASIC) - {"neutral"}:
            assert changed(neutral, shot_of(drawn, Look(expression))) > 1.0, expression


def test_different_students_look_different(drawn_class: tuple[DrawnStudent, ...]) -> None:
    first, *others = (shot_of(student, Look()) for student in drawn_class)
    assert all(changed(first, other) > 5 for other in others)


def test_another_session_has_another_light(student: DrawnStudent) -> None:
    first, second = (shot_of(student, Look(), student.webcam(session)) for session in (0, 1))
    assert changed(first, second) > 3


@pytest.mark.parametrize("expression", BASIC)
def test_landmarks_are_in_order_and_inside_the_box(student: DrawnStudent, expression: str) -> None:
    for yaw in (-25.0, 0.0, 25.0):
        place = shot_of(student, Look(expression, pose=Pose(yaw, 6, -6))).place
        left_eye, right_eye, nose, left_mouth, right_mouth = place.landmarks
        assert left_eye[0] < right_eye[0]
        assert left_mouth[0] < right_mouth[0]
        assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])
        x0, y0, x1, y1 = place.box
        assert (place.landmarks > (x0, y0)).all()
        assert (place.landmarks < (x1, y1)).all()


@pytest.mark.parametrize(
    ("pose", "axis", "sign"),
    [
        (Pose(yaw=20), 0, 1),
        (Pose(yaw=-20), 0, -1),
        (Pose(pitch=15), 1, 1),
        (Pose(pitch=-15), 1, -1),
    ],
)
def test_a_turned_head_takes_the_nose_with_it(
    student: DrawnStudent, pose: Pose, axis: int, sign: int
) -> None:
    def nose_from_eyes(look: Look) -> float:
        landmarks = shot_of(student, look).place.landmarks
        return float(landmarks[2, axis] - landmarks[:2, axis].mean())

    moved = nose_from_eyes(Look(pose=pose)) - nose_from_eyes(Look())
    assert moved * sign > 1


def test_roll_tilts_the_eyes_clockwise(student: DrawnStudent) -> None:
    landmarks = shot_of(student, Look(pose=Pose(roll=15))).place.landmarks
    across, down = landmarks[1] - landmarks[0]
    assert np.degrees(np.arctan2(down, across)) == pytest.approx(15, abs=2)


@pytest.mark.parametrize(
    "look",
    [Look(closed_eyes=True), Look(talking=1.0), Look(hand=True)],
    ids=["blink", "talk", "hand"],
)
def test_blink_talk_and_hand_are_seen(student: DrawnStudent, look: Look) -> None:
    assert changed(shot_of(student, Look()), shot_of(student, look)) > 0.4


def test_a_face_on_its_way_lies_between_two_expressions(student: DrawnStudent) -> None:
    before, after = shot_of(student, Look("sad")), shot_of(student, Look("happy"))
    between = shot_of(student, Look("happy", before="sad", arrived=0.5))
    corners = [shot.place.landmarks[3:, 1].mean() for shot in (after, between, before)]
    assert corners == sorted(corners)
    assert corners[0] < corners[1] < corners[2]


def test_a_large_tile_shows_the_same_face_enlarged(student: DrawnStudent) -> None:
    small = Sitter(student, PLAIN, 640, 360).shot(Look("happy"))
    large = Sitter(student, PLAIN, 1280, 720).shot(Look("happy"))
    assert large.image.shape == (720, 1280, 3)
    assert large.place.landmarks / 2 == pytest.approx(small.place.landmarks, abs=1.5)
