"""Two teachers in a real browser: each signs in by name and sees their own students."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from fewshot_fer.records.folders import web_folder
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.students.store.library import Library
from fewshot_fer.web.school.accounts import Teachers
from tests.web.browsing import Server, browser, serving
from tests.web.school.teachers import ADA, BOB, password_of

pytestmark = pytest.mark.slow


def test_each_sees_their_own_students(tmp_path: Path, free_port: int) -> None:
    server = Server(tmp_path, free_port)
    accounts = Teachers(web_folder(server.records), time.time)
    for name in (ADA, BOB):
        made = accounts.add(name, password_of(name))
        library = Library(accounts.folder_of(made) / "class")
        library.create(f"Student of {name}", agreed("A parent", library.now()))
    with serving(tmp_path, free_port) as server, browser() as watched:
        page = watched.page
        enter(page, server.address, ADA)
        page.get_by_text(f"Student of {ADA}").first.wait_for()
        assert page.get_by_text(f"Student of {BOB}").count() == 0
        page.goto(f"{server.address}/sign-out")
        page.get_by_role("button", name="Sign out").click()
        enter(page, server.address, BOB)
        page.get_by_text(f"Student of {BOB}").first.wait_for()
        assert page.get_by_text(f"Student of {ADA}").count() == 0
        assert (watched.errors, watched.foreign) == ([], [])


def enter(page: Any, address: str, name: str) -> None:
    """Sign in by name, and go to the students."""
    page.goto(f"{address}/students")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password_of(name))
    page.get_by_role("button", name="Sign in").click()
