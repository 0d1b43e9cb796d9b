"""A recorded lesson afterwards: the video with boxes, the same report, a session if wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from fewshot_fer.cli import app
from fewshot_fer.drawn.files import reference_picture
from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.lesson.drawing import VideoFile
from fewshot_fer.students.classes import add_class, fill
from fewshot_fer.web.app_state import AppState
from tests.web.browsing import browser, serving
from tests.web.pages.visiting import Opens, enroll, press, run, said

pytestmark = pytest.mark.slow


@pytest.fixture
def lesson(tmp_path: Path, people: tuple[DrawnStudent, ...]) -> Path:
    """Two seconds of neutral, then two of happy."""
    pictures = [reference_picture(people[0], name) for name in ("neutral", "happy")]
    with VideoFile(tmp_path / "lesson", 10.0) as film:
        for picture in pictures:
            for _ in range(20):
                film.add(picture)
    return film.path


def test_a_recorded_lesson_has_the_report_of_a_live_one_and_is_kept_only_if_wanted(
    service: AppState, opens: Opens, people: tuple[DrawnStudent, ...], lesson: Path
) -> None:
    ada = enroll(service, "Ada", people[0], "neutral", "happy")
    test = opens("pictures")
    test.file_uploader[0].set_value([("lesson.mp4", lesson.read_bytes(), "video/mp4")])
    run(test).toggle[0].set_value(True)
    words = said(run(test))
    for told in ("Below the video", "of the class (1 student)", "shown most"):
        assert told in words
    with service.store() as store:
        assert store.sessions() == [], "looking stores nothing"
    press(test, "Keep this as a session")
    assert "It is session 1 now" in said(test)
    with service.store() as store:
        (session,) = store.sessions()
        assert (session.each, store.students_of(session.id)) == (True, [ada.id])
        assert session.seconds >= 3


def test_of_a_recorded_lesson_only_the_class_that_was_chosen_is_known(
    service: AppState, opens: Opens, people: tuple[DrawnStudent, ...], lesson: Path
) -> None:
    ada = enroll(service, "Ada", people[0], "neutral", "happy")
    for name, students in (("7b", [ada.id]), ("8a", [])):
        add_class(service.library, name)
        fill(service.library, name, students)
    test = opens("pictures")
    test.file_uploader[0].set_value([("lesson.mp4", lesson.read_bytes(), "video/mp4")])
    for name in ("7b", "8a"):
        test.selectbox(key="tried-class").set_value(name)
        run(test).toggle[0].set_value(True)
        press(run(test), "Keep this as a session")
    settings = service.settings
    where = ("--support-sets", str(settings.support_sets), "--records", settings.records)
    for name in ("7b", "8a"):
        options = ("--record-students", "--class", name, "--every", "0.2")
        assert app.run(["analyze", str(lesson), *options, *where]) == 0
    assert app.run(["analyze", str(lesson), "--class", "9c", *where]) == 1
    with service.store() as store:
        kept = [(one.class_name, store.students_of(one.id)) for one in store.sessions()]
    assert kept == 2 * [("8a", []), ("7b", [ada.id])]


def test_the_strip_below_a_video_takes_one_to_a_place_in_it(
    tmp_path: Path, free_port: int, lesson: Path
) -> None:
    with serving(tmp_path, free_port) as server, browser() as watched:
        page = watched.page
        page.goto(server.opening("/pictures"))
        page.get_by_role("button", name="I have read this").click()
        page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(str(lesson))
        video, strip = page.locator("video"), page.get_by_role("slider", name="Place in the video")
        video.wait_for()
        assert video.evaluate(_WHEN_READY) == pytest.approx(4, abs=0.5)
        box = strip.bounding_box()
        strip.click(position={"x": 0.75 * box["width"], "y": 5})
        assert video.evaluate("video => video.currentTime") == pytest.approx(2.9, abs=0.3)
        strip.press("ArrowLeft")
        assert video.evaluate("video => video.currentTime") == 0
        assert strip.get_attribute("aria-valuetext") == "0:00"
        assert (watched.errors, watched.foreign) == ([], [])


_WHEN_READY = """video => new Promise((told) => {
  const ready = () => (video.readyState > 0 ? told(video.duration) : setTimeout(ready, 50));
  ready();
})"""
