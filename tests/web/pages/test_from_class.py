"""Pictures of a class that is watched: looked at by the teacher, and stored only then."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from fewshot_fer.drawn.files import reference_picture
from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.lesson.commands import Collect, Source
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.students.enrolment.gate import Candidate, Gate, Picture
from fewshot_fer.students.store.records import EVERY, Purpose
from fewshot_fer.web.app_state import AppState
from tests.fakes.waiting import until
from tests.web.pages.visiting import Opens, enroll, press, run, said

pytestmark = pytest.mark.slow


@pytest.fixture
def ada(service: AppState, people: tuple[DrawnStudent, ...]) -> str:
    return enroll(service, "Ada", people[0], "neutral").id


def shows(service: AppState, ada: str, drawn: DrawnStudent, expression: str) -> LessonEngine:
    """A class in which Ada shows something before her own camera."""
    service.opened().refresh()
    lesson = service.lessons.open("7b")
    source = Source("device:ada", "device", ada)
    image = reference_picture(drawn, expression, session=1)

    def seen() -> bool:
        lesson.offer(source, image).result(60)
        time.sleep(0.01)
        return bool(lesson.ask(Collect()).result(60))

    until(seen)
    return lesson


def test_the_last_minute_is_looked_at_and_then_stored(
    service: AppState, opens: Opens, ada: str, people: tuple[DrawnStudent, ...]
) -> None:
    shows(service, ada, people[0], "happy")
    page = press(opens("students"), "From the class")
    page = press(page, "Take the last minute")
    assert "Ada" in said(page)
    (label,) = [one for one in page.selectbox if str(one.key).startswith("shows-")]
    assert label.value == "happy"
    assert service.library.open(ada).counts == {"neutral": 1}, "nothing is stored yet"
    label.set_value("surprise")
    page = run(page)
    for keep in [one for one in page.button if one.label == "Keep it"]:
        keep.click()
        run(page)
    page = press(page, "Save the pictures of 1 student")
    assert service.library.open(ada).counts == {"neutral": 1, "surprise": 1}
    assert "1 picture is stored." in said(page)


def test_who_did_not_agree_to_pictures_is_not_there(
    service: AppState, opens: Opens, ada: str, people: tuple[DrawnStudent, ...]
) -> None:
    lesson = shows(service, ada, people[0], "happy")
    service.moments.keep(lesson.ask(Collect(moment=True)).result(60))
    assert len(service.moments.all()) == 1
    left = EVERY - {Purpose.PICTURES}
    service.portal.agree(ada, replace(service.library.open(ada).consent, purposes=left))
    assert service.moments.all() == ()
    page = press(opens("students", live="yes"), "Take the last minute")
    assert "no clear picture" in said(page)


def test_confused_is_taught_from_a_moment_of_the_class(
    service: AppState, opens: Opens, ada: str, people: tuple[DrawnStudent, ...]
) -> None:
    lesson = shows(service, ada, people[0], "surprise")
    service.moments.keep(lesson.ask(Collect(moment=True)).result(60))
    lesson.close()
    page = opens("expressions")
    page.text_input(key="teach-name").input("Confused")
    page = run(page)
    (tick,) = [one for one in page.checkbox if str(one.key).startswith("moment-")]
    tick.check()
    page = press(run(page), "Use these faces")
    for keep in [one for one in page.button if one.label == "Keep it"]:
        keep.click()
        run(page)
    press(page, "Teach confused")
    assert service.library.class_expressions() == ("confused",)
    assert service.library.open(ada).counts == {"neutral": 1, "confused": 1}


def test_confused_is_taught_before_the_camera(
    service: AppState, opens: Opens, ada: str, people: tuple[DrawnStudent, ...]
) -> None:
    page = opens("expressions")
    page.text_input(key="teach-name").input("Confused")
    page = run(page)
    page.multiselect(key="teach-many").select("Ada")
    page = run(page)
    face = Picture("confused", reference_picture(people[0], "surprise", session=1), "camera")
    taken = Gate(service.recognizer.find).look(face)
    assert isinstance(taken, Candidate)
    service.taken.put(page.session_state[f"camera-confused-{ada}-ticket"], [taken])
    page = run(page)
    for keep in [one for one in page.button if one.label == "Keep it"]:
        keep.click()
        run(page)
    press(page, "Teach confused")
    assert service.library.open(ada).counts == {"neutral": 1, "confused": 1}
