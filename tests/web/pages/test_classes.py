"""A teacher's several classes, on the pages and where the class is watched."""

from __future__ import annotations

from pathlib import Path

import pytest

from fewshot_fer.records.store import Store
from fewshot_fer.students.classes import add_class, fill, of_class
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.students.store.library import Library
from fewshot_fer.web.app_state import AppState
from tests.web.browsing import browser, serving
from tests.web.pages.visiting import Opens, press, record, run, said


def names(library: Library, of: str) -> list[str]:
    return [one.name for one in of_class(library, of)]


@pytest.fixture
def people(service: AppState) -> list[str]:
    """Three students without pictures, in no class yet."""
    consent = agreed("Their parents", service.library.now())
    return [service.library.create(name, consent).id for name in ("Ada", "Ben", "Cleo")]


def test_a_class_is_added_filled_renamed_and_removed(
    service: AppState, opens: Opens, people: list[str]
) -> None:
    record(service, None, seconds=20)
    page = opens("students", classes="")
    page.text_input[0].set_value("7b")
    page = press(page, "Add")
    assert "7b is added." in said(page)
    page.button_group(key="in-0").set_value(people[:2])
    page = press(page, "Save")
    assert "2 students are in 7b." in said(page)
    assert names(service.library, "7b") == ["Ada", "Ben"]
    page.text_input(key="rename-0").set_value("8b *Biology*")
    page = press(run(page), "Save", 1)
    assert names(service.library, "8b *Biology*") == ["Ada", "Ben"]
    with service.store() as store:
        assert store.find().class_name == "8b *Biology*"
    page = press(page, "Remove it")
    assert (service.library.classes(), len(service.library.students())) == ((), 3)


def test_the_list_shows_one_class_and_who_is_new_is_in_it(
    service: AppState, opens: Opens, people: list[str]
) -> None:
    for name in ("7b", "8a"):
        add_class(service.library, name)
    fill(service.library, "7b", people[:1])
    page = opens("students")
    page.selectbox(key="students-class").set_value("7b")
    page = run(page)
    assert "Ada" in said(page)
    assert "Ben" not in said(page)
    page = opens("students", student=people[1])
    page.button_group(key=f"classes-{people[1]}").set_value(["7b", "8a"])
    run(page)
    assert names(service.library, "8a") == ["Ben"]


@pytest.mark.slow
def test_the_class_page_watches_the_class_that_is_chosen(tmp_path: Path, free_port: int) -> None:
    library = Library(tmp_path / "support_sets")
    for name in ("7b", "8a"):
        add_class(library, name)
    consent = agreed("Their parents", library.now())
    for name, classes in (("Ada", ["7b"]), ("Ben", ["8a"]), ("Cleo", ["8a"])):
        library.create(name, consent, classes=classes)
    with serving(tmp_path, free_port) as server, browser() as watched:
        page = watched.page
        page.goto(server.opening())
        page.get_by_role("button", name="I have read this").click()
        chosen = page.get_by_label("Which class")
        chosen.select_option("8a")
        page.get_by_role("heading", name="8a", exact=True).wait_for()
        page.get_by_role("button", name="A drawn class").click()
        page.locator(".face").first.click()
        page.locator("#names button").nth(1).wait_for()
        assert page.locator("#names span").all_text_contents() == ["Ben", "Cleo"]
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Record …").click()
        page.get_by_role("button", name="Record", exact=True).click()
        page.get_by_text("Recording the class", exact=True).first.wait_for()

        # Another class asks first, and closes the recording of this one.
        chosen.select_option("7b")
        page.get_by_role("dialog").get_by_role("button", name="Stay").click()
        assert chosen.input_value() == "8a"
        chosen.select_option("7b")
        page.get_by_role("button", name="End it and go on").click()
        page.get_by_role("heading", name="7b", exact=True).wait_for()
        with Store.open(server.records) as store:
            (session,) = store.sessions()
            assert (session.class_name, session.ended is None) == ("8a", False)
        page.reload()
        page.get_by_role("heading", name="7b", exact=True).wait_for()
        assert (watched.errors, watched.foreign) == ([], [])
