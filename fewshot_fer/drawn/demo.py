"""The whole way on a drawn class: read as strangers, enrol, recalibrate in new light, read again.

What the students truly show is known to the scorer alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from fewshot_fer.drawn.cohort import LATER, TODAY, Cohort, at_rest
from fewshot_fer.drawn.gallery import Gallery
from fewshot_fer.drawn.lesson import Lesson, LessonPlan, invent_lesson
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.drawn.scoring import Scorer, Tally, labels_of
from fewshot_fer.lesson.members import Members
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.lesson.sources import Captured, Pictures
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.records.views import View

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


class Demo:
    """One class of one seed; the library lies in a folder that the caller throws away."""

    def __init__(self, plan: DemoPlan, recognizer: Recognizer, folder: Path, watch: Watch) -> None:
        self._plan = plan
        self._cohort = Cohort(plan.students, plan.seed, recognizer, folder)
        self._watch = watch
        self._looks, self._looking = 0, 0.0

    def run(self) -> Outcome:
        """Before, enrolment, rest in the later session's light, after."""
        cohort, total = self._cohort, self._plan.seconds
        before = self._watched("before", self._lesson(TODAY), TODAY, cohort.strangers(), total)[1]
        everybody = len(cohort.students)
        refused = cohort.enrol(lambda done: self._watch(Scene("enrol", done, everybody)))
        lesson = self._lesson(LATER)
        rested, _ = self._watched("rest", at_rest(lesson), LATER, cohort.enrolled(), REST_S)
        cohort.recalibrate(rested)
        after = self._watched("after", lesson, LATER, cohort.enrolled(), total)[1]
        return Outcome(self._plan.seed, before, after, refused, self._looks, self._looking)

    def _lesson(self, session: int) -> Lesson:
        plan = LessonPlan(seconds=self._plan.seconds)
        return invent_lesson(self._plan.students, 1000 * self._plan.seed + session, plan)

    def _watched(
        self, stage: str, lesson: Lesson, light: int, members: Members, total: float
    ) -> tuple[ClassSession, Tally]:
        """Watch a lesson with a session of its own, and mark what it says."""
        watcher = self._cohort.watcher(members)
        gallery = Gallery(self._cohort.students, lesson, session=light)
        scorer = Scorer()
        for frame in gallery.frames(total, self._plan.looks_a_second):
            view = watcher.look(frame)
            scorer.mark(frame.time, labels_of(view), frame.truth)
            self._looks += 1
            self._looking += view.timings.total
            self._watch(Scene(stage, frame.time, total, view, scorer.tally))
        return watcher.session, scorer.tally


def drawn_pictures(students: int, seed: int, looks_a_second: float) -> Pictures:
    """A drawn class as a source; the lesson goes on and on."""
    lesson_s = 60.0
    plan = LessonPlan(seconds=lesson_s)
    gallery = Gallery(invent_class(students, seed), invent_lesson(students, seed, plan))
    for k in count():
        time = k / looks_a_second
        yield Captured(gallery.frame(time % lesson_s).image, time)
