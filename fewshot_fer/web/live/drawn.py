"""The drawn class as a source, so that there is something to see with nothing to set up."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

from fewshot_fer.drawn.cohort import TODAY, NameTags
from fewshot_fer.drawn.files import reference_pictures
from fewshot_fer.drawn.gallery import Gallery
from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
from fewshot_fer.drawn.roster import DrawnStudent, invent_class
from fewshot_fer.errors import FewshotFerError
from fewshot_fer.lesson.commands import Pull, Source
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.sources import Captured, Pictures
from fewshot_fer.palette import colour, ordered
from fewshot_fer.settings import Settings
from fewshot_fer.students.enrolment.enrolment import Enrolment, kept
from fewshot_fer.students.enrolment.gate import Gate, Picture
from fewshot_fer.students.store.consent import agreed

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState

SOURCE: Final = "drawn:class"
MOST: Final = 49
_LESSON_S: Final = 120.0
_PICTURES_A_SECOND: Final = 10.0


def thrown_away(settings: Settings, folder: Path) -> Settings:
    """The settings, with students and record in a folder that lasts as long as the program."""
    record = f"sqlite:///{folder / 'drawn.db'}"
    return settings.model_copy(update={"support_sets": folder / "students", "records": record})


def class_now(app: AppState) -> LessonEngine:
    """The class that is watched now, here from now on, or a new one."""
    running = app.running()
    if running and not app.lessons.all():
        return app.lessons.get(running[-1].id)
    return app.lessons.latest(lambda: new_class(app))


def id_now(app: AppState) -> str:
    """The id of the class that is watched now, in whichever process, or of a new one."""
    running = app.running()
    return running[-1].id if running else class_now(app).id


def is_elsewhere(app: AppState) -> bool:
    """Whether a class is held by another process, in whose memory alone its pictures are."""
    here = {one.id for one in app.lessons.all()}
    return any(one.id not in here for one in app.running())


def page_data(app: AppState) -> dict[str, object]:
    """What the class's page is told besides the class."""
    names = app.library.expressions()
    return {
        "names": ordered(names),
        "colours": {name: colour(name, names) for name in names},
        "demo": app.demo > 0,
        "classes": [] if app.demo else app.library.classes(),
    }


def new_class(app: AppState) -> LessonEngine:
    """A new class; where nobody is real, one in which the drawn students sit."""
    if not app.demo:
        return app.lessons.open(app.class_name)
    lesson = app.lessons.open(f"Drawn class of {app.demo}")
    draw(app, lesson, app.demo)
    return lesson


def draw(app: AppState, lesson: LessonEngine, students: int, seed: int = 0) -> None:
    """Let a drawn class sit in a lesson until that ends, or its source is taken away."""
    people = invent_class(students, seed)
    ids: dict[str, str] = {}
    tags = NameTags(ids)
    source = Source(SOURCE, "drawn", pictures=_pictures(people, tags, seed), waits=True, namer=tags)
    lesson.ask(Pull(source))
    if app.demo:
        enrolling = Thread(
            target=_enrol, args=(app, lesson, ids, people), name="enrolling", daemon=True
        )
        enrolling.start()


def _pictures(people: Sequence[DrawnStudent], tags: NameTags, seed: int) -> Pictures:
    """The lesson of a drawn class, over and over; a picture that would be late is not drawn."""
    plan = LessonPlan(seconds=_LESSON_S)
    gallery = Gallery(people, invent_lesson(len(people), seed, plan))
    step, began = 1 / _PICTURES_A_SECOND, monotonic()
    while True:
        now = monotonic() - began
        frame = gallery.frame(round(now / step) * step % _LESSON_S)
        tags.read(frame)
        yield Captured(frame.image, now)
        sleep(max(0.0, step - (monotonic() - began - now)))


def _enrol(
    app: AppState, lesson: LessonEngine, ids: dict[str, str], people: Sequence[DrawnStudent]
) -> None:
    """Everybody with one picture of each expression, while the lesson goes on.

    `ids` says whom a name tag stands for, and grows as they enrol.
    """
    roster = app.roster
    enrolment = Enrolment(roster, Gate(roster.recogniser.find), skip_refused=True, keep=kept)
    consent = agreed("Drawn students", datetime.now(UTC))
    there = {one.name: one.id for one in app.library.students()}
    ids.update(there)
    for person in people:
        if person.name in there:
            continue
        if lesson.state.ended:
            return
        pictures = [
            Picture(expression, image, f"{person.name}, {expression}")
            for expression, image in reference_pictures(person, session=TODAY)
        ]
        with suppress(FewshotFerError):
            enrolled = enrolment.enroll(person.name, pictures, consent)
            ids[person.name] = enrolled.student.id
