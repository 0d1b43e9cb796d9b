"""A class is enrolled at once on the page, and a picture is moved to what it shows."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fewshot_fer.drawn.files import reference_picture, to_jpeg
from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import EVERY, Purpose
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.unsaved import LASTS_S, Unsaved
from tests.students.people import AGREED, library_at
from tests.web.browsing import browser, serving
from tests.web.pages.visiting import Opens, enroll, press, run, said

pytestmark = pytest.mark.slow


def agree(test: AppTest) -> AppTest:
    test.text_input(key="agreed-by").input("Forms of September")
    run(test)
    for purpose in Purpose:
        test.checkbox(key=f"agreed-{purpose}").check()
    return run(test)


def test_a_zip_becomes_a_class_and_who_waits_stays(
    service: AppState, opens: Opens, people: tuple[DrawnStudent, ...]
) -> None:
    enroll(service, "Cem", people[0], "happy")
    faces = [to_jpeg(reference_picture(one, "happy"), 92) for one in people]
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, data in zip(("Ada", "Ben", "Cem"), (*faces, faces[0] + b" "), strict=True):
            archive.writestr(f"7b/{name}-happy.jpg", data)
        archive.writestr("7b/Dora.jpg", to_jpeg(np.zeros((300, 300, 3), np.uint8), 90))
    test = opens("students", **{"class": "yes"})
    assert len(test.file_uploader) == 0, "photographs come after the agreement"
    agree(test).file_uploader[0].set_value([("7b.zip", packed.getvalue(), "application/zip")])
    words = said(run(test))
    for told in ("Cem is enrolled already", "No picture of Dora can be used", "No face was found"):
        assert told in words
    assert [one.name for one in service.library.students()] == ["Cem"], "nothing is stored yet"
    press(test, "Leave out", place=[one.value for one in test.text_input].index("Cem") - 1)
    press(test, "Enrol 2 students")
    ada, ben, _ = sorted(service.library.students(), key=lambda one: one.name)
    assert (ada.name, ben.name, dict(ada.counts)) == ("Ada", "Ben", {"happy": 1})
    assert service.library.open(ben.id).consent.by == "Forms of September"
    assert "2 students are enrolled" in said(test)
    assert "Dora" in [one.value for one in test.text_input], "who waits is still there"


def test_a_list_without_photographs_says_what_is_missing(opens: Opens) -> None:
    test = agree(opens("students", **{"class": "yes"}))
    test.file_uploader[0].set_value([("7b.csv", b"name,photo\nAnna,a.jpg\n", "text/csv")])
    assert "There is no a\\.jpg" in said(run(test))


def test_a_stored_picture_is_moved_to_what_it_shows(
    service: AppState, opens: Opens, people: tuple[DrawnStudent, ...]
) -> None:
    ada = enroll(service, "Ada", people[0], "sad")
    sha = ada.references[0].sha
    test = opens("students", student=ada.id)
    test.selectbox(key=f"shows-{sha}-sad").set_value("happy")
    run(test)
    assert service.library.open(ada.id).counts == {"happy": 1}
    assert "moved from sad to happy" in said(test)


def test_a_tab_that_is_loaded_again_has_its_photographs_back(
    tmp_path: Path, free_port: int, people: tuple[DrawnStudent, ...]
) -> None:
    photograph = tmp_path / "Ada-happy.jpg"
    photograph.write_bytes(to_jpeg(reference_picture(people[0], "happy"), 92))
    with serving(tmp_path, free_port) as server, browser() as watched:
        page = watched.page
        page.goto(server.opening("/students?class=yes"))
        page.get_by_role("button", name="I have read this").click()
        _agree_in(page)
        page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(str(photograph))
        page.get_by_role("button", name="Enrol 1 student").wait_for()
        page.wait_for_url("**tab=**")
        page.reload()
        _agree_in(page)
        page.get_by_role("button", name="Enrol 1 student").click()
        page.get_by_text("1 student is enrolled.").wait_for()
    assert [one.name for one in Library(tmp_path / "support_sets").students()] == ["Ada"]


def _agree_in(page: Any) -> None:
    page.get_by_role("textbox", name="Who has agreed, for all of them?").fill("Forms")
    page.keyboard.press("Enter")
    for purpose in ("Read me live", "Keep my numbers", "Keep my pictures"):
        page.get_by_role("checkbox", name=purpose).check(force=True)
    page.get_by_text("2. Photographs").wait_for()


def test_what_was_not_saved_is_gone_after_an_hour_or_when_all_is_deleted(tmp_path: Path) -> None:
    now = [0.0]
    unsaved = Unsaved(library_at(tmp_path), lambda: now[0])
    first = unsaved.of("a")
    first["new", ""] = 1
    now[0] = LASTS_S
    assert unsaved.of("a") == {("new", ""): 1}, "whoever comes back begins a new hour"
    now[0] = 2 * LASTS_S + 1
    assert (unsaved.of("a"), first) == ({}, {}), "also where a page still shows it"
    mine = unsaved.of("b")
    mine["new", ""] = 2
    unsaved.forget()
    assert (mine, unsaved.of("b")) == ({}, {})


def test_trays_of_who_is_gone_or_took_pictures_back_are_gone(tmp_path: Path) -> None:
    library = library_at(tmp_path)
    gone, took, here = (library.create(name, AGREED, []).id for name in ("Ada", "Bo", "Cem"))
    unsaved = Unsaved(library, lambda: 0.0)
    mine = unsaved.of("a")
    mine |= {("new", ""): 1, ("more", gone): 1, ("in-class", took): 1, ("in-class", here): 1}
    library.remove(gone)
    library.agree(took, replace(AGREED, purposes=EVERY - {Purpose.PICTURES}))
    unsaved.forget_who_left()
    assert mine == unsaved.of("a") == {("new", ""): 1, ("in-class", here): 1}
