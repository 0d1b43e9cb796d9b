"""The drawn class as files: videos for a browser's fake camera, pictures to enrol from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.geometry import Pose
from fewshot_fer.drawn.portrait import Look, Sitter
from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.drawn.webcam import sensor_noise
from fewshot_fer.expressions import BASIC
from fewshot_fer.files import whole_file, write_atomically
from fewshot_fer.images import to_png

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


def write_y4m(path: Path, images: Iterable[Bytes], *, fps: int = 25) -> None:
    """Pictures [h,w,3], of even width and height, as an uncompressed YUV4MPEG2 video."""
    with whole_file(path) as file:
        for k, image in enumerate(images):
            if k == 0:
                h, w = image.shape[:2]
                file.write(f"YUV4MPEG2 W{w} H{h} F{fps}:1 Ip A1:1 C420jpeg\n".encode())
            file.write(b"FRAME\n")
            file.write(cv2.cvtColor(image, cv2.COLOR_RGB2YUV_I420).tobytes())


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
    sitter = Sitter(student.identity, webcam, student.seed, _WIDTH, _HEIGHT)
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


def write_references(
    folder: Path,
    students: Iterable[DrawnStudent],
    *,
    expressions: Sequence[str] = BASIC,
    session: int = 0,
    takes: int = 1,
) -> list[Path]:
    """Pictures to enrol from: `<student>/<expression>.png`, later takes `<expression>-2.png`."""
    paths: list[Path] = []
    for student in students:
        pictures = reference_pictures(student, expressions, session=session, takes=takes)
        for number, (expression, image) in enumerate(pictures):
            take = number % takes
            name = f"{expression}-{take + 1}" if take else expression
            path = folder / student.id / f"{name}.png"
            write_atomically(path, to_png(image))
            paths.append(path)
    return paths
