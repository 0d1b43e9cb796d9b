"""The drawn class as a source, so that there is something to see with nothing to set up."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Final, Protocol

from fewshot_fer.drawn.cohort import TODAY, NameTags
from fewshot_fer.drawn.files import reference_pictures, to_jpeg
from fewshot_fer.drawn.gallery import Gallery
from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
from fewshot_fer.drawn.roster import DrawnStudent, invent_class
from fewshot_fer.errors import FewshotFerError
from fewshot_fer.settings import Settings
from fewshot_fer.students.enrolment.enrolment import Enrolment
from fewshot_fer.students.enrolment.gate import Gate, Picture
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.students.store.library import Library
from fewshot_fer.web.classes import RunningClass
from fewshot_fer.web.watched import Classes

SOURCE: Final = "drawn:class"
MOST: Final = 49
_LESSON_S: Final = 120.0
_PICTURES_A_SECOND: Final = 10.0
_ANSWER_S: Final = 30.0


class Host(Protocol):
    """What drawing needs of the service."""

    demo: int
    library: Library
    classes: Classes

    @property
    def class_name(self) -> str:
        """What sessions of the class are found by."""
        ...

    @property
    def roster(self) -> Roster:
        """The students as the recogniser sees them."""
        ...


def thrown_away(settings: Settings, folder: Path) -> Settings:
    """The settings, with students and record in a folder that lasts as long as the program."""
    record = f"sqlite:///{folder / 'drawn.db'}"
    return settings.model_copy(update={"support_sets": folder / "students", "records": record})


def class_now(host: Host) -> RunningClass:
    """The class that is watched now, or a new one."""
    return host.classes.latest(lambda: new_class(host))


def new_class(host: Host) -> RunningClass:
    """A new class; where nobody is real, one in which the drawn students sit."""
    if not host.demo:
        return host.classes.open(host.class_name)
    running = host.classes.open(f"Drawn class of {host.demo}")
    draw(host, running, host.demo)
    return running


def draw(host: Host, running: RunningClass, students: int, seed: int = 0) -> None:
    """Let a drawn class sit in a running class until that ends, or its source is taken away."""
    people = invent_class(students, seed)
    drawing = _Drawing(running, people, seed)
    running.when_over(drawing.over.set)
    Thread(target=drawing.go_on, name="drawing", daemon=True).start()
    if host.demo:
        Thread(target=_enrol, args=(host, drawing, people), name="enrolling", daemon=True).start()


class _Drawing:
    """Draws, sends, waits for the answer; a picture that would be late is not drawn."""

    def __init__(self, running: RunningClass, people: tuple[DrawnStudent, ...], seed: int) -> None:
        self.over = Event()
        self.ids: dict[str, str] = {}
        """Whom a name tag stands for; grows as they enrol."""
        self._running = running
        plan = LessonPlan(seconds=_LESSON_S)
        self._gallery = Gallery(people, invent_lesson(len(people), seed, plan))
        self._tags = NameTags(self.ids)

    def go_on(self) -> None:
        """Until the class ends."""
        step = 1 / _PICTURES_A_SECOND
        self._running.draws = True
        while not self.over.is_set() and self._running.draws:
            began = self._running.time
            state = self._running
            if state.paused or not (state.viewers or state.recording):
                self.over.wait(0.2)
                continue
            frame = self._gallery.frame(round(began / step) * step % _LESSON_S)
            self._tags.read(frame)
            future = self._running.offer(SOURCE, to_jpeg(frame.image, 82), namer=lambda: self._tags)
            with suppress(FewshotFerError, TimeoutError):
                future.result(timeout=_ANSWER_S)
            self.over.wait(max(0.0, step - (self._running.time - began)))
        self._running.leave(SOURCE)


def _enrol(host: Host, drawing: _Drawing, people: tuple[DrawnStudent, ...]) -> None:
    """Everybody with one picture of each expression, while the lesson goes on."""
    roster = host.roster
    enrolment = Enrolment(roster, Gate(roster.recogniser.find), skip_refused=True)
    consent = agreed("Drawn students", datetime.now(UTC))
    there = {one.name: one.id for one in host.library.students()}
    drawing.ids.update(there)
    for person in people:
        if person.name in there:
            continue
        if drawing.over.is_set():
            return
        pictures = [
            Picture(expression, image, f"{person.name}, {expression}")
            for expression, image in reference_pictures(person, session=TODAY)
        ]
        with suppress(FewshotFerError):
            enrolled = enrolment.enroll(person.name, pictures, consent)
            drawing.ids[person.name] = enrolled.student.id
