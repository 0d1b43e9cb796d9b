"""The page of the API in a real browser: an operation is tried on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.browsing import browser, serving

pytestmark = pytest.mark.slow


def test_an_operation_is_tried_on_the_page(tmp_path: Path, free_port: int) -> None:
    with serving(tmp_path, free_port) as server, browser() as watched:
        page = watched.page
        page.goto(server.opening("/api/docs"))
        page.get_by_text("GET").first.wait_for()
        page.locator("#operations-Access-me summary, #operations-Access-me button").first.click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        page.locator("#operations-Access-me .live-responses-table").get_by_text(
            "teacher"
        ).wait_for()
        assert (watched.errors, watched.foreign) == ([], [])
