"""A student with a phone, in a real browser: join, teach, adjust, leave, delete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.students.store.records import Purpose
from tests.web.browsing import Watched, browser, film, wrong
from tests.web.portal.device import School

pytestmark = pytest.mark.slow


@pytest.fixture
def watched(tmp_path: Path, people: tuple[DrawnStudent, ...]) -> Iterator[Watched]:
    """A phone's browser whose camera shows a drawn student who is happy."""
    camera = film(tmp_path / "camera.mjpeg", people[0], "happy")
    with browser(camera, viewport={"width": 390, "height": 844}) as phone:
        yield phone


def test_nothing_serious_is_wrong_for_those_who_cannot_see(school: School) -> None:
    with browser(viewport={"width": 390, "height": 844}) as watched:
        phone = watched.page
        phone.goto(school.address + school.invite()[0])
        assert wrong(phone) == []
        phone.get_by_label("Your name").fill("Ida")
        phone.get_by_label("Read me live").check()
        phone.get_by_label("Keep my pictures").check()
        phone.get_by_role("button", name="Join the class").click()
        phone.get_by_role("button", name="Switch on my camera").wait_for()
        assert wrong(phone) == []
        phone.get_by_role("link", name="Delete everything about me").click()
        phone.get_by_role("button", name="Delete everything").wait_for()
        assert wrong(phone) == []
        phone.get_by_role("button", name="Delete everything").click()
        phone.get_by_role("heading", name="Everything about you is deleted").wait_for()
        phone.goto(f"{school.address}/sign-in")
        phone.get_by_role("heading", name="Sign in").wait_for()
        assert wrong(phone) == []


def test_a_student_joins_teaches_adjusts_leaves_and_deletes(
    school: School, watched: Watched
) -> None:
    phone = watched.page
    phone.goto(school.address + school.invite()[0])
    phone.get_by_label("Your name").fill("Chiara")
    phone.get_by_label("Read me live").check()
    phone.get_by_label("Keep my pictures").check()
    phone.get_by_role("button", name="Join the class").click()
    phone.get_by_role("button", name="Switch on my camera").click()
    phone.locator("#said").get_by_text("happy").wait_for()

    (chiara,) = school.service.library.students()
    phone.get_by_role("button", name="Teach it my face").click()
    for box in phone.locator("#panel input[name=expression]").all():
        box.set_checked(box.get_attribute("value") == "happy")
    phone.get_by_role("button", name="Start").click()
    phone.get_by_alt_text("You, showing happy").wait_for()
    assert school.service.library.open(chiara.id).references == ()
    phone.get_by_role("button", name="Save").click()
    phone.get_by_role("heading", name="1 picture is stored").wait_for()
    assert school.service.library.open(chiara.id).counts == {"happy": 1}
    phone.get_by_role("button", name="Done").click()

    phone.get_by_role("button", name="Adjust to this light").click()
    phone.get_by_label("One picture of me showing").check()
    phone.get_by_role("button", name="Start").click()
    phone.get_by_role("button", name="Undo it").wait_for()
    assert len(school.service.library.open(chiara.id).calibrations) == 1
    phone.get_by_role("button", name="Undo it").click()
    phone.get_by_role("heading", name="Taken back").wait_for()
    assert school.service.library.open(chiara.id).calibrations == ()

    phone.get_by_role("button", name="Leave the class").click()
    phone.get_by_role("heading", name="You have left the class").wait_for()
    assert school.service.portal.devices.of(school.running.id) == ()

    phone.goto(school.address + school.invite(student=chiara.id)[0])
    phone.get_by_label("Read me live").check()
    phone.get_by_label("Keep my pictures").check()
    phone.get_by_role("button", name="Join the class").click()
    phone.get_by_role("link", name="Delete everything about me").click()
    phone.get_by_role("button", name="Delete everything").click()
    phone.get_by_role("heading", name="Everything about you is deleted").wait_for()
    assert school.service.library.students() == []
    assert (watched.errors, watched.foreign) == ([], [])


@pytest.mark.parametrize("language", ["xx", "de", "hi"])
def test_longer_words_and_words_from_right_to_left_fit_a_phone(
    school: School, watched: Watched, language: str
) -> None:
    phone, link = watched.page, school.invite()[0]
    phone.goto(f"{school.address}/language?to={language}&next={link}")
    phone.locator("#name").fill(f"Chiara {language}")
    for box in phone.locator("input[type=checkbox]").all():
        box.check()
    assert _overhanging(phone) == []
    phone.locator("form button.first").click()
    phone.locator("#on").click()
    phone.locator("#said:not(.unsure)").wait_for()
    phone.locator("#teach").click()
    assert _overhanging(phone) == []
    if language == "xx":
        assert "happy" in phone.locator("#said").inner_text().lower()
        swatch, said = (phone.locator(one).bounding_box() for one in ("#swatch", "#said"))
        assert swatch is not None
        assert said is not None
        assert swatch["x"] > said["x"], "what comes first is on the right"
    assert (watched.errors, watched.foreign) == ([], [])


def _overhanging(page: Any) -> list[str]:
    """What stands out of the page at either side."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('main *:not(.unseen, .unseen *)')].filter((one) => {
            const { left, right, width } = one.getBoundingClientRect();
            const inside = left > -1 && right < innerWidth + 1;
            return width && !inside && !one.closest('.stage, details:not([open])');
        }).map((one) => `${one.tagName} ${one.textContent.trim().slice(0, 40)}`)"""
    )
    return found


def test_the_camera_stays_on_while_a_purpose_is_agreed_to_and_taken_back(
    school: School, watched: Watched
) -> None:
    phone = watched.page
    phone.goto(school.address + school.invite()[0])
    phone.get_by_label("Your name").fill("Chiara")
    phone.get_by_label("Read me live").check()
    phone.get_by_role("button", name="Join the class").click()
    phone.get_by_role("button", name="Switch on my camera").click()
    phone.locator("#said").get_by_text("happy").wait_for()
    phone.evaluate("window.stays = true")
    chiara = next(one for one in school.service.library.students() if one.name == "Chiara")

    def agreed() -> bool:
        return Purpose.PICTURES in school.service.library.open(chiara.id).purposes

    phone.locator("#agreement summary", has_text="Keep my pictures").click()
    phone.get_by_role("button", name="I agree to this").last.click()
    phone.get_by_role("button", name="Take it back").last.wait_for()
    assert agreed()
    phone.get_by_role("button", name="Take it back").last.click()
    phone.get_by_role("button", name="I agree to this").last.wait_for()
    assert not agreed()
    assert phone.evaluate("window.stays")
    assert phone.locator("#off").is_hidden()
    phone.locator("#line").get_by_text("Live", exact=True).wait_for()
    assert (watched.errors, watched.foreign) == ([], [])
