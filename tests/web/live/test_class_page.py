"""The class's page in a real browser: camera, labels, recording, and coming back."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.records.store import Store
from fewshot_fer.students.store.library import Library
from tests.web.browsing import browser, film, serving

pytestmark = pytest.mark.slow


def test_from_the_first_page_to_a_report(
    tmp_path: Path, free_port: int, people: tuple[DrawnStudent, ...]
) -> None:
    # Nobody is enrolled, so that nobody has agreed.
    (tmp_path / "fewshot-fer.yaml").write_text("reads: everybody\n")
    camera = film(tmp_path / "camera.mjpeg", people[0], "neutral", "happy")
    with serving(tmp_path, free_port) as server, browser(camera) as watched:
        page = watched.page
        page.goto(server.opening())
        page.get_by_role("button", name="I have read this").click()
        page.get_by_role("button", name="A camera").click()
        label = page.locator(".face .what")
        label.get_by_text("neutral", exact=True).wait_for()
        label.get_by_text("happy", exact=True).wait_for()

        page.get_by_role("button", name="Record …").click()
        page.get_by_role("button", name="Record", exact=True).click()
        page.get_by_text("Recording the class", exact=True).first.wait_for()
        page.locator(".timeline path").first.wait_for(state="attached")

        # Its terminal is closed and it is started anew: the page says so, and the camera goes on.
        code, said = server.stop(signal.SIGHUP)
        assert code == 0
        assert "Traceback" not in said
        page.get_by_text("The connection to the server was lost").wait_for()
        with Store.open(server.records) as store:
            (session,) = store.sessions()
            assert session.ended is not None
            assert session.seconds > 0
        server.start()
        page.get_by_text("The connection to the server was lost").wait_for(state="hidden")
        page.get_by_text("Not recorded", exact=True).wait_for()
        watched.errors.clear()  # Streamlit tells the console that its server is away.
        page.locator(".timeline path").first.wait_for(state="attached")
        label.get_by_text("happy", exact=True).wait_for()

        page.get_by_role("button", name="End the class").click()
        page.get_by_role("dialog").get_by_role("button", name="End the class").click()
        page.get_by_role("heading", name="The class has ended").wait_for()
        page.get_by_role("button", name="Another class").click()
        page.get_by_role("button", name="A camera").wait_for()
        assert (watched.errors, watched.foreign) == ([], [])


def test_without_a_camera_the_page_says_what_to_do(tmp_path: Path, free_port: int) -> None:
    with serving(tmp_path, free_port) as server, browser() as watched:
        page = watched.page
        page.goto(server.opening())
        page.get_by_role("button", name="A camera").click()
        page.get_by_text("No camera was found").or_(
            page.get_by_text("does not let this page use the camera")
        ).wait_for()
        page.get_by_role("button", name="A drawn class").click()
        page.locator(".face").first.wait_for()
        page.get_by_role("switch").check()
        page.locator(".face .tag").first.wait_for()


def test_a_drawn_class_ends_like_any_other(tmp_path: Path, free_port: int) -> None:
    options = ("--drawn", "3")
    with serving(tmp_path, free_port, *options) as server, browser() as watched:
        page = watched.page
        page.goto(server.opening())
        page.locator(".face").first.wait_for()
        page.get_by_role("button", name="Record …").click()
        page.get_by_role("button", name="Record", exact=True).click()
        page.get_by_text("Recording the class", exact=True).first.wait_for()
        page.locator(".timeline path").first.wait_for(state="attached")

        page.keyboard.press("l")
        page.get_by_role("dialog").get_by_role("textbox").fill("Fractions")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Fractions · Drawn class of 3").wait_for()
        page.locator(".face").first.click()
        names = page.get_by_role("dialog").locator(".choices button")
        names.nth(2).wait_for()
        page.keyboard.press("Escape")

        page.get_by_role("button", name="Pause", exact=True).click()
        page.get_by_text("Paused: nothing is read.").wait_for()
        page.get_by_role("button", name="Go on", exact=True).click()
        page.locator(".face").first.wait_for()

        page.get_by_role("button", name="End the class").click()
        page.get_by_role("dialog").get_by_role("button", name="End the class").click()
        page.get_by_role("link", name="Open the report").wait_for()
        assert page.get_by_role("dialog").count() == 0
        page.wait_for_timeout(1500)  # A picture that was on its way would have come by now.
        assert page.get_by_role("link", name="Open the report").is_visible()
        assert page.locator(".face").count() == 0
        assert page.get_by_text("who can be read").count() == 0
        page.get_by_role("button", name="Another class").click()
        page.locator(".face").first.wait_for()
        assert (watched.errors, watched.foreign) == ([], [])


def test_a_face_is_named_and_a_new_name_is_enrolled_from_it(
    tmp_path: Path, free_port: int, people: tuple[DrawnStudent, ...]
) -> None:
    camera = film(tmp_path / "camera.mjpeg", people[0], "neutral")
    with serving(tmp_path, free_port) as server, browser(camera) as watched:
        page = watched.page
        page.goto(server.opening())
        page.get_by_role("button", name="I have read this").click()
        page.get_by_role("button", name="A camera").click()
        page.get_by_text("Nobody is enrolled yet.").wait_for()
        page.locator(".face").click()
        dialog = page.get_by_role("dialog", name="Who is this?")
        dialog.get_by_label("Find a student").fill("Zoe")
        page.keyboard.press("Enter")  # It has nobody to choose yet, and must not send the form.
        dialog.get_by_label("Who has agreed?").fill("Zoe's mother")
        page.get_by_role("button", name="Enrol Zoe from this face").click()
        dialog.wait_for(state="hidden")
        page.locator(".face b").get_by_text("Zoe").wait_for()
        (zoe,) = Library(tmp_path / "support_sets").students()
        assert (zoe.name, set(zoe.counts)) == ("Zoe", {"neutral"})

        page.locator(".face").click()
        dialog.get_by_text("as now").wait_for()
        dialog.locator("#names img").wait_for()
        page.get_by_role("button", name="Nobody of the class").click()
        page.locator(".face b").get_by_text("Zoe").wait_for(state="hidden")
        page.locator(".face").click()
        dialog.get_by_label("Find a student").fill("zo")
        page.keyboard.press("Enter")
        dialog.wait_for(state="hidden")
        page.locator(".face b").get_by_text("Zoe").wait_for()
        page.wait_for_timeout(600)
        assert not dialog.is_visible()  # The same Enter has not opened it again.
        assert (watched.errors, watched.foreign) == ([], [])
