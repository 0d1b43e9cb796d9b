"""Two teachers on one server: each reaches their own things, and nothing of the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocketDisconnect

from fewshot_fer.errors import RequestError, SignInError
from fewshot_fer.web.access import passwords
from fewshot_fer.web.access.tokens import STUDENT_COOKIE, TEACHER_COOKIE
from fewshot_fer.web.api.routes import api_of
from fewshot_fer.web.school.school import School
from tests.web.house import PASSWORD, good_pictures, house_at, picture, visitor
from tests.web.school.teachers import (
    ADA,
    BOB,
    TwoTeachers,
    everything,
    password_of,
    sign_in,
    two_teachers,
)

API = "/api/v1"
OTHERS = (
    "nobody",
    "the other teacher",
    "the other's program",
    "the other's student",
    "their program",
    "the server's own",
    "another's account before one's own signature",
    "another's signature behind one's own account",
    "another's account before one's own token",
    "a path as an account",
    "a student's cookie with another account",
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoTeachers]:
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_HASHER", cheap)
        good_pictures(patch)
        house = house_at(tmp_path_factory.mktemp("school"))
        house.credentials.set_password(PASSWORD)
        made = two_teachers(house)
        yield made
        made.school.close()


def test_a_name_is_asked_for_where_there_are_accounts(served: TwoTeachers, tmp_path: Path) -> None:
    with served.visitor() as client:
        assert 'name="name"' in client.get("/sign-in").text
        assert sign_in(client, ADA) == 303
        assert client.get(f"{API}/me").json()["role"] == "teacher"
    with visitor(house_at(tmp_path)) as client:
        assert 'name="name"' not in client.get("/sign-in").text


def test_the_servers_own_teacher_signs_in_without_a_name(served: TwoTeachers) -> None:
    with served.visitor() as client:
        assert sign_in(client, "", PASSWORD) == 303
        assert client.get(f"{API}/students").json() == {"students": []}
        assert client.get(f"{API}/classes").json() == {"classes": []}


def test_signing_in_does_not_tell_which_names_there_are(
    served: TwoTeachers, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    fits = passwords.fits

    def counted(password: str, stored: str) -> bool:
        checked.append(stored)
        return fits(password, stored)

    monkeypatch.setattr(passwords, "fits", counted)
    pages = []
    for name in (ADA, "Nobody", " aDA "):
        with served.visitor() as client:
            page = client.get("/sign-in")
            token = re.search(r'name="token" value="([^"]+)"', page.text)
            assert token is not None
            form = {"token": token[1], "name": name, "password": "a wrong guess"}
            answer = client.post("/sign-in", data=form)
            pages.append((answer.status_code, re.sub(r'value="[^"]*"', "", answer.text)))
    assert pages == [pages[0]] * 3
    assert len(checked) == 3, "a name that is not there costs as much"
    with served.visitor() as client:
        assert sign_in(client, " aDA ", password_of(ADA)) == 303, "but for case and blanks"


def everybody_but(served: TwoTeachers, name: str) -> dict[str, dict[str, dict[str, str]]]:
    """Headers and cookies of all who are not this teacher or a student of theirs."""
    (other,) = (one for key, one in served.classes.items() if key != name)
    mine = served.classes[name]
    cookie = other.app.credentials.teacher_cookie()
    theirs = mine.app.credentials.teacher_cookie()
    own = served.house.credentials.teacher_cookie()
    student = other.student_cookie()[STUDENT_COOKIE]
    before = mine.account.id
    return {
        "nobody": {},
        "the other teacher": {"cookies": {TEACHER_COOKIE: cookie}},
        "the other's program": {"headers": {"authorization": f"Bearer {other.token}"}},
        "the other's student": {"cookies": other.student_cookie()},
        "their program": {"headers": {"authorization": f"Bearer {other.students_token}"}},
        "the server's own": {"cookies": {TEACHER_COOKIE: own}},
        "another's account before one's own signature": {
            "cookies": {TEACHER_COOKIE: f"{before}~{cookie.partition('~')[2]}"}
        },
        "another's signature behind one's own account": {
            "cookies": {TEACHER_COOKIE: f"{other.account.id}~{theirs.partition('~')[2]}"}
        },
        "another's account before one's own token": {
            "headers": {"authorization": f"Bearer {before}~{other.token.partition('~')[2]}"}
        },
        "a path as an account": {"cookies": {TEACHER_COOKIE: f"../{before}~x"}},
        "a student's cookie with another account": {
            "cookies": {STUDENT_COOKIE: f"{before}~{student.partition('~')[2]}"}
        },
    }


def ways(served: TwoTeachers, name: str) -> Iterator[tuple[str, str, dict[str, Any], bool]]:
    """Every operation and page with what is this teacher's; whether the path names it."""
    mine = served.classes[name]
    named = {
        "student": mine.student, "class_id": mine.lesson.id, "session": "1", "reference": "a" * 64,
        "expression": "happy", "calibration": "latest",
    }  # fmt: skip
    form = {"files": [("happy", ("a.png", picture("happy", 1)))]}
    for path, verbs in api_of(served.house).openapi()["paths"].items():
        for method, said in verbs.items():
            takes = said.get("requestBody", {}).get("content", {})
            sent: dict[str, Any] = {}
            if "application/json" in takes:
                sent["json"] = {"name": "Eve"} if method == "patch" else {"text": "Eve"}
            elif "multipart/form-data" in takes:
                sent = form
            is_theirs = any(f"{{{one}}}" in path for one in ("student", "class_id"))
            yield method, f"/api{path}".format(**named), sent, is_theirs
    for path in ("/me", "/me/facts", "/me/delete", "/", "/sessions"):
        yield "get", path, {}, False
    for path in ("/me/leave", "/me/delete", "/me/agreement"):
        yield "post", path, {}, False


