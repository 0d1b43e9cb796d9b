"""Accounts that come, change and go while the server runs, and the commands that do it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from fewshot_fer.cli.app import run
from fewshot_fer.web.access import passwords
from fewshot_fer.web.access.tokens import TEACHER_COOKIE
from tests.web.house import good_pictures, house_at
from tests.web.school.teachers import (
    ADA,
    BOB,
    TwoTeachers,
    sign_in,
    two_teachers,
)
from tests.web.waiting.loop import watched

API = "/api/v1"


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoTeachers]:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    good_pictures(monkeypatch)
    made = two_teachers(house_at(tmp_path))
    yield made
    made.school.close()


def test_with_accounts_nobody_is_the_teacher_without_signing_in(served: TwoTeachers) -> None:
    with served.visitor(host="127.0.0.1:8501") as client:
        assert client.get(f"{API}/students").status_code == 401
        assert sign_in(client, "", "anything") == 401, "the server's own has no password"
        assert sign_in(client, ADA) == 303
    served.school.teachers.remove(served.school.teachers.named(ADA))
    served.school.teachers.remove(served.school.teachers.named(BOB))
    served.school.look_again()
    assert not served.house.credentials.has_password, "one teacher on one machine, as before"


def test_a_removed_account_ends_at_once_with_everything_of_theirs(served: TwoTeachers) -> None:
    ada, bob = served.classes[ADA], served.classes[BOB]
    with served.visitor(ADA) as client, served.visitor(BOB) as other:
        lesson = f"ws://school.example/live/{ada.lesson.id}"
        with client.websocket_connect(lesson) as socket:
            socket.receive_json()
            served.school.teachers.remove(ada.account)
            assert client.get(f"{API}/students").status_code == 401
            served.school.look_again()
            with pytest.raises(WebSocketDisconnect):
                listen(socket)
        assert client.get(ada.link).status_code == 401
        assert other.get(f"{API}/students/{bob.student}").status_code == 200
    assert ada.lesson.state.ended
    assert not ada.app.folder.exists()
    with served.visitor() as client:
        assert sign_in(client, ADA) == 401


def listen(socket: WebSocketTestSession) -> None:
    """Ask and listen until the line is cut."""
    while True:
        socket.send_json({"do": "students"})
        socket.receive_json()


def test_another_password_signs_out_wherever_it_was(served: TwoTeachers) -> None:
    ada = served.classes[ADA]
    with served.visitor(ADA) as client, served.visitor(BOB) as other:
        served.school.teachers.set_password(ada.account, "four small words now")
        served.school.look_again()
        assert client.get(f"{API}/students").status_code == 401
        assert sign_in(client, ADA) == 401
        assert sign_in(client, ADA, "four small words now") == 303
        assert other.get(f"{API}/students").status_code == 200


def test_signing_out_is_of_one_teacher(served: TwoTeachers) -> None:
    with served.visitor(ADA) as client, served.visitor(BOB) as other:
        cookie = client.cookies[TEACHER_COOKIE]
        assert client.post("/sign-out").status_code == 303
        client.cookies.set(TEACHER_COOKIE, cookie)
        assert client.get(f"{API}/students").status_code == 401, "a copy is worthless too"
        assert other.get(f"{API}/students").status_code == 200


def test_a_restart_knows_everybody_again(served: TwoTeachers) -> None:
    with served.visitor(ADA) as client:
        cookie = client.cookies[TEACHER_COOKIE]
        student = served.classes[ADA].student
        fresh = two_again(served)
        with fresh.visitor() as other:
            other.cookies.set(TEACHER_COOKIE, cookie)
            assert other.get(f"{API}/students/{student}").status_code == 200
        fresh.school.close()


def two_again(served: TwoTeachers) -> TwoTeachers:
    from starlette.applications import Starlette

    from fewshot_fer.web.app import parts

    made = parts(served.house)
    school = made["middleware"][0].kwargs["credentials"]
    return TwoTeachers(served.house, school, Starlette(**made), {})


def test_a_teachers_requests_keep_the_loop_waiting_for_nothing(
    served: TwoTeachers, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = watched(monkeypatch)
    with served.visitor("Ada") as client:
        ada = served.classes["Ada"]
        for path in (ada.link, "/api/v1/students", f"/api/v1/students/{ada.student}", "/"):
            assert client.get(path).status_code == 200, path
        with client.websocket_connect(f"ws://school.example/live/{ada.lesson.id}") as socket:
            assert socket.receive_json()["class"] == ada.lesson.id
        assert client.post("/sign-out").status_code == 303
    assert waits == set()


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = ["--records", f"sqlite:///{tmp_path / 'r.db'}", "--json"]

    def told(*words: str) -> Any:
        assert run(["teachers", *words, *record]) == 0
        return json.loads(capsys.readouterr().out)

    assert told("list") == {"teachers": []}
    made = told("add", "Ada")
    assert isinstance(made["password"], str)
    assert run(["teachers", "add", "ADA", *record]) == 1
    assert told("password", "ada")["password"] != made["password"]
    [one] = told("list")["teachers"]
    folder = Path(one["folder"])
    assert (folder / "password").read_text().startswith("$argon2id$")
    assert run(["teachers", "remove", "Ada", *record]) == 1, "nobody can be asked"
    assert folder.exists()
    assert run(["teachers", "remove", "Bob", "--yes", *record]) == 1
    capsys.readouterr()
    assert told("remove", "Ada", "--yes") == {"removed": "Ada"}
    assert not folder.exists()
