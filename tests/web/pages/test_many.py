"""A class is enrolled at once on the page, and a picture is moved to what it shows."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fewshot_fer.drawn.files import reference_picture, to_jpeg
from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.students.store.records import Purpose
from fewshot_fer.web.app_state import AppState
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
