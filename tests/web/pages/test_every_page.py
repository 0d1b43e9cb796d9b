"""Every page of the teacher's in a real browser: nothing keeps somebody from using it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.settings import Settings
from fewshot_fer.web.app_state import AppState
from tests.web.browsing import browser, serving, wrong
from tests.web.pages.visiting import enroll, record

pytestmark = pytest.mark.slow


def test_nothing_serious_is_wrong_for_those_who_cannot_see(
    tmp_path: Path, free_port: int, shared_recognizer: Recognizer
) -> None:
    ada = filled(tmp_path, shared_recognizer)
    # The report comes in a sandbox in which no script runs, axe no more than another.
    how: dict[str, Any] = {"viewport": DESKTOP, "bypass_csp": True}
    with serving(tmp_path, free_port) as server, browser(**how) as watched:
        page = watched.page
        page.goto(server.opening())
        page.get_by_role("button", name="I have read this").wait_for()
        found = {"the first page": wrong(page)}
        page.get_by_role("button", name="I have read this").click()
        page.get_by_role("button", name="I have read this").wait_for(state="hidden")
        for path in (
            "students", "students?new=yes", "students?class=yes",
            "expressions", "sessions", "sessions?session=1", "sessions?term=7b", "pictures",
            "settings",
        ):  # fmt: skip
            page.goto(f"{server.address}/{path}")
            settled(page)
            found[path] = wrong(page)
        page.goto(f"{server.address}/students?student={ada}")
        for tab in ("What was learnt", "Pictures", "Today's light", "Name and data"):
            page.get_by_role("tab", name=tab).click()
            settled(page)
            found[tab] = wrong(page)
        page.goto(f"{server.address}/api/docs")
        page.get_by_text("GET").first.wait_for()
        found["api"] = wrong(page, besides="#operations")  # Swagger UI
        page.goto((Path(__file__).parents[3] / "docs/look.html").as_uri())
        found["the parts"] = wrong(page)
        for path in ("api/v1/sessions/1/report", "sign-out"):
            page.goto(f"{server.address}/{path}")
            page.get_by_role("heading").first.wait_for()
            found[path] = wrong(page)
    assert {path: some for path, some in found.items() if some} == {}


DESKTOP = {"width": 1440, "height": 900}


def settled(page: Any) -> None:
    """Wait until the page has run to its end."""
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.get_by_role("heading").first.wait_for()
    page.wait_for_timeout(500)
    page.wait_for_selector("[data-test-script-state=notRunning]")


def filled(folder: Path, recognizer: Recognizer) -> str:
    """Somebody enrolled, whose id it is, and a session in a folder that is then served."""
    app = AppState(
        Settings(
            support_sets=folder / "support_sets", records=f"sqlite:///{folder}/fewshot-fer.db"
        ),
        opens=lambda *_: recognizer,
    )
    ada = enroll(app, "Ada", invent_class(12, 1)[7], "neutral", "happy").id
    record(app, ada)
    app.close()
    return ada
