"""The student's plain pages: who comes in and as whom, what they see, leaving and deleting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from fewshot_fer.lesson.commands import Watch
from fewshot_fer.lesson.events import Event, Noticed
from fewshot_fer.students.classes import add_class, of_class
from fewshot_fer.students.store.records import Purpose
from fewshot_fer.web.portal.door import PATIENCE
from tests.fakes.waiting import PATIENCE_S
from tests.web.portal.device import School, app_of, school_at


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    made = school_at(tmp_path)
    yield made
    made.service.lessons.close()


def browser(school: School, address: str = "http://127.0.0.1:8501") -> TestClient:
    # Outside of `with` nothing of the service is started: no recogniser is needed here.
    peer = ("127.0.0.1", 50_000)
    return TestClient(app_of(school), base_url=address, follow_redirects=False, client=peer)


def join(page: TestClient, link: str, **form: str) -> int:
    ticked = {str(one): "yes" for one in Purpose}
    return page.post(link, data={**ticked, **form}).status_code


def names(school: School) -> list[str]:
    return [one.name for one in school.service.library.students()]


def test_the_page_says_what_happens_and_names_nobody(school: School) -> None:
    school.enrolled("Anna Somebody")
    page = browser(school).get(school.invite()[0])
    assert page.status_code == 200
    assert "Agreement to be read in class" in page.text
    assert "for 180 days" in page.text
    assert "127.0.0.1:8501, and nowhere else" in page.text
    assert "Anna" not in page.text
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", page.text)


def test_a_new_name_is_in_with_its_agreement(school: School) -> None:
    page = browser(school)
    assert join(page, school.invite()[0], name=" Ben  Ode ", by="Vera Ode") == 303
    (ben,) = school.service.library.students()
    student = school.service.library.open(ben.id)
    assert (student.name, student.consent.by) == ("Ben Ode", "Vera Ode")
    mine = page.get("/me")
    assert mine.status_code == 200
    assert "Ben Ode" in mine.text
    # A click before the scripts are there would be lost: they switch the button on.
    assert re.search('<button [^>]*id="on" disabled>', mine.text)


def test_without_agreement_nothing_is_stored(school: School) -> None:
    page = browser(school)
    answer = page.post(school.invite()[0], data={"name": "Ben", "numbers": "yes"})
    assert answer.status_code == 400
    assert "not agreed" in answer.text
    assert names(school) == []
    assert page.get("/me").status_code in (401, 403)


def test_each_purpose_is_agreed_to_and_taken_back_by_itself(school: School) -> None:
    page, told = browser(school), list[Event]()
    school.running.ask(Watch(told.append)).result(PATIENCE_S)
    assert join(page, school.invite()[0], name="Ben", pictures="") == 303
    (ben,) = school.service.library.students()
    assert ben.purposes == {Purpose.READ, Purpose.NUMBERS}
    for purpose, back in ((Purpose.NUMBERS, "yes"), (Purpose.PICTURES, "")):
        form = {"purpose": purpose, "withdraw": back}
        assert page.post("/me/agreement", data=form).headers["location"] == "/me#agreement"
    consent = school.service.library.open(ben.id).consent
    assert consent.purposes == {Purpose.READ, Purpose.PICTURES}
    assert consent.by == "Ben"
    assert page.post("/me/agreement", data={"purpose": "all"}).status_code == 400
    page.post("/me/delete")
    noticed = [(one.what, one.name, *one.purposes) for one in told if isinstance(one, Noticed)]
    assert noticed == [
        ("joined", "Ben"),
        ("withdrew", "Ben", Purpose.NUMBERS),
        ("agreed", "Ben", Purpose.PICTURES),
        ("deleted", "Ben"),
    ]


def test_joining_takes_nothing_back(school: School) -> None:
    anna = school.enrolled("Anna")
    link = school.invite(student=anna)[0]
    assert join(browser(school), link, numbers="", pictures="") == 303
    assert school.service.library.open(anna).purposes == set(Purpose)


@pytest.mark.parametrize("name", ["", "   ", "\u0007", "x" * 101])
def test_a_name_that_is_none_is_explained(school: School, name: str) -> None:
    answer = browser(school).post(school.invite()[0], data={"name": name, "read": "yes"})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert names(school) == []


def test_what_people_type_stays_text(school: School) -> None:
    page = browser(school)
    join(page, school.invite()[0], name="<script>alert(1)</script>")
    assert "<script>alert" not in page.get("/me").text
    assert "&lt;script&gt;alert" in page.get("/me").text


def test_a_known_name_waits_for_the_teacher(school: School) -> None:
    anna = school.enrolled("Anna")
    page, link = browser(school), school.invite()[0]
    assert join(page, link, name="anna") == 303
    assert "Waiting for your teacher" in page.get(link).text
    assert page.get("/me").status_code in (401, 403)
    (knock,) = school.service.portal.door.waiting(school.running.id)
    assert (knock.name, knock.student) == ("anna", anna)
    school.service.portal.door.let_in(knock.id)
    assert page.get(link).headers["location"] == "/me"
    assert "Anna" in page.get("/me").text
    assert names(school) == ["Anna"]


def test_the_teacher_may_say_that_it_is_another_one(school: School) -> None:
    anna = school.enrolled("Anna")
    page, link = browser(school), school.invite()[0]
    join(page, link, name="Anna")
    (knock,) = school.service.portal.door.waiting(school.running.id)
    other = school.service.portal.door.let_in(knock.id, as_new=True)
    assert other != anna
    assert names(school) == ["Anna", "Anna"]
    assert page.get(link).headers["location"] == "/me"
    page.post("/me/delete")
    assert [one.id for one in school.service.library.students()] == [anna]


def test_who_is_turned_away_is_nobody(school: School) -> None:
    school.enrolled("Anna")
    page, link = browser(school), school.invite()[0]
    join(page, link, name="Anna")
    (knock,) = school.service.portal.door.waiting(school.running.id)
    school.service.portal.door.turn_away(knock.id)
    assert "did not confirm" in page.get(link).text
    assert page.get("/me").status_code in (401, 403)


def test_a_knock_is_forgotten(school: School) -> None:
    school.enrolled("Anna")
    page, link = browser(school), school.invite()[0]
    join(page, link, name="Anna")
    door = school.service.portal.door
    (knock,) = door.waiting(school.running.id)
    door._now = lambda: knock.since + PATIENCE
    assert door.waiting(school.running.id) == ()
    assert door.knock(knock.id) is None


def test_who_knocks_again_and_again_keeps_nobody_out(school: School) -> None:
    school.enrolled("Anna")
    ben, link, door = school.enrolled("Ben"), school.invite()[0], school.service.portal.door
    assert join(browser(school), link, name="Ben") == 303
    for _ in range(110):
        assert join(browser(school), link, name="Anna") == 303
    assert join(browser(school), link, name="Ben") == 303
    waiting = [one.student for one in door.waiting(school.running.id)]
    assert (len(waiting), waiting.count(ben)) == (100, 2)


def test_a_personal_link_is_for_one(school: School) -> None:
    anna, _ = school.enrolled("Anna"), school.enrolled("Ben")
    page, link = browser(school), school.invite(student=anna)[0]
    shown = page.get(link).text
    assert "Anna" in shown
    assert "Ben" not in shown
    assert 'name="name"' not in shown
    assert join(page, link, name="Ben") == 303
    assert "You are Anna" in page.get("/me").text


def test_only_names_that_the_teacher_allows_can_be_picked(school: School) -> None:
    anna, ben = school.enrolled("Anna"), school.enrolled("Ben")
    page, link = browser(school), school.invite(may_pick=[anna])[0]
    assert "Anna" in page.get(link).text
    assert "Ben" not in page.get(link).text
    assert join(page, link, student=ben) == 400
    assert join(page, link, student=anna) == 303
    assert [one.student for one in school.service.portal.door.waiting(school.running.id)] == [anna]


def test_links_that_are_over_say_so(school: School) -> None:
    page = browser(school)
    link, made = school.invite()
    assert page.get(link[:-3] + "xyz").status_code == 401
    school.service.portal.invitations.revoke(made.id)
    assert "taken it back" in page.get(link).text
    assert join(page, link, name="Ben") == 401
    link = school.invite()[0]
    school.running.close()
    assert "class has ended" in page.get(link).text.casefold()
    assert join(page, link, name="Ben") == 401
    assert names(school) == []


def test_a_link_for_somebody_who_is_gone_says_so(school: School) -> None:
    anna = school.enrolled("Anna")
    link = school.invite(student=anna)[0]
    school.service.library.remove(anna)
    answer = browser(school).get(link)
    assert answer.status_code == 410
    assert "not enrolled" in answer.text


def test_without_https_the_page_says_that_no_camera_will_work(school: School) -> None:
    # Only with a password another name is answered to.
    school.service.credentials.set_password("a long password")
    link, told = school.invite()[0], re.compile(r'id="camera-note"( hidden)?>')
    there = browser(school, "http://school.example").get(link)
    assert told.search(there.text).group(1) is None  # type: ignore[union-attr]
    for fine in ("https://school.example", "http://localhost:8501"):
        assert told.search(browser(school, fine).get(link).text).group(1)  # type: ignore[union-attr]


def test_another_site_cannot_join_or_delete_for_somebody(school: School) -> None:
    page, link = browser(school), school.invite()[0]
    join(page, link, name="Ben")
    evil = {"origin": "https://evil.example"}
    assert page.post("/me/delete", headers=evil).status_code == 403
    assert page.post("/me/leave", headers=evil).status_code == 403
    assert page.post(link, data={"name": "X", "read": "y"}, headers=evil).status_code == 403
    assert names(school) == ["Ben"]


def test_leaving_keeps_and_deleting_deletes(school: School) -> None:
    page, link = browser(school), school.invite()[0]
    join(page, link, name="Ben")
    assert "left the class" in page.post("/me/leave").text
    assert page.get("/me").status_code in (401, 403)
    assert names(school) == ["Ben"]
    anna = browser(school)
    join(anna, link, name="Anna")
    cookie = anna.cookies["fewshot_fer_student"]
    (student,) = [one for one in school.service.library.students() if one.name == "Anna"]
    school.service.portal.invitations.make(school.running.id, "7b", student=student.id)
    asked = anna.get("/me/delete").text
    assert "your name, Anna" in asked
    assert names(school) == ["Anna", "Ben"]
    assert "Everything about you is deleted" in anna.post("/me/delete").text
    assert names(school) == ["Ben"]
    assert all(one.student != student.id for one in school.service.portal.invitations.listed())
    # A copy of the cookie is worth nothing now.
    anna.cookies.set("fewshot_fer_student", cookie)
    assert anna.get("/me").status_code == 410
    assert anna.get("/me/facts").status_code == 410


def test_who_is_in_already_can_go_on(school: School) -> None:
    page, link = browser(school), school.invite()[0]
    assert "here already" not in page.get(link).text
    join(page, link, name="Ben")
    assert "here already, as Ben" in page.get(link).text


def test_who_comes_by_a_class_s_link_is_in_that_class(school: School) -> None:
    library = school.service.library
    for name in ("7b", "8a"):
        add_class(library, name)
    ben = school.enrolled("Ben")
    library.assign(ben, ["8a"])
    link, _ = school.invite()
    join(browser(school), link, name="Anna")
    page = browser(school)
    join(page, link, name="Ben")
    [knock] = school.service.portal.door.waiting(school.running.id)
    assert library.open(ben).classes == ("8a",)
    school.service.portal.door.let_in(knock.id)
    assert [one.name for one in of_class(library, "7b")] == ["Anna", "Ben"]
    assert [one.name for one in of_class(library, "8a")] == ["Ben"]
    cleo = school.enrolled("Cleo")
    link, _ = school.invite(student=cleo)
    join(browser(school), link)
    assert library.open(cleo).classes == ("7b",)


def test_a_row_of_words_is_written_as_its_language_does(school: School) -> None:
    page = browser(school)
    assert join(page, school.invite()[0], name="Ben") == 303
    assert "生气、厌恶" in page.get("/me", headers={"Accept-Language": "zh"}).text
