"""One student before the own webcam: what a video call shows in one tile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.figure.canvas import Canvas, ellipse, mixed, ribbon, smooth
from fewshot_fer.drawn.figure.face import FacePlace, draw_person
from fewshot_fer.drawn.figure.geometry import FRONTAL, Pose
from fewshot_fer.drawn.figure.muscles import REST, Muscles
from fewshot_fer.drawn.figure.person import Person
from fewshot_fer.drawn.room import draw_room
from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.drawn.webcam import Webcam
from fewshot_fer.expressions import NEUTRAL

_FINE = 70.0
"""Pixels a face unit below which faces are drawn at twice their size and shrunk."""
_CAMERA_LINES = 480
"""Webcams in calls send no more lines than this; a larger tile shows them enlarged."""


@dataclass(frozen=True, slots=True)
class Look:
    """All that decides how a student looks at a moment; equal looks are equal pictures."""

    expression: str = NEUTRAL
    intensity: float = 1.0
    before: str = NEUTRAL
    """What was shown before, while the face changes."""
    arrived: float = 1.0
    """How far the face has come from `before` to `expression`."""
    pose: Pose = FRONTAL
    closed_eyes: bool = False
    talking: float = 0.0
    hand: bool = False
    """A hand lies over the mouth and nose."""
    x: float = 0.0
    """The head's place, in shares of the picture's height from its usual place."""
    y: float = 0.0
    mood: Muscles = REST
    """What differs from the usual resting face in this session."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture [h,w,3] and where its face lies."""

    image: Bytes
    place: FacePlace


class Sitter:
    """A student at a desk: the same room, lamp and camera for one session."""

    def __init__(self, student: DrawnStudent, webcam: Webcam, width: int, height: int) -> None:
        self._person = student.person
        self._webcam = webcam
        self._tile = (width, height)
        enlarged = ceil(height / _CAMERA_LINES)
        self._camera = (width // enlarged, height // enlarged)
        rng = np.random.default_rng(student.seed)
        self._closeness = float(rng.uniform(0.2, 0.245))
        self._offset = float(rng.uniform(-0.06, 0.06))
        self._zoom = 2 if self._closeness * self._camera[1] < _FINE else 1
        self._room = draw_room(rng, self._camera[0] * self._zoom, self._camera[1] * self._zoom)

    def shot(self, look: Look) -> Shot:
        """Draw the student; the sensor's noise is not in it, as it changes with every frame."""
        canvas = Canvas(1, 1)
        canvas.pixels = self._room.copy()
        place = self._draw(canvas, look)
        scene, place = _resized(canvas.pixels, place, self._camera)
        picture = self._webcam.develop(scene)
        return Shot(*_resized(picture, self._webcam.place(place, *self._camera), self._tile))

    def _draw(self, canvas: Canvas, look: Look) -> FacePlace:
        high, wide = self._room.shape[:2]
        centre = (wide / 2 + (self._offset + look.x) * high, (0.47 + look.y) * high)
        scale = self._closeness * high
        muscles = muscles_of(self._person, look)
        place = draw_person(
            canvas, self._person, muscles, look.pose,
            centre=centre, scale=scale, light=self._webcam.lamp,
        )  # fmt: skip
        if look.hand:
            _draw_hand(canvas, self._person, place, scale)
        return place


def _resized(picture: Bytes, place: FacePlace, size: tuple[int, int]) -> tuple[Bytes, FacePlace]:
    """A picture and its face in another size (width, height)."""
    w = picture.shape[1]
    if w == size[0]:
        return picture, place
    zoom = size[0] / w
    way = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    half = 0.5 * zoom - 0.5
    resized = np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)
    return resized, place.moved(half, half, zoom)


def muscles_of(person: Person, look: Look) -> Muscles:
    """The face's state under a look."""
    now = person.showing(look.expression, look.intensity)
    if look.arrived < 1:
        now = person.showing(look.before, look.intensity).mixed(now, look.arrived)
    now = now.plus(look.mood)
    if look.talking:
        now = replace(now, jaw=now.jaw + 0.3 * look.talking, part=now.part + 0.3 * look.talking)
    return now.with_closed_eyes() if look.closed_eyes else now


def _draw_hand(canvas: Canvas, person: Person, place: FacePlace, scale: float) -> None:
    """A hand over nose and mouth, fingers to the side."""
    nose, left, right = place.landmarks[2], place.landmarks[3], place.landmarks[4]
    skin = mixed(person.looks.skin, (90, 50, 40), 0.12)
    crease = mixed(skin, (60, 26, 20), 0.55)
    middle = (nose + left + right).astype(np.float64) / 3
    heel = middle + np.array([0.35, 0.25]) * scale
    palm = ellipse(heel, 0.62 * scale, 0.5 * scale, -20)
    arm = np.array([[0.2, 0.5], [0.8, 0.3], [1.3, 2.6], [0.5, 2.6]]) * scale + middle
    canvas.soft(arm, skin, 0.02 * scale)
    canvas.soft(palm, skin, 0.02 * scale)
    for k in range(4):
        y = -0.28 + 0.2 * k
        finger = smooth(np.array([[0.5, y + 0.1], [-0.1, y], [-0.72 + 0.06 * k, y + 0.06]]), 8)
        points = finger * scale + middle
        canvas.soft(ribbon(points, 0.23 * scale, 0.8), crease, 0.02 * scale)
        canvas.soft(ribbon(points, 0.2 * scale, 0.8), skin, 0.015 * scale)
