"""A teacher lets the devices of the network in by one button, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.web.network.reaching import own_address
from tests.web.browsing import browser, film, serving, wrong

pytestmark = pytest.mark.slow


@pytest.mark.skipif(own_address() is None, reason="this machine is in no network")
def test_one_button_and_a_students_own_device_is_in_the_class(
    tmp_path: Path, free_port: int, people: tuple[DrawnStudent, ...]
) -> None:
    camera = film(tmp_path / "camera.mjpeg", people[0], "happy")
    with (
        serving(tmp_path, free_port) as server,
        browser(camera, ignore_https_errors=True) as watched,
    ):
        page = watched.page
        page.goto(server.opening())
        page.get_by_role("button", name="I have read this").click()
        page.get_by_role("button", name="A drawn class").click()
        page.locator(".face").first.wait_for()
        page.get_by_role("button", name="Invite").click()
        page.get_by_text("no other device can open it").wait_for()
        assert not page.locator("#reach-command").is_visible()
        page.get_by_role("button", name="Let devices in this network in").click()
        page.get_by_text("Devices in this network can take part").wait_for()
        assert wrong(page) == []
        page.get_by_role("button", name="Make a link").click()
        page.locator("#qr svg").wait_for()
        link = page.get_by_role("textbox", name="The link").input_value()
        assert link.startswith(f"https://{own_address()}:")

        phone = page.context.new_page()
        phone.goto(link)
        phone.get_by_label("Your name").fill("Zoe")
        phone.get_by_label("Read me live").check()
        phone.get_by_role("button", name="Join the class").click()
        phone.get_by_role("button", name="Switch on my camera").click()
        phone.locator("#said").get_by_text("happy").wait_for()
        phone.close()

        # The program ends as usual, also while somebody is inside.
        code, said = server.stop()
        assert (code, "Traceback" in said) == (0, False), said
