"""Nothing waits on the event loop: no disk and no lock, whatever route or socket is used."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient, WebSocketTestSession

from fewshot_fer.web.access.tokens import STUDENT_COOKIE, TEACHER_COOKIE
from fewshot_fer.web.api.routes import api_of
from fewshot_fer.web.app import parts
from fewshot_fer.web.threads import Threads
from tests.web.house import House, enrolled, good_pictures, house_at, picture
from tests.web.waiting.loop import watched


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What the event loop was made to wait for."""
    return watched(monkeypatch)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    good_pictures(monkeypatch)
    return house_at(tmp_path)


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    app, here = Starlette(**parts(house)), ("127.0.0.1", 50_000)
    with TestClient(app, base_url="http://localhost:8501", client=here) as client:
        client.cookies.set(TEACHER_COOKIE, house.credentials.teacher_cookie())
        yield client


def test_the_watch_sees_what_waits(waits: set[str], house: House, tmp_path: Path) -> None:
    async def wrong() -> None:
        house.portal.door.waiting("x")
        house.portal.invitations.listed()

    asyncio.run(wrong())
    assert {one.partition(" ")[0] for one in waits} == {"Door._forget_old", "stat"}


def test_signing_in_and_the_students_pages_wait_for_nothing(
    waits: set[str], house: House, client: TestClient
) -> None:
    running = house.lessons.open("7b")
    made = house.portal.invitations.make(running.id, running.name)
    link = f"/join/{house.portal.invitations.token(made)}"
    assert client.get(link).status_code == 200
    assert client.post(link, data={"name": "Anna", "read": "yes"}).url.path == "/me"
    assert client.post(link, data={"name": "Anna", "read": "yes"}).status_code == 200
    assert client.post(link, data={"withdraw": "yes"}).status_code == 200
    for path in ("/me", "/me/facts", "/me/delete", "/sign-in", "/sign-out", "/health", "/class"):
        assert client.get(path).status_code == 200, path
    assert client.post("/me/leave").status_code == 200
    assert client.post(link, data={"name": "Ben", "read": "yes"}).url.path == "/me"
    assert client.post("/me/delete").status_code == 200
    assert client.get("/assets/icon.svg").status_code == 200
    assert [one.name for one in house.library.students()] == ["Anna"]
    assert waits == set()


NAMED = {
    "student": "s001", "expression": "calm", "session": "1", "reference": "a", "calibration": "b",
}  # fmt: skip


SENT: dict[str, dict[str, str]] = {
    "rename_student": {"name": "Anna"}, "mark_moment": {"text": "now"},
    "enroll_student": {"name": "Eve", "consent": "Eve"},
}  # fmt: skip
ASKED = {
    "compare_sessions": {"before": "1", "after": "1"}, "compare_calibrations": {"second": "none"}
}  # fmt: skip


def called(client: TestClient, path: str, method: str, said: dict[str, Any], token: str) -> int:
    """Call an operation somehow, with what the description says that it takes."""
    name: str = said["operationId"]
    sent: dict[str, Any] = {"params": ASKED.get(name, {})}
    takes = said.get("requestBody", {}).get("content", {})
    if "application/json" in takes:
        sent["json"] = SENT.get(name, {})
    elif "multipart/form-data" in takes:
        field = "s001" if name == "teach_the_class" else "happy"
        sent["files"] = [(field, ("a.png", picture("happy", 1)))]
        sent["data"] = SENT.get(name, {})
    elif takes:
        sent["content"] = b"PK"
    headers = {"authorization": f"Bearer {token}"}
    return client.request(method, f"/api{path}", headers=headers, **sent).status_code


def test_no_operation_of_the_api_waits_on_the_loop(
    waits: set[str], house: House, client: TestClient
) -> None:
    token, _ = house.credentials.tokens.make("a program")
    house.credentials.requests.take = lambda *_: None  # type: ignore[method-assign]
    named = NAMED | {"class_id": house.lessons.open("7b").id}
    paths = api_of(house).openapi()["paths"]
    operations = [
        (path.format(**named), method, said)
        for path, verbs in paths.items() if "frames" not in path
        for method, said in verbs.items()
    ]  # fmt: skip
    # What deletes comes last, and who is deleted was enrolled before.
    operations.sort(key=lambda one: (one[1] == "delete", one[0] != "/v1/students"))
    statuses = [called(client, *one, token) for one in operations]
    assert max(statuses) < 500
    assert sum(status < 300 for status in statuses) > len(statuses) / 2
    assert client.get("/api/docs").status_code == client.get("/api/openapi.json").status_code == 200
    assert waits == set()


