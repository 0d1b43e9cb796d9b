"""The guide: pictures in, advice out, what was taken waits for the page that asked."""

from __future__ import annotations

import numpy as np
from starlette.testclient import TestClient, WebSocketTestSession

from fewshot_fer.drawn.files import to_jpeg
from fewshot_fer.students.enrolment.gate import Candidate
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.guide.taken import LASTS_S, MOST_FACES, MOST_TICKETS, TakenFaces

TICKET = "a-ticket-nobody-can-guess"


def answer(line: WebSocketTestSession, *kinds: str) -> dict[str, object]:
    """The next message of one of these kinds."""
    while True:
        message: dict[str, object] = line.receive_json()
        if message["type"] in kinds:
            return message


def watch(line: WebSocketTestSession, jpeg: bytes, until: str) -> dict[str, object]:
    """Show the camera the same picture until something happens."""
    while True:
        line.send_bytes(jpeg)
        message = answer(line, "live", "progress", "error", until)
        if message["type"] == until:
            return message
        assert message["type"] != "error", message


class Clock:
    """Half a second passes with every look at it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.5
        return self.now


def test_what_was_taken_reaches_the_page_that_asked(
    client: TestClient, service: AppState, jpegs: dict[str, bytes]
) -> None:
    service.clock = Clock()
    with client.websocket_connect("ws://localhost:8501/guide") as line:
        line.send_json({"do": "teach", "ticket": TICKET, "expressions": ["neutral", "happy"]})
        assert answer(line, "ask")["expression"] == "neutral"
        assert watch(line, jpegs["neutral"], "took")["expression"] == "neutral"
        assert answer(line, "ask")["expression"] == "happy"
        for _ in range(12):
            line.send_bytes(jpegs["neutral"])
            waits = answer(line, "live", "took")
            assert (waits["type"], waits["good"], waits["takes"]) == ("live", False, True)
        line.send_json({"do": "skip"})
        assert answer(line, "review")
        assert service.taken.fetch(TICKET) == []
        line.send_bytes(jpegs["happy"])
        assert answer(line, "review")
        line.send_json({"do": "use"})
        assert answer(line, "over")["taken"] == 1
    assert service.taken.fetch("another-ticket-of-somebody") == []
    (taken,) = service.taken.fetch(TICKET)
    assert (taken.expression, taken.portrait.shape) == ("neutral", (192, 192, 3))
    assert service.taken.fetch(TICKET) == []


def test_what_was_taken_is_kept_when_the_line_is_cut(
    client: TestClient, service: AppState, jpegs: dict[str, bytes]
) -> None:
    service.clock = Clock()
    with client.websocket_connect("ws://localhost:8501/guide") as line:
        line.send_json({"do": "teach", "ticket": TICKET, "expressions": ["happy", "sad"]})
        watch(line, jpegs["happy"], "took")
    assert [one.expression for one in service.taken.fetch(TICKET)] == ["happy"]


def test_a_resting_face_is_watched_for_some_seconds(
    client: TestClient, service: AppState, jpegs: dict[str, bytes]
) -> None:
    service.clock = Clock()
    with client.websocket_connect("ws://localhost:8501/guide") as line:
        line.send_json({"do": "rest", "ticket": TICKET, "expressions": ["neutral"]})
        answer(line, "ask")
        for _ in range(30):
            line.send_bytes(jpegs["neutral"])
            message = answer(line, "progress")
            if message["share"] == 1.0:
                break
        assert int(str(answer(line, "over")["taken"])) >= 4
    assert {one.expression for one in service.taken.fetch(TICKET)} == {"neutral"}


def test_it_says_what_to_change(client: TestClient) -> None:
    dark = to_jpeg(np.zeros((120, 160, 3), np.uint8))
    with client.websocket_connect("ws://localhost:8501/guide") as line:
        line.send_json({"do": "teach", "ticket": TICKET, "expressions": ["neutral"]})
        line.send_bytes(dark)
        said = answer(line, "live")
        assert said["good"] is False
        assert said["what"] == "No face was found."
        assert said["next_step"]


def test_bad_messages_are_answered_and_the_line_stays(client: TestClient) -> None:
    with client.websocket_connect("ws://localhost:8501/guide") as line:
        for bad in ("words", '{"do":"fly"}', '{"do":"teach","expressions":["happy"]}',
                    f'{{"do":"teach","ticket":"{TICKET}","expressions":[]}}',
                    f'{{"do":"teach","ticket":"{TICKET}","expressions":["../x"]}}'):  # fmt: skip
            line.send_text(bad)
            message = answer(line, "error")
            assert message["what"]
            assert message["next_step"]
        line.send_json({"do": "teach", "ticket": TICKET, "expressions": ["happy"]})
        answer(line, "ask")
        for junk in (b"", b"no picture", b"\xff\xd8" + bytes(3_000_000)):
            line.send_bytes(junk)
            assert answer(line, "error")["what"]


def test_baskets_do_not_grow() -> None:
    now = [0.0]
    baskets = TakenFaces(lambda: now[0])
    one = Candidate("happy", np.zeros((192, 192, 3), np.uint8), {}, "camera")
    for number in range(MOST_TICKETS + 5):
        baskets.put(f"ticket {number}", [one] * (MOST_FACES + 5))
    assert baskets.fetch("ticket 0") == []
    assert len(baskets.fetch(f"ticket {MOST_TICKETS + 4}")) == MOST_FACES
    now[0] = LASTS_S
    baskets.put("ticket 8", [one])
    now[0] = LASTS_S + 1
    baskets.forget_old()
    assert [len(baskets.fetch(f"ticket {number}")) for number in (7, 8)] == [0, MOST_FACES]
