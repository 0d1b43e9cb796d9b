"""The WebSocket of a teacher's page."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from fewshot_fer.drawn.files import reference_picture, to_jpeg
from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.web.app_state import AppState
from tests.students.people import calibration

ORIGIN = {"host": "localhost:8501", "origin": "http://localhost:8501"}


def next_of(socket: WebSocketTestSession, *kinds: str) -> Any:
    """The next message of one of these kinds."""
    while True:
        received = socket.receive()
        if "text" in received and received["text"] is not None:
            message = json.loads(received["text"])
            if message["type"] in kinds:
                return message


def test_a_picture_is_answered(
    client: TestClient, service: AppState, jpegs: dict[str, bytes]
) -> None:
    running = service.lessons.open()
    with client.websocket_connect(f"/live/{running.id}", headers=ORIGIN) as socket:
        hello = next_of(socket, "hello")
        socket.send_bytes(jpegs["surprise"])
        view = next_of(socket, "view")
    assert view["source"] == hello["source"]
    assert view["seen"][0]["expression"] == "surprise"


def test_bad_input_is_explained_and_the_way_stays_open(
    client: TestClient, service: AppState, jpegs: dict[str, bytes]
) -> None:
    running = service.lessons.open()
    with client.websocket_connect(f"/live/{running.id}", headers=ORIGIN) as socket:
        for bad in (b"", b"text where bytes are due", jpegs["happy"][:200]):
            socket.send_bytes(bad)
            assert next_of(socket, "error")["code"] == "picture"
        for text in ("", "{", '{"do":"dance"}', '{"do":"name","track":"x"}', '{"do":[]}',
                     '{"do":"invite","address":"http://["}', '{"do":"undo","undo":{"../x":1}}',
                     '{"do":"name","track":1,"student":"\\ud83d"}', "[" * 3000):  # fmt: skip
            socket.send_text(text)
            assert next_of(socket, "error")["what"]
        socket.send_bytes(jpegs["happy"])
        assert next_of(socket, "view")["seen"]


def test_two_people_are_shown_one_by_one_only_where_that_was_chosen(
    client: TestClient, service: AppState, people: tuple[DrawnStudent, ...]
) -> None:
    both = np.hstack([reference_picture(one, "happy") for one in people[:2]])
    running = service.lessons.open()
    with client.websocket_connect(f"/live/{running.id}", headers=ORIGIN) as socket:
        socket.send_bytes(to_jpeg(both))
        assert [
            set(face) & {"expression", "scores"} for face in next_of(socket, "view")["seen"]
        ] == [
            set(),
            set(),
        ]
        socket.send_text('{"do":"each","on":true}')
        next_of(socket, "state")
        socket.send_bytes(to_jpeg(both))
        assert all("expression" in face for face in next_of(socket, "view")["seen"])


def test_commands_of_one_page_are_seen_by_the_other(client: TestClient, service: AppState) -> None:
    running = service.lessons.open("7b")
    address = f"/live/{running.id}"
    with (
        client.websocket_connect(address, headers=ORIGIN) as one,
        client.websocket_connect(address, headers=ORIGIN) as other,
    ):
        one.send_text('{"do":"mark","text":"group work"}')
        assert next_of(other, "marked")["text"] == "group work"
        one.send_text('{"do":"record","each":false}')
        assert next_of(other, "recording")["session"] == 1
        one.send_text('{"do":"end"}')
        assert next_of(other, "ended")["session"] == 1


def test_a_class_that_is_not_there_is_said(client: TestClient) -> None:
    with client.websocket_connect("/live/nothing", headers=ORIGIN) as socket:
        assert next_of(socket, "error")["code"] == "no-class"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
    assert closed.value.code == 4404


def test_a_page_that_finds_its_class_gone_gets_the_one_that_is_watched_now(
    client: TestClient, service: AppState
) -> None:
    running = service.lessons.open("7b")
    with client.websocket_connect("/live/now", headers=ORIGIN) as socket:
        assert next_of(socket, "hello")["class"] == running.id
    running.close()
    with client.websocket_connect("/live/now", headers=ORIGIN) as socket:
        hello = next_of(socket, "hello")
        (made,) = service.lessons.all()
        assert hello["class"] == made.id


def test_the_health_route_names_nobody(client: TestClient) -> None:
    answer = client.get("/health").json()
    assert set(answer) == {"status", "version"}


def test_no_other_address_is_asked_or_handed_out(client: TestClient, service: AppState) -> None:
    running = service.lessons.open("7b")
    with client.websocket_connect(f"/live/{running.id}", headers=ORIGIN) as socket:
        for do in ("reach", "invite"):
            socket.send_json({"do": do, "address": "http://169.254.169.254/latest"})
            assert "address" in next_of(socket, "error")["what"]


def test_a_students_link_is_made_and_let_in(client: TestClient, service: AppState) -> None:
    running = service.lessons.open("7b")
    with client.websocket_connect(f"/live/{running.id}", headers=ORIGIN) as socket:
        socket.send_text('{"do":"invite","address":"http://localhost:8501/class"}')
        invited = next_of(socket, "invited")
        assert invited["url"].startswith("http://localhost:8501/join/")
        assert "this computer" in invited["warning"]
        socket.send_text('{"do":"knocks"}')
        assert next_of(socket, "knocks")["knocks"] == []


def test_a_link_into_a_class_without_a_name_speaks_every_language(
    client: TestClient, service: AppState
) -> None:
    running = service.lessons.open()
    with client.websocket_connect(f"/live/{running.id}", headers=ORIGIN) as socket:
        socket.send_text('{"do":"invite","address":"http://localhost:8501/class"}')
        link = urlsplit(next_of(socket, "invited")["url"]).path
    page = client.get(link, headers={"Accept-Language": "de"}).text
    assert "<h1>Der Klasse beitreten</h1>" in page


def test_commands_of_one_page_never_overtake_each_other(
    client: TestClient, service: AppState
) -> None:
    lesson = service.lessons.open("7b")
    asked = ["pause", "resume", "record", "stop_recording", "pause", "resume"] * 5
    with client.websocket_connect(f"/live/{lesson.id}", headers=ORIGIN) as socket:
        for do in asked:
            socket.send_text(json.dumps({"do": do}))
        kinds = ("paused", "resumed", "recording", "recorded")
        told = [next_of(socket, *kinds)["type"] for _ in asked]
    told_of_pauses = [kind for kind in told if kind in ("paused", "resumed")]
    told_of_records = [kind for kind in told if kind in ("recording", "recorded")]
    assert told_of_pauses == ["paused", "resumed"] * 10
    assert told_of_records == ["recording", "recorded"] * 5


def test_half_an_emoji_and_a_locked_library_hold_no_mark_up(
    client: TestClient, service: AppState
) -> None:
    anna = service.library.create("Anna", agreed("Anna", service.library.now()))
    sha = service.library.calibrate(anna.id, calibration(0)).calibrations[0]
    running = service.lessons.open()
    with client.websocket_connect(f"/live/{running.id}", headers=ORIGIN) as socket:
        next_of(socket, "hello")
        with service.library.store.changing():
            socket.send_text(f'{{"do":"undo","undo":{{"{anna.id}":"{sha}"}}}}')
            socket.send_text('{"do":"mark","text":"half \\ud83d"}')
            assert next_of(socket, "marked", "error")["text"] == "half ?"
        assert next_of(socket, "taken_back", "error")["type"] == "taken_back"
