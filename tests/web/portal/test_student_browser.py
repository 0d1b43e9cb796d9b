"""A student with a phone, in a real browser: join, teach, adjust, leave, delete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fewshot_fer.drawn.files import reference_pictures, write_mjpeg
from fewshot_fer.drawn.roster import invent_class
from tests.web.portal.device import School, listening

if TYPE_CHECKING:
    from playwright.sync_api import Page

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium here"),
]
PATIENCE = 60_000
"""Milliseconds; a busy machine takes its time."""


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    with listening(tmp_path) as made:
        yield made


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Page]:
    """A phone's browser whose camera shows a drawn student who is happy."""
    camera = tmp_path / "camera.mjpeg"
    student = invent_class(3, seed=0)[2]
    write_mjpeg(camera, [one for _, one in reference_pictures(student, ("happy",), takes=5)])
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=str(CHROMIUM),
            args=[
                "--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={camera}",
            ],
        )  # fmt: skip
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.set_default_timeout(PATIENCE)
        yield page
        browser.close()


def test_a_student_joins_teaches_adjusts_leaves_and_deletes(school: School, phone: Page) -> None:
    trouble: list[str] = []
    phone.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    phone.on("pageerror", lambda error: trouble.append(str(error)))
    hosts: set[str] = set()
    phone.on("request", lambda asked: hosts.add(asked.url.split("/")[2]))

    phone.goto(school.address + school.invite()[0])
    phone.get_by_label("Your name").fill("Chiara")
    phone.get_by_label("I have read").check()
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
    phone.get_by_label("I have read").check()
    phone.get_by_role("button", name="Join the class").click()
    phone.get_by_role("link", name="Delete everything about me").click()
    phone.get_by_role("button", name="Delete everything").click()
    phone.get_by_role("heading", name="Everything about you is deleted").wait_for()
    assert school.service.library.students() == []
    assert trouble == []
    assert hosts == {f"127.0.0.1:{school.port}"}
