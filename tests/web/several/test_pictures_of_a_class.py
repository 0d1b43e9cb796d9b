"""Pictures of a class are in the memory of one process: its teacher's pages are there too."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.recognizer import Recognizer
from tests.fakes.waiting import PATIENCE_S
from tests.web.browsing import browser, film, zoe_is_enrolled, zoe_is_seen
from tests.web.house import House
from tests.web.pages.conftest import script
from tests.web.pages.visiting import run, said
from tests.web.several.balanced import Web, free_port, needs_haproxy, served
from tests.web.several.conftest import Host, Silent

pytestmark = pytest.mark.slow


def from_the_class(app: House) -> str:
    page = AppTest.from_function(
        script, kwargs={"page": "students", "app": app}, default_timeout=PATIENCE_S
    )
    page.query_params["live"] = "yes"
    return said(run(page))


def test_a_page_says_that_another_process_has_them(two: tuple[House, House, Silent]) -> None:
    here, there, _ = two
    assert "No class is watched now" in from_the_class(there)
    lesson = here.lessons.open("7b")
    assert "another process of this server" in from_the_class(there)
    assert "another process" not in from_the_class(here)
    lesson.close()
    assert "No class is watched now" in from_the_class(there)


@needs_haproxy
@pytest.mark.parametrize("hosts", ["files"], indirect=True)
def test_behind_the_balancer_a_class_is_where_its_teachers_pages_are(
    hosts: list[Host], people: tuple[DrawnStudent, ...], shared_recognizer: Recognizer
) -> None:
    host, port = hosts[0], free_port()
    folder = host.place.folder.parent
    zoe_is_enrolled(shared_recognizer, host.settings.support_sets, people[0])
    camera = film(folder / "camera.mjpeg", people[0], "neutral", "happy")
    with served(host, port), browser(camera) as watched:
        Web(host, port).until_it_answers()
        page = watched.page
        page.goto(f"http://localhost:{port}/")
        page.get_by_label("Password").fill("correct horse")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="I have read this").click()
        zoe_is_seen(page)
        page.keyboard.press("k")
        page.get_by_text("The faces of this moment wait").wait_for()
        page.get_by_role("link", name="Expressions").click()
        page.get_by_role("textbox", name="What is it called?").fill("Confused")
        page.keyboard.press("Enter")
        page.get_by_role("checkbox", name="Zoe").wait_for(state="attached")
        page.get_by_role("link", name="Students").click()
        page.get_by_role("button", name="From the class").click()
        page.get_by_role("button", name="Take the last minute").wait_for()
        (lesson,) = json.loads((host.place.folder / "lessons.json").read_text())
        assert lesson["id"].startswith("process")