@pytest.mark.parametrize("name", OTHERS)
def test_nobody_reaches_another_teachers_things(served: TwoTeachers, name: str) -> None:
    mine = served.classes[ADA]
    others = everybody_but(served, ADA)
    assert tuple(others) == OTHERS
    comes = others[name]
    before = everything(mine.app.folder)
    tried = 0
    for method, path, sent, is_theirs in ways(served, ADA):
        if path.startswith("/me") and method == "post" and "student" in name:
            continue  # They would leave or delete themselves.
        if not is_theirs and method != "get":
            continue  # What changes one's own things is tried elsewhere.
        with served.visitor(**comes.get("headers", {})) as client:
            client.cookies.update(comes.get("cookies", {}))
            answer = client.request(method, path, headers={"accept": "*/*"}, **sent)
        tried += 1
        assert answer.status_code < 500, (name, method, path, answer.text)
        if is_theirs:
            assert answer.status_code >= 300, (name, method, path, answer.text)
        for mark in mine.marks:
            assert mark not in answer.text.replace(path, ""), (name, method, path)
    for path in (f"/live/{mine.lesson.id}", "/me/live", "/guide"):
        with served.visitor(**comes.get("headers", {})) as client:
            client.cookies.update(comes.get("cookies", {}))
            try:
                with client.websocket_connect(f"ws://school.example{path}") as socket:
                    said = socket.receive_text() if path != "/guide" else ""
                    assert not any(mark in said for mark in mine.marks), (name, path, said)
            except WebSocketDisconnect:
                continue
    assert tried > 30
    assert everything(mine.app.folder) == before, name
    assert not mine.lesson.state.ended
    assert not mine.lesson.state.marks


def test_a_teacher_reaches_their_own(served: TwoTeachers) -> None:
    for name, mine in served.classes.items():
        with served.visitor(name) as client:
            [student] = client.get(f"{API}/students").json()["students"]
            assert student["name"] == f"Student of {name}"
            assert client.get(f"{API}/students/{mine.student}").status_code == 200
            [lesson] = client.get(f"{API}/classes").json()["classes"]
            assert lesson["id"] == mine.lesson.id
            assert len(client.get(f"{API}/sessions").json()["sessions"]) == 1
            with client.websocket_connect(f"ws://school.example/live/{mine.lesson.id}") as socket:
                assert socket.receive_json()["class"] == mine.lesson.id
        for token, role in ((mine.token, "teacher"), (mine.students_token, "student")):
            with served.visitor(authorization=f"Bearer {token}") as client:
                assert client.get(f"{API}/me").json()["role"] == role
                assert client.get(f"{API}/students/{mine.student}").status_code == 200


def test_a_link_leads_to_its_teacher_whoever_is_signed_in(served: TwoTeachers) -> None:
    ada, bob = served.classes[ADA], served.classes[BOB]
    with served.visitor(BOB) as client:
        assert ada.lesson.name in client.get(ada.link).text
        joined = client.post(ada.link, data={"name": "Carl", "read": "yes"})
        assert (joined.status_code, joined.headers["location"]) == (303, "/me")
        assert "Carl" in client.get("/me").text
        with client.websocket_connect("ws://school.example/me/live") as socket:
            assert socket.receive_json()["type"] in ("hello", "facts", "wait")
        assert client.get(f"{API}/students").json()["students"][0]["name"] == "Student of Bob"
        assert client.post("/me/delete").status_code == 200
    assert {one.name for one in bob.app.library.students()} == {"Student of Bob"}
    assert {one.name for one in ada.app.library.students()} == {"Student of Ada"}
    # A link whose account is another's leads nowhere.
    swapped = ada.link.replace(ada.account.id, bob.account.id)
    with served.visitor() as client:
        page = client.get(swapped)
        assert page.status_code == 401
        assert ada.lesson.name not in page.text


def test_a_page_shows_whose_connection_it_is(served: TwoTeachers) -> None:
    """Streamlit's pages ask by the headers of their own connection, as the guard does."""
    for mine in served.classes.values():
        cookie = f"{TEACHER_COOKIE}={mine.app.credentials.teacher_cookie()}"
        for name, value in (("cookie", cookie), ("authorization", f"Bearer {mine.token}")):
            headers = [(name.encode(), value.encode())]
            asking = served.school.teacher_of(HTTPConnection({"type": "http", "headers": headers}))
            assert served.school.state_of(asking) is mine.app
    for bad in ("", f"Bearer {served.classes[ADA].students_token}"):
        with pytest.raises(SignInError):
            served.school.teacher_of(
                HTTPConnection({"type": "http", "headers": [(b"authorization", bad.encode())]})
            )


def test_a_schools_own_sign_in_may_stand_in(served: TwoTeachers) -> None:
    ada = served.classes[ADA]

    class Directory:
        def account(self, name: str, password: str) -> str | None:
            return {"ada@school": ada.account.id, "gone": "no-such-account"}.get(name)

    school = School(served.house, lambda _: (), sign_in=Directory())
    cookie = school.cookie_for("ada@school", "their word")
    assert cookie is not None
    assert cookie.startswith(f"{ada.account.id}~")
    assert ada.app.credentials.teacher(cookie, even_late=False) is not None
    assert school.cookie_for("gone", "x") is school.cookie_for("nobody", "x") is None


def test_two_names_that_look_the_same_are_one(served: TwoTeachers) -> None:
    for name in ("ada", " A d a".replace(" ", ""), "\uff21da", "", "\n", "x" * 200):
        with pytest.raises(RequestError):
            served.school.teachers.add(name, "three small words")
    assert len(served.school.teachers.listed()) == 2
