"""Pictures of a class are in the memory of one process: its teacher's pages are there too."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.fakes.waiting import PATIENCE_S
from tests.web.house import House
from tests.web.pages.conftest import script
from tests.web.pages.visiting import run, said
from tests.web.several.conftest import Silent

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
