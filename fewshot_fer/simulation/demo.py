"""The whole way on a drawn class: read as strangers, enrol, recalibrate in new light, read again.

Everything that reads is what a camera would use: one recogniser, class sessions, enrolment with
its gate and consent. Names come from the video call's own name tags, which stand in the picture;
what the students truly show is known to the scorer alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

from fewshot_fer.arrays import Bytes
from fewshot_fer.classroom.members import Enrolled, Members, Strangers
from fewshot_fer.classroom.session import ClassSession
from fewshot_fer.classroom.sources import Captured, Pictures
from fewshot_fer.classroom.view import View
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.faces.quality import assess
from fewshot_fer.faces.values import Faces
from fewshot_fer.prototypes.index import PrototypeIndex
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.simulation.files import reference_pictures
from fewshot_fer.simulation.gallery import Frame, Gallery
from fewshot_fer.simulation.lesson import Beat, Lesson, LessonPlan, invent_lesson
from fewshot_fer.simulation.roster import DrawnStudent, invent_class
from fewshot_fer.simulation.scoring import Scorer, Tally, labels_of
from fewshot_fer.students.consent import agreed
from fewshot_fer.students.enrolment import Enrolment
from fewshot_fer.students.gate import Gate, Picture
from fewshot_fer.students.library import Library
from fewshot_fer.students.recalibration import recalibrate
from fewshot_fer.students.roster import Roster

TODAY, LATER = 0, 1
"""The two sessions: every student's light and camera differ between them."""
REST_S: Final = 3.0
"""Before the later lesson everybody looks into the camera for so long, at rest."""


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """Which class is drawn and how long each of the two lessons is."""

    students: int = 25
    seconds: float = 20.0
    seed: int = 0
    looks_a_second: int = 10


@dataclass(frozen=True, slots=True)
class Scene:
    """A moment of the demo, for whoever watches."""

    stage: str
    """`before`, `enrol`, `rest` or `after`."""
    done: float
    total: float
    """Seconds of a lesson, or students."""
    view: View | None = None
    tally: Tally | None = None


Watch = Callable[[Scene], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one seed."""

    seed: int
    before: Tally
    after: Tally
    refused: int
    """Reference pictures that the gate did not let through."""
    looks: int
    looking: float
    """Seconds that these looks took."""

    @property
    def fps(self) -> float:
        """Frames a second that the sessions worked off."""
        return self.looks / self.looking if self.looking else 0.0


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


class Demo:
    """One class of one seed; the library lies in a folder that the caller throws away."""

    def __init__(self, plan: DemoPlan, recognizer: Recognizer, folder: Path, watch: Watch) -> None:
        self._plan = plan
        self._recognizer = recognizer
        self._roster = Roster(Library(folder), recognizer)
        self._watch = watch
        self._class = invent_class(plan.students, plan.seed)
        self._looks, self._looking = 0, 0.0

    def run(self) -> Outcome:
        """Before, enrolment, rest in the later session's light, after."""
        before = self._watched("before", self._lesson(TODAY), TODAY, self._strangers())[1]
        ids, refused = self._enrol()
        lesson = self._lesson(LATER)
        self._recalibrate(lesson, ids)
        after = self._watched("after", lesson, LATER, (self._enrolled(), ids))[1]
        return Outcome(self._plan.seed, before, after, refused, self._looks, self._looking)

    def _lesson(self, session: int) -> Lesson:
        plan = LessonPlan(seconds=self._plan.seconds)
        return invent_lesson(self._plan.students, 1000 * self._plan.seed + session, plan)

    def _strangers(self) -> tuple[Members, Mapping[str, str]]:
        names = {student.id: student.name for student in self._class}
        return Strangers(self._recognizer.generic, names), {v: k for k, v in names.items()}

    def _enrolled(self) -> Members:
        return Enrolled(self._roster, PrototypeIndex(self._recognizer.generic))

    def _enrol(self) -> tuple[dict[str, str], int]:
        """Everybody from one picture an expression; ids by name, and how many were refused."""
        gate = Gate(self._recognizer.find, assess)
        enrolment = Enrolment(self._roster, gate, skip_refused=True)
        consent = agreed("Drawn students", datetime.now(UTC))
        ids, refused = {}, 0
        for done, student in enumerate(self._class):
            self._watch(Scene("enrol", done, len(self._class)))
            enrolled = enrolment.enroll(student.name, _references(student), consent)
            ids[student.name] = enrolled.student.id
            refused += len(enrolled.refused)
        return ids, refused

    def _recalibrate(self, lesson: Lesson, ids: Mapping[str, str]) -> None:
        """The later light and camera, from a few seconds in which all are at rest."""
        session, _ = self._watched(
            "rest", _at_rest(lesson), LATER, (self._enrolled(), ids), seconds=REST_S
        )
        for student in session.memory.students:
            z = session.memory.of(student)
            recalibrate(self._roster, student, z, [NEUTRAL] * len(z), how="resting face")

    def _watched(
        self,
        stage: str,
        lesson: Lesson,
        light: int,
        members: tuple[Members, Mapping[str, str]],
        *,
        seconds: float | None = None,
    ) -> tuple[ClassSession, Tally]:
        """Watch a lesson with a session of its own, and mark what it says."""
        total = self._plan.seconds if seconds is None else seconds
        gallery = Gallery(self._class, lesson, session=light)
        tags, scorer = NameTags(members[1]), Scorer()
        session = ClassSession(self._recognizer, members[0], namer=tags)
        for frame in gallery.frames(total, self._plan.looks_a_second):
            tags.read(frame)
            view = session.look(frame.image, frame.time)
            scorer.mark(frame.time, labels_of(view), frame.truth)
            self._looks += 1
            self._looking += view.timings.total
            self._watch(Scene(stage, frame.time, total, view, scorer.tally))
        return session, scorer.tally


def _references(student: DrawnStudent) -> list[Picture]:
    return [
        Picture(expression, image, f"{student.name}, {expression}")
        for expression, image in reference_pictures(student, session=TODAY)
    ]


def _at_rest(lesson: Lesson) -> Lesson:
    """The same people on the same day, looking into the camera and doing nothing."""
    return Lesson(
        tuple(
            replace(part, beats=(Beat(0.0, NEUTRAL),), talks=(), hands=()) for part in lesson.parts
        )
    )


def drawn_pictures(students: int, seed: int, looks_a_second: float) -> Pictures:
    """A drawn class as a source; the lesson goes on and on."""
    lesson_s = 60.0
    plan = LessonPlan(seconds=lesson_s)
    gallery = Gallery(invent_class(students, seed), invent_lesson(students, seed, plan))
    for k in count():
        time = k / looks_a_second
        yield Captured(gallery.frame(time % lesson_s).image, time)
