"""Draws one student's head and shoulders and says where the face's points lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Doubles, Floats
from fewshot_fer.drawn.figure import eyes, head, mouth, nose
from fewshot_fer.drawn.figure.canvas import Canvas, Shadow, mixed
from fewshot_fer.drawn.figure.geometry import CHIN_Y, Camera, Pose
from fewshot_fer.drawn.figure.muscles import Muscles
from fewshot_fer.drawn.figure.person import Person
from fewshot_fer.drawn.figure.sketch import Sketch

# Where MTCNN ends a face's box, found by comparing: in face units.
_FOREHEAD = -0.9
_BELOW_CHIN = 0.1


@dataclass(frozen=True, slots=True)
class FacePlace:
    """Where a face lies: box [4] (x0, y0, x1, y1) and landmarks [5,2], in pixels.

    Landmarks: the eye to the left in the picture, the one to the right, nose, left mouth
    corner, right mouth corner. The box goes from mid-forehead to chin, as detectors draw it.
    """

    box: Floats
    landmarks: Floats

    def moved(self, dx: float, dy: float, zoom: float = 1.0) -> FacePlace:
        """The same face after the picture was scaled and then moved."""
        step = np.array([dx, dy], np.float32)
        landmarks = self.landmarks * np.float32(zoom) + step
        corners = self.box.reshape(2, 2) * np.float32(zoom) + step
        return FacePlace(corners.reshape(4), landmarks)


def draw_person(
    canvas: Canvas,
    person: Person,
    muscles: Muscles,
    pose: Pose,
    *,
    centre: tuple[float, float],
    scale: float,
    light: tuple[float, float, float] = (-0.4, -0.5, 1.0),
) -> FacePlace:
    """Draw a person with the point between the eyes at `centre` and `scale` pixels a unit."""
    looks = person.looks
    camera = Camera.facing(pose, centre, scale)
    rim = head.skin_outline(looks, muscles, camera)
    sketch = Sketch(canvas, camera, looks, muscles, rim)
    lips = mouth.mouth_of(looks, muscles)
    head.draw_behind(sketch)
    head.draw_skin(sketch)
    shadow = Shadow(canvas, rim)
    head.shade_form(sketch, shadow, light)
    eyes.shade_forehead(sketch, shadow)
    nose.shade_nose(sketch, shadow, light[0])
    mouth.shade_mouth(sketch, lips, shadow)
    for side in (-1.0, 1.0):
        eyes.shade_eye(sketch, shadow, side)
    head.draw_beard(sketch, mixed(looks.hair, looks.skin, 0.2))
    nose.draw_nostrils(sketch)
    mouth.draw_mouth(sketch, lips)
    for side in (-1.0, 1.0):
        eyes.draw_eye(sketch, side)
        eyes.draw_brow(sketch, side)
    canvas.shade(shadow)
    head.draw_front(sketch)
    return _place(sketch, mouth.mouth_corners(sketch, lips))


def _place(sketch: Sketch, corners: Doubles) -> FacePlace:
    x, y = np.array([eyes.eye_centre(sketch.looks, side) for side in (-1.0, 1.0)]).T
    landmarks = np.concatenate([sketch.at(x, y), nose.nose_tip(sketch), corners])
    chin = CHIN_Y + _BELOW_CHIN + head.jaw_drop(sketch.muscles)
    top, bottom = sketch.at(np.zeros(2), np.array([_FOREHEAD, chin]), -0.1)[:, 1]
    x0, x1 = sketch.rim[:, 0].min(), sketch.rim[:, 0].max()
    box = np.array([x0, top, x1, bottom])
    return FacePlace(box.astype(np.float32), landmarks.astype(np.float32))
