"""A video call's gallery of drawn students, with the truth of every frame."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.drawn.lesson import Lesson, Moment
from fewshot_fer.drawn.portrait import Look, Shot, Sitter
from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.drawn.tiles import Tile, camera_off_tile, layout, slide, write_name
from fewshot_fer.drawn.webcam import Grain, Webcam, sensor_noise

_NOISES = 5


@dataclass(frozen=True, slots=True)
class StudentTruth:
    """What is true of one student in one frame."""

    student: str
    name: str
    tile: tuple[int, int, int, int]
    """Where the student's tile lies: x0, y0, x1, y1."""
    camera_on: bool
    expression: str
    settled: bool
    """The face is not in the middle of a change."""
    visible: bool
    """A whole face is in the picture: camera on, no hand before it."""
    box: Floats | None
    """The face [4], when the camera is on."""
    landmarks: Floats | None
    """Eyes, nose and mouth corners [5,2], when the camera is on."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture [h,w,3] of the class at a time, and the truth about those in the call."""

    time: float
    image: Bytes
    truth: tuple[StudentTruth, ...]

    @property
    def visible(self) -> tuple[StudentTruth, ...]:
        """The students whose whole face is in the picture."""
        return tuple(student for student in self.truth if student.visible)


class Gallery:
    """Draws a lesson frame by frame; any time may be asked for in any order.

    Every distinct look of a student is drawn once and kept, up to `cache_mb` in all (the
    longest unused goes first); a frame is put together from these pictures and fresh grain.
    """

    def __init__(
        self,
        students: Sequence[DrawnStudent],
        lesson: Lesson,
        *,
        session: int = 0,
        width: int = 1280,
        height: int = 720,
        presenting: bool = False,
        webcams: Sequence[Webcam] | None = None,
        cache_mb: float = 256,
    ) -> None:
        self._students = tuple(students)
        self._lesson = lesson
        self._width, self._height = width, height
        self._presenting = presenting
        self._session = session
        self._webcams = tuple(webcams or (student.webcam(session) for student in students))
        self._sitters: dict[tuple[int, int, int], Sitter] = {}
        self._shots = _Shots(int(cache_mb * 1e6))
        self._noise: dict[tuple[int, int, int], list[Grain]] = {}
        self._stage: tuple[object, Bytes] | None = None

    def frame(self, time: float) -> Frame:
        """Draw the moment at a time in seconds."""
        moments = [self._lesson.moment(i, time) for i in range(len(self._students))]
        here = [i for i, moment in enumerate(moments) if moment.present]
        tiles = layout(len(here), self._width, self._height, self._presenting)
        here = here[: len(tiles)]
        cameras = tuple((i, moments[i].camera_on) for i in here)
        image = self._background(cameras, tiles).copy()
        tick = round(time * 1000)
        truth = [
            self._draw_student(image, i, moments[i], tile, tick)
            for i, tile in zip(here, tiles, strict=True)
        ]
        return Frame(time, image, tuple(truth))

    @property
    def cached_bytes(self) -> int:
        """What the kept pictures hold at the moment."""
        return self._shots.used

    def frames(self, seconds: float, fps: float = 25.0) -> Iterator[Frame]:
        """All frames from the beginning of the lesson."""
        for k in range(ceil(seconds * fps)):
            yield self.frame(k / fps)

    def _draw_student(
        self, image: Bytes, number: int, moment: Moment, tile: Tile, tick: int
    ) -> StudentTruth:
        student = self._students[number]
        box = landmarks = None
        if moment.camera_on:
            shot = self._shot(number, moment.look, tile)
            noise = self._grain(number, tile)[_scatter(tick, number) % _NOISES]
            cv2.add(shot.image, noise, dst=image[tile.y : tile.y1, tile.x : tile.x1],
                    dtype=cv2.CV_8U)  # fmt: skip
            place = shot.place.moved(tile.x, tile.y)
            box, landmarks = place.box, place.landmarks
        return StudentTruth(
            student=student.id,
            name=student.name,
            tile=(tile.x, tile.y, tile.x1, tile.y1),
            camera_on=moment.camera_on,
            expression=moment.expression,
            settled=moment.settled,
            visible=moment.camera_on and not moment.look.hand,
            box=box,
            landmarks=landmarks,
        )

    def _shot(self, number: int, look: Look, tile: Tile) -> Shot:
        key = (number, tile.width, tile.height)
        shot = self._shots.get((key, look))
        if shot is None:
            if key not in self._sitters:
                student, webcam = self._students[number], self._webcams[number]
                self._sitters[key] = Sitter(student, webcam, tile.width, tile.height)
            shot = self._sitters[key].shot(look)
            write_name(shot.image, self._students[number].name)
            self._shots.put((key, look), shot)
        return shot

    def _grain(self, number: int, tile: Tile) -> list[Grain]:
        """Some pictures of noise for a camera."""
        strength = round(self._webcams[number].noise)
        key = (strength, tile.width, tile.height)
        if key not in self._noise:
            rng = np.random.default_rng([self._session, *key])
            self._noise[key] = [
                sensor_noise(rng, tile.width, tile.height, strength) for _ in range(_NOISES)
            ]
        return self._noise[key]

    def _background(self, cameras: tuple[tuple[int, bool], ...], tiles: list[Tile]) -> Bytes:
        """The call's window: tiles of those whose camera is off, and a shared slide."""
        if self._stage is None or self._stage[0] != cameras:
            image = np.full((self._height, self._width, 3), 26, np.uint8)
            if self._presenting:
                slide(image)
            for (number, on), tile in zip(cameras, tiles, strict=True):
                if not on:
                    name = self._students[number].name
                    image[tile.y : tile.y1, tile.x : tile.x1] = camera_off_tile(name, tile)
            self._stage = (cameras, image)
        return self._stage[1]


class _Shots:
    """Pictures by look, bounded in bytes; the longest unused goes first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.used = 0
        self._shots: OrderedDict[object, Shot] = OrderedDict()

    def get(self, key: object) -> Shot | None:
        shot = self._shots.get(key)
        if shot is not None:
            self._shots.move_to_end(key)
        return shot

    def put(self, key: object, shot: Shot) -> None:
        self._shots[key] = shot
        self.used += shot.image.nbytes
        while self.used > self._limit and len(self._shots) > 1:
            _, old = self._shots.popitem(last=False)
            self.used -= old.image.nbytes


def _scatter(tick: int, number: int) -> int:
    """A number that jumps about with time, the same on every machine."""
    return ((tick * 2654435761 + number * 40503) >> 7) & 0xFFFF
