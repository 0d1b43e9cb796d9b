"""The pages in a real browser: enrol before the camera, today's light and back, delete."""

from __future__ import annotations

from pathlib import Path

import pytest

from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.students.store.library import Library
from tests.web.browsing import browser, film, serving

pytestmark = pytest.mark.slow


def test_from_the_agreement_to_nothing_is_left(
    tmp_path: Path, free_port: int, people: tuple[DrawnStudent, ...]
) -> None:
    camera = film(tmp_path / "camera.mjpeg", people[0], "neutral")
    with serving(tmp_path, free_port) as server, browser(camera) as watched:
        page = watched.page
        page.goto(server.opening())
        page.get_by_role("button", name="I have read this").click()
        page.get_by_role("button", name="I have read this").wait_for(state="hidden")
        page.get_by_role("link", name="Students").click()
        page.get_by_role("button", name="Enrol a student").click()
        page.get_by_role("textbox", name="Who has read this and agrees?").fill("Ada's mother")
        page.keyboard.press("Enter")
        for purpose in ("Read me live", "Keep my numbers", "Keep my pictures"):
            page.get_by_text(purpose).last.click()
        page.get_by_role("textbox", name="The student's name").fill("Ada")
        page.keyboard.press("Enter")

        # All expressions are chosen at first; one is enough here.
        for name in ("angry", "disgust", "fear", "happy", "sad", "surprise"):
            page.get_by_role("button", name=name, exact=True).click()
        # The camera asks for what the page has been told of: nobody is as quick as this test.
        page.locator('.guide[data-expressions="neutral"]').wait_for()
        page.get_by_text("Take or drop at least one picture.").wait_for()
        page.get_by_role("button", name="Start the camera").click()
        page.get_by_text("Relax your face: neutral.").wait_for()
        page.get_by_text("Good.", exact=True).first.wait_for()
        page.get_by_role("button", name="Use these pictures").click()
        page.get_by_text("Done.", exact=True).wait_for()
        page.get_by_role("button", name="Enrol", exact=True).click()
        page.get_by_text("is enrolled.").wait_for()
        library = Library(tmp_path / "support_sets")
        (ada,) = library.students()
        assert dict(ada.counts) == {"neutral": 1}

        page.get_by_role("tab", name="Today's light").click()
        # As long as this page is not whole, the camera of the one before stands below it.
        light = page.get_by_role("tabpanel", name="Today's light")
        light.get_by_role("button", name="Start the camera").click()
        page.get_by_text("Recalibrated.").wait_for()
        assert library.students()[0].calibrations == 1
        page.get_by_role("button", name="Take back").click()
        page.get_by_text("is taken back").wait_for()
        assert library.students()[0].calibrations == 0

        page.get_by_role("tab", name="Name and data").click()
        page.get_by_role("textbox", name="Type the student's name to confirm").fill("Ada")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Delete for good").click()
        page.get_by_text("Nothing of Ada is left.").wait_for()
        assert library.students() == []
        assert (watched.errors, watched.foreign) == ([], [])
