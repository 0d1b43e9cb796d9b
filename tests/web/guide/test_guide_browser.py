"""The guide before a camera in a real browser: who follows the prompts, and who does not."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from fewshot_fer.drawn.files import reference_pictures, to_jpeg
from fewshot_fer.drawn.roster import DrawnStudent, invent_class
from fewshot_fer.expressions import BASIC
from fewshot_fer.students.store.library import Library
from tests.web.browsing import browser, serving, wrong
from tests.web.portal.conftest import school as school
from tests.web.portal.device import School

pytestmark = pytest.mark.slow

CAMERA = """
(pictures) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
  const context = canvas.getContext('2d');
  const images = Object.fromEntries(Object.entries(pictures).map(([name, src]) =>
    [name, Object.assign(new Image(), { src })]));
  window.shows = 'neutral';
  setInterval(() => context.drawImage(images[window.shows], 0, 0), 40);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(25);
}
"""


@pytest.fixture(scope="module")
def actor() -> DrawnStudent:
    """Somebody drawn whose seven expressions are read as they are meant."""
    return invent_class(12, 1)[7]


def sit_down(page: Any, actor: DrawnStudent) -> None:
    """Put somebody before the page's camera who shows what `window.shows` says."""
    pictures = {
        name: "data:image/jpeg;base64," + b64encode(to_jpeg(image, 92)).decode()
        for name, image in reference_pictures(actor)
    }
    page.evaluate(CAMERA, pictures)


def show(page: Any, expression: str) -> None:
    page.evaluate("(name) => { window.shows = name; }", expression)


def test_seven_of_seven_for_who_follows_the_prompts(
    tmp_path: Path, free_port: int, actor: DrawnStudent
) -> None:
    with serving(tmp_path, free_port) as server, browser() as watched:
        page = watched.page
        page.goto(server.opening("/students"))
        page.get_by_role("button", name="I have read this").click()
        page.get_by_role("button", name="I have read this").wait_for(state="hidden")
        page.get_by_role("button", name="Enrol a student").click()
        page.get_by_role("textbox", name="Who has read this and agrees?").fill("Ada's mother")
        page.keyboard.press("Enter")
        for purpose in ("Read me live", "Keep my numbers", "Keep my pictures"):
            page.get_by_text(purpose).last.click()
        page.get_by_role("textbox", name="The student's name").fill("Ada")
        page.keyboard.press("Enter")
        page.get_by_text("Take or drop at least one picture.").wait_for()
        sit_down(page, actor)
        show(page, "sad")  # Not what is asked for first: the guide waits while it is looked at.
        page.get_by_role("button", name="Start the camera").click()
        page.get_by_role("button", name="Take it now").wait_for()
        assert wrong(page) == []
        for expression in ("neutral", *(name for name in BASIC if name != "neutral")):
            page.locator("#ask").get_by_text(f"{expression}.").wait_for()
            assert page.locator("#example").is_visible()
            show(page, expression)
            page.locator(f'#shots img[alt="Taken: {expression}"]').wait_for()
        page.get_by_role("button", name="Use these pictures").click()
        page.get_by_role("button", name="Enrol", exact=True).click()
        page.get_by_text("is enrolled.").wait_for()
        (ada,) = Library(tmp_path / "support_sets").students()
        assert dict(ada.counts) == dict.fromkeys(BASIC, 1)
        assert (watched.errors, watched.foreign) == ([], [])


def test_nothing_is_taken_silently_of_who_does_not(school: School, actor: DrawnStudent) -> None:
    with browser(viewport={"width": 390, "height": 844}) as watched:
        phone = watched.page
        phone.goto(school.address + school.invite()[0])
        phone.get_by_label("Your name").fill("Dora")
        phone.get_by_label("Read me live").check()
        phone.get_by_label("Keep my pictures").check()
        phone.get_by_role("button", name="Join the class").click()
        phone.get_by_role("button", name="Switch on my camera").wait_for()
        sit_down(phone, actor)
        phone.get_by_role("button", name="Switch on my camera").click()
        phone.locator("#said").get_by_text("neutral").wait_for()
        phone.get_by_role("button", name="Teach it my face").click()
        for box in phone.locator("#panel input[name=expression]").all():
            box.set_checked(box.get_attribute("value") in ("neutral", "surprise", "happy"))
        phone.get_by_role("button", name="Start").click()
        phone.locator(".steps .done").get_by_text("neutral").wait_for()
        for wrong in ("neutral", "sad", "fear"):
            show(phone, wrong)
            hint = "at rest" if wrong == "neutral" else f"more like {wrong}"
            phone.locator("#words-hint").get_by_text(hint).wait_for()
            phone.wait_for_timeout(2500)  # Longer than a right face has to be held.
            assert phone.locator(".steps .done").all_text_contents() == ["neutral"]
        phone.get_by_role("button", name="Take it now").click()
        phone.get_by_role("button", name="Skip this one").click()
        phone.get_by_role("heading", name="Keep these pictures?").wait_for()
        first = phone.locator("#panel .shots img")
        assert first.count() == 2
        before = first.last.get_attribute("src")
        show(phone, "happy")
        phone.get_by_role("button", name="Again").last.click()
        phone.locator("#words-hint").get_by_text("Hold it").wait_for()
        phone.get_by_role("heading", name="Keep these pictures?").wait_for()
        assert first.count() == 2
        assert first.last.get_attribute("src") != before
        assert watched.errors == []
