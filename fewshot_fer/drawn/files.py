"""The drawn class as files: videos for a browser's fake camera, pictures to enrol from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.figure.geometry import Pose
from fewshot_fer.drawn.portrait import Look, Sitter
from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.drawn.webcam import sensor_noise
from fewshot_fer.expressions import BASIC
from fewshot_fer.files import whole_file

_WIDTH, _HEIGHT = 640, 480


def to_jpeg(image: Bytes, quality: int = 85) -> bytes:
    """A picture [h,w,3] as a JPEG file's bytes, as a browser would send it."""
    picture = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def write_mjpeg(path: Path, images: Iterable[Bytes], *, quality: int = 85) -> None:
    """Pictures [h,w,3] as one JPEG after the other, which Chromium's fake camera plays."""
    with whole_file(path) as file:
        for image in images:
            file.write(to_jpeg(image, quality))


def reference_pictures(
    student: DrawnStudent,
    expressions: Sequence[str] = BASIC,
    *,
    session: int = 0,
    takes: int = 1,
) -> Iterator[tuple[str, Bytes]]:
    """A student who looks into the camera and shows expressions, head and shoulders.

    Pictures of one session share room, light and camera; each take differs a little.
    """
    webcam = student.webcam(session)
    sitter = Sitter(student, webcam, _WIDTH, _HEIGHT)
    for expression in expressions:
        for take in range(takes):
            rng = np.random.default_rng([student.seed, session, take, *expression.encode()])
            yaw, pitch, roll = (float(v) for v in rng.uniform(-4, 4, 3))
            look = Look(expression, float(rng.uniform(0.9, 1.05)), pose=Pose(yaw, pitch, roll))
            noise = sensor_noise(rng, _WIDTH, _HEIGHT, webcam.noise)
            picture = cv2.add(sitter.shot(look).image, noise, dtype=cv2.CV_8U)
            yield expression, np.asarray(picture, np.uint8)


def reference_picture(student: DrawnStudent, expression: str, *, session: int = 0) -> Bytes:
    """One picture of a student to enrol from."""
    return next(reference_pictures(student, (expression,), session=session))[1]
