"""A student whose pictures stay on their device, in a real browser: nothing of them goes out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.lesson.commands import ReadOnDevice
from fewshot_fer.web.app_state import AppState
from tests.fakes.waiting import until
from tests.web.browsing import Sent, Watched, browser, film
from tests.web.portal.device import School

pytestmark = pytest.mark.slow
FAKE = Path(__file__).with_name("fake_reader.js").read_text(encoding="utf-8")


@pytest.fixture
def watched(
    tmp_path: Path, people: tuple[DrawnStudent, ...], school: School,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Watched]:  # fmt: skip
    """A phone's browser whose camera shows a drawn student, on a server that has the files."""
    monkeypatch.setattr(AppState, "on_device_files", "/assets/on_device/fake/")
    school.running.ask(ReadOnDevice("allowed")).result()
    camera = film(tmp_path / "camera.mjpeg", people[0], "happy")
    with browser(camera, viewport={"width": 390, "height": 844}) as phone:
        phone.page.route(
            "**/assets/on_device/reader.js",
            lambda route: route.fulfill(body=FAKE, content_type="text/javascript"),
        )
        yield phone


def joined(school: School, page: Any, name: str) -> str:
    """Somebody new is in the class, their camera off; their id."""
    page.goto(school.address + school.invite()[0])
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Read me live").check()
    page.get_by_role("button", name="Join the class").click()
    page.get_by_role("button", name="Switch on my camera").wait_for()
    return next(one.id for one in school.service.library.students() if one.name == name)


def test_pictures_stay_and_labels_go(school: School, watched: Watched) -> None:
    phone = watched.page
    student = joined(school, phone, "Stays")
    sent = Sent.of(phone)
    phone.get_by_label("My pictures stay on this device").check()
    phone.get_by_role("button", name="Switch on my camera").click()
    phone.get_by_role("status").get_by_text("Read on this device").wait_for()
    phone.locator("#said").get_by_text("happy").wait_for()
    assert until(lambda: school.seen(student) == [(True, "happy")])

    # Teaching: the same steps, and what is taught stays here, encrypted.
    phone.get_by_role("button", name="Teach it my face").click()
    for box in phone.locator("#panel input[name=expression]").all():
        box.set_checked(box.get_attribute("value") == "happy")
    phone.get_by_role("button", name="Start").click()
    phone.get_by_text("They stay on this device, encrypted").wait_for()
    phone.get_by_role("button", name="Save").click()
    phone.get_by_role("heading", name="1 kept on this device").wait_for()
    phone.get_by_role("button", name="Done").click()
    phone.locator("#said").get_by_text("surprise").wait_for()
    assert until(lambda: school.seen(student) == [(True, "surprise")])
    assert school.service.library.open(student).references == ()
    assert "0.123456" not in phone.evaluate(STORED)

    # It is there again when the page is, and gone when it is forgotten.
    phone.reload()
    phone.get_by_role("button", name="Switch on my camera").click()
    phone.get_by_text("nowhere else: 1.").wait_for()
    phone.locator("#said").get_by_text("surprise").wait_for()
    with phone.expect_download() as saved:
        phone.get_by_role("button", name="Save them as a file").click()
    phone.get_by_role("button", name="Forget them").click()
    phone.get_by_text("No picture of you is kept").wait_for()
    phone.locator("#said").get_by_text("happy").wait_for()
    phone.locator("#kept-file").set_input_files(saved.value.path())
    phone.get_by_text("nowhere else: 1.").wait_for()
    altered = bytearray(saved.value.path().read_bytes())
    altered[-1] ^= 1
    given = {"name": "a.fewshot-fer", "mimeType": "application/octet-stream", "buffer": altered}
    phone.locator("#kept-file").set_input_files({**given, "buffer": bytes(altered)})
    phone.get_by_text("Nothing was changed").wait_for()

    # Who deletes everything deletes this too; whose it was can never be opened again anyway.
    phone.get_by_role("link", name="Delete everything about me").click()
    phone.get_by_role("button", name="Delete everything").click()
    phone.get_by_role("heading", name="Everything about you is deleted").wait_for()
    assert until(lambda: phone.evaluate(STORED) == "")

    # All that went out: a few characters about once a second.
    assert max(sent.bodies) < 400, "the form that deletes, and no picture"
    said = [json.loads(text) for text in sent.texts]
    assert {one["do"] for one in said} == {"report"}
    assert {key for one in said for key in one} == {"do", "checkpoint", "face"}
    faces = [one["face"] for one in said if one["face"]]
    assert {key for one in faces for key in one} == {
        "pixels", "best", "unsure", "quality", "scores",
    }  # fmt: skip
    assert max(map(len, sent.texts)) < 320
    assert (watched.errors, watched.foreign) == ([], [])


@pytest.mark.parametrize("there", [True, False])
def test_of_who_is_removed_nothing_stays_in_the_browser(
    school: School, watched: Watched, there: bool
) -> None:
    phone = watched.page
    student = joined(school, phone, "Removed")
    phone.get_by_label("My pictures stay on this device").check()
    phone.get_by_role("button", name="Switch on my camera").click()
    phone.locator("#said").get_by_text("happy").wait_for()
    phone.get_by_role("button", name="Teach it my face").click()
    for box in phone.locator("#panel input[name=expression]").all():
        box.set_checked(box.get_attribute("value") == "happy")
    phone.get_by_role("button", name="Start").click()
    phone.get_by_role("button", name="Save").click()
    phone.get_by_role("heading", name="1 kept on this device").wait_for()
    if not there:
        phone.goto(f"{school.address}/sign-in")
    assert phone.evaluate(STORED) != ""
    school.service.portal.forget(student)
    if not there:
        phone.goto(f"{school.address}/me")
    assert until(lambda: phone.evaluate(STORED) == "")
    assert student not in phone.evaluate("JSON.stringify(localStorage)")


STORED = """async () => {
    const open = indexedDB.open('fewshot-fer', 1);
    await new Promise((done) => { open.onsuccess = done; });
    const all = open.result.transaction('references').objectStore('references').getAll();
    await new Promise((done) => { all.onsuccess = done; });
    return all.result.map(({ data }) => new TextDecoder().decode(data)).join();
}"""


def test_a_device_that_cannot_read_sends_no_picture_of_who_wants_them_to_stay(
    school: School, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AppState, "on_device_files", "/assets/on_device/broken/")
    phone = watched.page
    student = joined(school, phone, "Old browser")
    sent = Sent.of(phone)
    phone.get_by_label("My pictures stay on this device").check()
    phone.get_by_role("button", name="Switch on my camera").click()
    phone.get_by_text("too old to read pictures itself").wait_for()
    phone.get_by_text("no picture is sent").wait_for()
    assert (sent.bodies, school.seen(student)) == ([], [])
    # The server's way is theirs to choose.
    phone.get_by_label("My pictures stay on this device").uncheck()
    assert until(lambda: [own for own, _ in school.seen(student)] == [False])
    assert sent.bodies != []


def test_where_the_class_insists_the_choice_is_not_the_students(
    school: School, watched: Watched
) -> None:
    phone = watched.page
    student = joined(school, phone, "Insisted")
    phone.get_by_role("button", name="Switch on my camera").click()
    assert until(lambda: [own for own, _ in school.seen(student)] == [False])
    school.running.ask(ReadOnDevice("required")).result()
    phone.get_by_role("status").get_by_text("Read on this device").wait_for()
    assert until(lambda: [own for own, _ in school.seen(student)] == [True])
    assert phone.get_by_label("My pictures stay on this device").is_disabled()
    assert watched.errors == []
