"""How the class's page looks in a real browser: labels, the list, tiles, and nothing that jumps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.browsing import Server, browser, serving, wrong

pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery"

OVERLAPS = """
() => {
  const root = document.querySelector('.fewshot-fer-live').shadowRoot;
  const faces = [...root.querySelectorAll('.face')];
  const boxes = faces.map((face) => face.getBoundingClientRect());
  const on = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const found = [];
  faces.forEach((face, k) => {
    const tag = face.querySelector('.tag').getBoundingClientRect();
    boxes.forEach((box, other) => {
      if (other !== k && tag.width > 0 && on(tag, box)) found.push([k, other]);
    });
  });
  const labels = faces.filter((one) => !one.querySelector('.tag').hidden).length;
  return { faces: faces.length, labels, found };
}
"""

ALIKE = """
() => {
  const root = document.querySelector('.fewshot-fer-live').shadowRoot;
  const words = (all) => [...root.querySelectorAll(all)].map((one) => one.textContent).sort();
  return [words('.face .what'), words('#people .what')];
}
"""

SHIFTS = """
() => {
  window.shifts = [];
  const where = ({ x, y, width, height }) => [x, y, width, height].map(Math.round);
  new PerformanceObserver((list) => list.getEntries().filter((one) => !one.hadRecentInput)
    .forEach(({ value, sources }) => window.shifts.push([value, ...sources.map(
      ({ node, previousRect, currentRect }) =>
        [node?.textContent.slice(0, 40), where(previousRect), where(currentRect)])])))
    .observe({ type: 'layout-shift' });
}
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    options = ("--drawn", "12", "--password", PASSWORD)
    with serving(tmp_path_factory.mktemp("twelve"), _free(), *options) as server:
        yield server


def _free() -> int:
    from socket import socket

    with socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def class_of(page: Any, server: Server, faces: int) -> None:
    page.goto(server.address)
    if "/sign-in" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
    page.locator(".face").nth(faces - 1).wait_for()
    page.locator(".face .tag:not([hidden])").nth(faces - 1).wait_for(state="attached")


