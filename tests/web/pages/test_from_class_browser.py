"""Pictures of a class that runs, in a real browser: of the last minute, and of a moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.students.store.library import Library
from tests.web.browsing import Watched, browser, film, serving, zoe_is_enrolled, zoe_is_seen

pytestmark = pytest.mark.slow


def keep_all(page: Any) -> None:
    """Answer whatever is asked about the pictures."""
    keep = page.get_by_role("button", name="Keep it")
    while asked := keep.count():
        keep.first.click()
        page.wait_for_function(_FEWER, arg=asked)


_FEWER = """before => [...document.querySelectorAll('button')]
  .filter((one) => one.innerText.trim() === 'Keep it').length < before"""


@pytest.fixture
def zoe(tmp_path: Path, shared_recognizer: Recognizer, people: tuple[DrawnStudent, ...]) -> Library:
    return zoe_is_enrolled(shared_recognizer, tmp_path / "support_sets", people[0])


@pytest.fixture
def watched(
    tmp_path: Path, free_port: int, people: tuple[DrawnStudent, ...], zoe: Library
) -> Iterator[Watched]:
    """A class in which Zoe rests and is happy by turns."""
    camera = film(tmp_path / "camera.mjpeg", people[0], "neutral", "happy")
    with serving(tmp_path, free_port) as server, browser(camera) as watched:
        watched.page.goto(server.opening())
        watched.page.get_by_role("button", name="I have read this").click()
        zoe_is_seen(watched.page)
        yield watched
        assert (watched.errors, watched.foreign) == ([], [])


def test_the_last_minute_is_looked_at_and_then_stored(watched: Watched, zoe: Library) -> None:
    page = watched.page
    page.get_by_role("link", name="Students").click()
    page.get_by_role("button", name="From the class").click()
    page.get_by_role("button", name="Take the last minute").click()
    page.get_by_text("Save the pictures of").wait_for()
    assert dict(zoe.students()[0].counts) == {"neutral": 1}, "nothing is stored yet"
    keep_all(page)
    page.get_by_role("button", name="Save the pictures of 1 student").click()
    page.get_by_text("stored.", exact=False).first.wait_for()
    assert zoe.students()[0].counts["happy"] == 1
    page.get_by_role("button", name="The class is live. Back to it").click()
    page.locator(".face b").get_by_text("Zoe").wait_for()


def test_no_page_goes_on_showing_who_is_deleted(watched: Watched, zoe: Library) -> None:
    page = watched.page
    page.get_by_role("link", name="Students").click()
    page.get_by_role("button", name="From the class").click()
    page.get_by_role("button", name="Take the last minute").click()
    face = page.get_by_alt_text("the face as it is stored").first
    face.wait_for()
    zoe.remove(zoe.students()[0].id)
    face.wait_for(state="detached")


def test_a_moment_that_was_kept_teaches_an_expression(watched: Watched, zoe: Library) -> None:
    page = watched.page
    page.keyboard.press("k")
    page.get_by_text("The faces of this moment wait").wait_for()
    page.get_by_role("link", name="Expressions").click()
    page.get_by_role("textbox", name="What is it called?").fill("Confused")
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="Zoe").check(force=True)
    page.get_by_role("button", name="Use these faces").click()
    page.get_by_text("Zoe shows confused").wait_for()
    keep_all(page)
    page.get_by_role("button", name="Teach confused").click()
    page.get_by_text("confused is learnt").wait_for()
    assert zoe.class_expressions() == ("confused",)
    assert zoe.students()[0].counts["confused"] == 1
