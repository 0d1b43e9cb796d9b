"""Pages in other languages in a real browser: chosen, said by scripts, and read from the right."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fewshot_fer.languages import PSEUDO, Say
from tests.web.browsing import browser, serving

pytestmark = pytest.mark.slow

SHOTS = os.environ.get("FEWSHOT_FER_SHOTS", "")
"""A folder for pictures of the pages, for who wants to look at them."""
WIDER = """() => {
  const live = document.querySelector('.fewshot-fer-live')?.shadowRoot.querySelector('#live');
  const wider = (part) => part ? part.scrollWidth - part.clientWidth : 0;
  return Math.max(wider(document.documentElement), wider(live));
}"""
"""By how much the page, or the class in it, is wider than its place."""
DRAGGED = """place => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(['x'], 'a.jpg', { type: 'image/jpeg' }));
  place.dispatchEvent(new DragEvent('dragenter', { bubbles: true, dataTransfer }));
}"""
"""A file is held above the place for it."""
SAYS = """words => {
  const over = document.querySelector('[data-testid=stFileUploaderDropzoneInput] + div');
  return over && getComputedStyle(over, '::after').content === `"${words}"`;
}"""
BESIDE = "name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()"
AWAY = "The program does not answer. This page goes on by itself once it is back."


def test_a_teacher_chooses_a_language_and_nothing_breaks_in_any(
    tmp_path: Path, free_port: int
) -> None:
    with serving(tmp_path, free_port, "--drawn", "4") as server, browser() as watched:
        page = watched.page
        page.goto(server.opening())
        page.get_by_role("button", name="End the class").wait_for()
        page.get_by_role("link", name="Deutsch").click()
        page.get_by_role("button", name=Say("de")("End the class")).wait_for()
        page.get_by_role("link", name=Say("de")("Students")).wait_for()
        page.locator(".bars").get_by_text(Say("de")("happy")).first.wait_for()

        page.goto(f"{server.address}/language?to={PSEUDO}&next=/")
        page.get_by_role("button", name="‹End the class···›").wait_for()
        assert page.locator("html").get_attribute("dir") == "rtl"
        assert page.evaluate(WIDER) <= 0
        _shot(page, "class")
        page.goto(f"{server.address}/sessions")
        page.get_by_text("‹Nothing was recorded yet···›").wait_for()
        assert page.evaluate(WIDER) <= 0
        _shot(page, "sessions")
        assert watched.errors == []


def test_what_streamlit_says_by_itself_is_in_the_language_of_the_page(
    tmp_path: Path, free_port: int
) -> None:
    with serving(tmp_path, free_port, "--drawn", "4") as server, browser() as watched:
        page = watched.page
        page.goto(server.opening("/pictures"))
        page.get_by_role("button", name="Upload", exact=True).wait_for()
        page.get_by_role("link", name="Deutsch").click()
        page.get_by_role("button", name="Hochladen", exact=True).wait_for()
        place = page.get_by_test_id("stFileUploaderDropzone")
        assert "Upload" not in place.inner_text()
        place.evaluate(DRAGGED)
        page.wait_for_function(SAYS, arg="Hier ablegen")
        assert "Drag and drop" not in place.inner_text()
        assert page.evaluate(BESIDE, "--say-away") == f'"{Say("de")(AWAY)}"'
        page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(
            {"name": "nobody.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
        )
        place.get_by_text("nobody.jpg").wait_for()
        assert watched.errors == []


def _shot(page: object, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)  # type: ignore[attr-defined]
