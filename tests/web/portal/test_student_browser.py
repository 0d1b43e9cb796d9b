"""A student with a phone, in a real browser: join, teach, adjust, leave, delete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fewshot_fer.drawn.roster import DrawnStudent
from tests.web.browsing import Watched, browser, film, wrong
from tests.web.portal.device import School

pytestmark = pytest.mark.slow


@pytest.fixture
def watched(tmp_path: Path, people: tuple[DrawnStudent, ...]) -> Iterator[Watched]:
    """A phone's browser whose camera shows a drawn student who is happy."""
    camera = film(tmp_path / "camera.mjpeg", people[0], "happy")
    with browser(camera, viewport={"width": 390, "height": 844}) as phone:
        yield phone


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_is_wrong_for_those_who_cannot_see(school: School, scheme: str) -> None:
    with browser(viewport={"width": 390, "height": 844}, color_scheme=scheme) as watched:
        phone = watched.page
        phone.goto(school.address + school.invite()[0])
        assert wrong(phone) == []
        phone.get_by_label("Your name").fill(f"Ida {scheme}")
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