def test_a_library_that_is_busy_holds_up_nobody_else(house: House, client: TestClient) -> None:
    busy, free = threading.Event(), threading.Event()

    def students() -> list[Any]:
        busy.set()
        assert free.wait(30)
        return []

    house.library.students = students  # type: ignore[method-assign]
    waiting = [
        threading.Thread(target=client.get, args=("/api/v1/students",), daemon=True)
        for _ in range(20)
    ]
    for one in waiting:
        one.start()
    assert busy.wait(30)
    assert client.get("/health").status_code == 200
    free.set()
    for one in waiting:
        one.join(30)


def test_nobody_takes_all_threads() -> None:
    async def tried() -> tuple[int, str]:
        threads, free, begun = Threads(4, share=3), threading.Event(), threading.Semaphore(0)

        def stuck() -> None:
            begun.release()
            assert free.wait(30)

        greedy = [asyncio.create_task(threads.run("greedy", stuck)) for _ in range(9)]
        while begun._value < 3:
            await asyncio.sleep(0.01)
        other = await asyncio.wait_for(threads.run("another", lambda: "done"), 30)
        held = begun._value
        free.set()
        await asyncio.gather(*greedy)
        return held, other

    assert asyncio.run(tried()) == (3, "done")


def test_the_guide_waits_for_nothing(waits: set[str], house: House, client: TestClient) -> None:
    with client.websocket_connect("ws://localhost:8501/guide") as socket:
        socket.send_json({"do": "teach", "ticket": "t" * 20, "expressions": ["happy", "sad"]})
        assert socket.receive_json()["type"] == "ask"
        socket.send_bytes(b"no picture")
        assert socket.receive_json()["type"] == "error"
        socket.send_json({"do": "skip"})
        assert socket.receive_json()["type"] == "ask"
    assert house.taken.fetch("t" * 20) == []
    assert waits == set()


def said(socket: WebSocketTestSession, kind: str) -> dict[str, Any]:
    """The next message of a kind."""
    while True:
        message: dict[str, Any] = socket.receive_json()
        if message["type"] == kind:
            return message


def test_the_class_page_waits_for_nothing(
    waits: set[str], house: House, client: TestClient
) -> None:
    with client.websocket_connect("ws://localhost:8501/live/now") as socket:
        said(socket, "hello")
        for command, answer in (
            ({"do": "students"}, "students"),
            ({"do": "invite", "address": "http://localhost:8501"}, "invited"),
            ({"do": "knocks"}, "knocks"),
            ({"do": "mark", "text": "now"}, "marked"),
            ({"do": "record"}, "recording"),
            ({"do": "pause"}, "paused"),
            ({"do": "resume"}, "resumed"),
            ({"do": "stop_recording"}, "recorded"),
            ({"do": "recalibrate"}, "error"),
            ({"do": "end"}, "ended"),
        ):
            socket.send_json(command)
            said(socket, answer)
    assert waits == set()


def test_a_students_device_waits_for_nothing(
    waits: set[str], house: House, client: TestClient
) -> None:
    student = enrolled(house)
    lesson = house.lessons.open("7b")
    who = {"student": student, "class": lesson.id}
    cookie = house.credentials.signer.sign("student", who, lifetime_s=60)
    headers = {"cookie": f"{STUDENT_COOKIE}={cookie}"}
    with client.websocket_connect("ws://localhost:8501/me/live", headers=headers) as socket:
        said(socket, "hello")
        for command in ("teach", "skip", "save", "adjust", "stop", "undo", "nothing"):
            socket.send_json({"do": command, "expressions": ["happy"], "keep": []})
            said(socket, "coach")
        socket.send_bytes(b"no picture")
        said(socket, "error")
    assert waits == set()