def test_no_label_of_49_lies_on_another_face(tmp_path: Path, free_port: int) -> None:
    options = ("--drawn", "49", "--password", PASSWORD)
    with serving(tmp_path, free_port, *options) as server, browser() as watched:
        page = watched.page
        for width, height in ((1440, 900), (1920, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            class_of(page, server, 45)
            for _ in range(5):
                seen = page.evaluate(OVERLAPS)
                assert seen["labels"] == seen["faces"] >= 45
                assert seen["found"] == []
                page.wait_for_timeout(300)
        assert wrong(page) == []
        page.keyboard.press("t")
        page.locator(".tiled .face").nth(44).wait_for()
        frame = page.locator("#frame").bounding_box()
        for tile in page.locator(".tiled .face").all():
            box = tile.bounding_box()
            assert box["x"] >= frame["x"] - 1
            assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
            assert box["y"] + box["height"] <= frame["y"] + frame["height"] + 1
        page.get_by_label("Find a name or an expression").fill("happy")
        page.get_by_text(" of ").first.wait_for()
        assert set(page.locator("#people .what").all_inner_texts()) <= {"happy"}
        assert watched.errors == []


def test_the_list_says_what_the_picture_says(served: Server) -> None:
    with browser(viewport={"width": 1440, "height": 900}) as watched:
        page = watched.page
        class_of(page, served, 12)
        for _ in range(40):
            picture, listed = page.evaluate(ALIKE)
            assert picture == listed
            page.wait_for_timeout(60)


def test_nothing_jumps_while_a_class_runs(served: Server) -> None:
    with browser(viewport={"width": 1440, "height": 900}) as watched:
        page = watched.page
        class_of(page, served, 12)
        page.wait_for_timeout(3000)
        page.evaluate(SHIFTS)
        page.get_by_role("button", name="Record …").click()
        page.get_by_label("Every student too").check()
        page.get_by_role("button", name="Record", exact=True).click()
        page.get_by_text("Recording the class and every student", exact=True).first.wait_for()
        page.wait_for_timeout(3000)
        page.get_by_role("button", name="Mark a moment").click()
        page.get_by_role("button", name="Mark", exact=True).click()
        page.wait_for_timeout(1500)
        page.get_by_role("button", name="Pause", exact=True).click()
        page.wait_for_timeout(1500)
        page.get_by_role("button", name="Go on", exact=True).click()
        page.wait_for_timeout(1500)
        page.get_by_role("button", name="Stop recording", exact=True).click()
        page.get_by_text("Not recorded", exact=True).wait_for()
        page.wait_for_timeout(6500)  # The toast has come and gone.
        assert page.evaluate("() => window.shifts") == []


def test_every_action_has_a_key_and_one_hides_everything_personal(served: Server) -> None:
    with browser(viewport={"width": 1440, "height": 900}) as watched:
        page = watched.page
        class_of(page, served, 12)
        page.keyboard.press("?")
        page.get_by_role("dialog", name="Keys").get_by_text("hide everything personal").wait_for()
        page.keyboard.press("Escape")
        page.keyboard.press("h")
        page.get_by_text("Projector mode").wait_for()
        for personal in ("#stage", "#people", "#check-ins", "#door"):
            assert not page.locator(personal).is_visible()
        assert page.locator(".bars").first.is_visible()
        page.keyboard.press("h")
        page.locator(".face").first.wait_for()
        page.keyboard.press("p")
        page.get_by_text("Paused: nothing is read.").wait_for()
        for there in (True, False):  # Though no picture comes.
            page.keyboard.press("t")
            tiles = page.locator(".tiled .face").first
            tiles.wait_for(state="visible" if there else "hidden")
        page.keyboard.press("p")
        page.get_by_text("Paused: nothing is read.").wait_for(state="hidden")
        page.keyboard.press("m")
        page.get_by_label("What begins now").type("help me")
        assert page.get_by_label("What begins now").input_value() == "help me"
        page.keyboard.press("Enter")
        page.get_by_text("Marked: help me.").wait_for()
        assert watched.errors == []


def test_a_small_window_above_all_others_has_the_bars_of_the_class(served: Server) -> None:
    with browser(viewport={"width": 1440, "height": 900}) as watched:
        page = watched.page
        class_of(page, served, 12)
        with page.context.expect_page() as opened:
            page.get_by_role("button", name="Small window").click()
        small = opened.value
        small.locator(".bars .number", has_text="%").nth(6).wait_for()
        small.locator(".meter").wait_for()
        assert small.title() == "The class"
        assert small.locator(".of").inner_text() != ""
        assert small.locator(":is(.face, .who)").count() == 0, "nothing personal"
        fits = "document.documentElement.scrollWidth <= innerWidth"
        small.wait_for_function(f"getComputedStyle(document.body).margin === '0px' && {fits}")
        with small.expect_event("close"):
            page.get_by_role("button", name="Small window").click()
        assert watched.errors == []


def test_nothing_serious_is_wrong_for_those_who_cannot_see(served: Server) -> None:
    with browser(viewport={"width": 1440, "height": 900}) as watched:
        page = watched.page
        class_of(page, served, 12)
        assert wrong(page) == []
        page.keyboard.press("t")
        page.locator(".tiled .face").first.wait_for()
        assert wrong(page) == []
        page.keyboard.press("h")
        page.get_by_text("Projector mode").wait_for()
        assert wrong(page) == []
        page.keyboard.press("h")
        for key in "rinc?":
            page.keyboard.press(key)
            page.get_by_role("dialog").wait_for()
            assert wrong(page) == []
            page.keyboard.press("Escape")


def test_on_a_phone_the_menu_closes_after_a_choice(served: Server) -> None:
    with browser(viewport={"width": 390, "height": 844}) as watched:
        page = watched.page
        class_of(page, served, 12)
        page.get_by_test_id("stExpandSidebarButton").click()
        closes = page.get_by_test_id("stSidebarCollapseButton")
        closes.wait_for()
        page.get_by_role("link", name="Students").click()
        page.get_by_role("heading", name="Students").wait_for()
        closes.wait_for(state="hidden")
