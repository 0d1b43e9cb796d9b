"""A drawn class at school: a library of its own, enrolment through the gate, sessions that watch.

Everything here is what a camera's class would use. Names come from the video call's own name
tags, which stand in the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.files import reference_pictures
from fewshot_fer.drawn.gallery import Frame
from fewshot_fer.drawn.lesson import Beat, Lesson
from fewshot_fer.drawn.roster import DrawnStudent, invent_class
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.faces.values import Faces
from fewshot_fer.lesson.members import Enrolled, Members, Strangers
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.lesson.smoothing import Smoothing
from fewshot_fer.lesson.watching import Watching
from fewshot_fer.prototypes.index import PrototypeIndex
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.records.views import View
from fewshot_fer.students.enrolment.enrolment import Enrolment, kept
from fewshot_fer.students.enrolment.gate import Gate, Picture
from fewshot_fer.students.recalibration import recalibrate
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.students.store.library import Library

TODAY, LATER = 0, 1
"""The two sessions: every student's light and camera differ between them."""


class NameTags:
    """Names students as a call's window does: by whose tile a face is in."""

    def __init__(self, ids: Mapping[str, str]) -> None:
        self._ids = ids
        """Whom a name stands for."""
        self._tiles: tuple[tuple[tuple[int, int, int, int], str], ...] = ()

    def read(self, frame: Frame) -> None:
        """Take in where whose tile is; the tags are in the picture for everybody to see."""
        self._tiles = tuple((tile.tile, tile.name) for tile in frame.truth)

    def name(
        self, image: Bytes, faces: Faces, tracks: Sequence[int], time: float
    ) -> Mapping[int, str]:
        """The students in whose tiles the faces' middles lie."""
        found = {}
        for track, (x0, y0, x1, y1) in zip(tracks, faces.boxes.tolist(), strict=True):
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            for (left, top, right, bottom), name in self._tiles:
                if left <= x < right and top <= y < bottom and name in self._ids:
                    found[track] = self._ids[name]
        return found

    def forget(self, tracks: Sequence[int]) -> None:
        """Nothing is remembered of tracks."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """A class session that reads the name tags of every frame it looks at."""

    session: ClassSession
    tags: NameTags

    def look(self, frame: Frame) -> View:
        """Watch the next frame."""
        self.tags.read(frame)
        return self.session.look(frame.image, frame.time)


class Cohort:
    """The students of a seed; their library lies in a folder that the caller throws away."""

    def __init__(self, students: int, seed: int, recognizer: Recognizer, folder: Path) -> None:
        self.students = invent_class(students, seed)
        self._recognizer = recognizer
        self._roster = Roster(Library(folder, recognizer.prior.names), recognizer)
        self.ids = {student.name: student.id for student in self.students}
        """Everybody's id, by name; enrolment gives others."""

    def enrol(self, each: Callable[[int], None] = lambda done: None) -> int:
        """Everybody from one picture an expression; how many pictures were refused."""
        gate = Gate(self._recognizer.find)
        enrolment = Enrolment(self._roster, gate, skip_refused=True, keep=kept)
        consent = agreed("Drawn students", datetime.now(UTC))
        refused = 0
        for done, student in enumerate(self.students):
            each(done)
            enrolled = enrolment.enroll(student.name, _references(student), consent)
            self.ids[student.name] = enrolled.student.id
            refused += len(enrolled.refused)
        return refused

    def strangers(self) -> Members:
        """The class as if nobody were enrolled."""
        names = {number: name for name, number in self.ids.items()}
        return Strangers(self._recognizer.generic, names)

    def enrolled(self) -> Members:
        """The class, each as they show it themselves."""
        return Enrolled(self._roster, PrototypeIndex(self._recognizer.generic))

    def watcher(
        self,
        members: Members,
        smoothing: Smoothing | None = None,
        watching: Watching | None = None,
    ) -> Watcher:
        """A session of its own for this class; without `watching` it learns nothing."""
        tags = NameTags(self.ids)
        session = ClassSession(
            self._recognizer,
            members,
            namer=tags,
            smoothing=smoothing,
            watching=watching,
            everybody=True,
        )
        return Watcher(session, tags)

    def recalibrate(self, rested: ClassSession) -> None:
        """New light and cameras, from a session in which all were at rest."""
        for student in rested.memory.students:
            z = rested.memory.of(student)
            recalibrate(self._roster, student, z, [NEUTRAL] * len(z), how="resting face")


def at_rest(lesson: Lesson) -> Lesson:
    """The same people on the same day, looking into the camera and doing nothing."""
    return Lesson(
        tuple(
            replace(part, beats=(Beat(0.0, NEUTRAL),), talks=(), hands=()) for part in lesson.parts
        )
    )


def _references(student: DrawnStudent) -> list[Picture]:
    return [
        Picture(expression, image, f"{student.name}, {expression}")
        for expression, image in reference_pictures(student, session=TODAY)
    ]
