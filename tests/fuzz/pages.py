"""What comes in by the network: requests to every route, forms, and messages on the live ways."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import httpx2 as httpx
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.settings import Settings
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.rules import RULES, SOCKET
from fewshot_fer.web.access.tokens import STUDENT_COOKIE, TEACHER_COOKIE
from fewshot_fer.web.app import parts
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.portal.invitations import Invitations
from tests.fuzz.inputs import Input, images
from tests.students.people import AGREED, library_at, reference

NOW: Final = 1_800_000_000.0
ADDRESS: Final = "http://localhost:8501"


def _served(room: Path) -> tuple[AppState, TestClient]:
    """The whole app with one student; nobody waits for a limit of requests."""
    library_at(room / "students").create("Anna", AGREED, [reference("happy", 1)])
    settings = Settings(support_sets=room / "students", records=f"sqlite:///{room / 'record.db'}")
    app = AppState(settings, opens=lambda *_: Recognizer.of(Settings(min_face=60)), workers=1)
    app.credentials.requests.take = lambda *_: None  # type: ignore[method-assign]
    client = TestClient(
        Starlette(**parts(app)), base_url=ADDRESS, client=("127.0.0.1", 50_000),
        raise_server_exceptions=True, follow_redirects=False,
    )  # fmt: skip
    client.headers["cookie"] = f"{TEACHER_COOKIE}={app.credentials.teacher_cookie()}"
    assert client.get("/api/v1/students").status_code == 200
    return app, client


def requests(room: Path) -> Input:
    """Whole requests: method, path, a header and a body, each damaged alike."""
    app, client = _served(room)
    client.__enter__()
    form = (
        b'--b\r\nContent-Disposition: form-data; name="happy"; filename="a.jpg"\r\n\r\nx\r\n--b--'
    )
    bodies = (b'{"name":"Anne"}', form, b"")
    seeds = [
        b"\n".join((verb.encode(), _path(rule.path), b"multipart/form-data; boundary=b", body))
        for rule in RULES
        if rule.kind != "streamlit"
        for verb in sorted(rule.verbs - {SOCKET})
        for body in bodies[: 1 + (verb == "POST")]
        if not (verb == "DELETE" and "students" in rule.path)
    ]

    def read(data: bytes) -> None:
        # A cookie of its own each time: one of the requests signs out.
        client.headers["cookie"] = f"{TEACHER_COOKIE}={app.credentials.teacher_cookie()}"
        verb, path, kind, body = (*data.split(b"\n", 3), b"", b"", b"")[:4]
        try:
            request = client.build_request(
                verb.decode("latin-1"), httpx.URL(ADDRESS, raw_path=b"/" + path.lstrip(b"/")),
                content=body, headers={b"content-type": kind, b"origin": ADDRESS.encode()},
            )  # fmt: skip
        except (httpx.InvalidURL, ValueError, UnicodeError):
            return  # No client sends this.
        answer = client.send(request)
        assert answer.status_code < 500, (answer.status_code, answer.text[:500])
        assert "Traceback" not in answer.text

    return Input(seeds, read)


def _path(pattern: str) -> bytes:
    named = {"{student}": "s001", "{class_id}": "now", "{session}": "latest"}
    for name, value in named.items():
        pattern = pattern.replace(name, value)
    return pattern.replace("{", "").replace("}", "").encode()


def _way(
    room: Path,
    path: Callable[[AppState], tuple[str, str]],
    words: Sequence[dict[str, object]],
    after: dict[str, object],
    answered: Callable[[dict[str, Any]], bool],
) -> Input:
    """Words and pictures on a socket, of a path with a cookie; what comes `after` is answered."""
    app, client = _served(room)
    client.__enter__()
    place, cookie = path(app)
    origin = {"host": "localhost:8501", "origin": ADDRESS, "cookie": cookie}
    seeds = [json.dumps(word).encode() for word in words] + list(images(room).seeds[:2])
    ways: list[WebSocketTestSession] = []

    def read(data: bytes) -> None:
        if not ways:  # It was closed by what came before.
            ways.append(client.websocket_connect(place, headers=origin).__enter__())
        way = ways[0]
        try:
            if data[:1] in (b"{", b"[", b'"'):
                way.send_text(data.decode("utf-8", "replace"))
            else:
                way.send_bytes(data)
            # Whatever it was, the next word is answered.
            way.send_text(json.dumps(after))
            while not answered(json.loads(way.receive_text())):
                pass
        except WebSocketDisconnect as error:
            assert ways, "the way was refused"
            ways.clear()
            assert error.code < 1011 or error.code >= 4000, error.code

    return Input(seeds, read)


def messages(room: Path) -> Input:
    """A teacher's live way."""
    words: list[dict[str, object]] = [
        {"do": "name", "track": 1, "student": "s001"}, {"do": "each", "on": True},
        {"do": "mark", "text": "quiz"}, {"do": "record", "on": False}, {"do": "students"},
        {"do": "pause", "on": True}, {"do": "watch", "what": "drawn"}, {"do": "undo"},
        {"do": "invite", "address": ADDRESS}, {"do": "answer", "knock": "x", "is": "new"},
    ]  # fmt: skip
    return _way(
        room, lambda app: (f"/live/{app.lessons.open('7b').id}", _teacher(app)), words,
        {"do": "dance"}, lambda said: said["type"] == "error",
    )  # fmt: skip


def of_a_student(room: Path) -> Input:
    """A student's own device: pictures, commands, and what it says that it read by itself."""
    face = {"pixels": 90, "best": "happy", "scores": {"happy": 0.9, "sad": 0.1}, "quality": 0.8}
    words: list[dict[str, object]] = [
        {"do": "teach", "expressions": ["happy", "sad"]}, {"do": "adjust", "expression": "happy"},
        {"do": "skip"}, {"do": "take"}, {"do": "again", "place": 0}, {"do": "undo"},
        {"do": "save", "keep": ["0"], "answers": {"0": "sad"}},
        {"do": "report", "checkpoint": "x", "face": face, "student": "s001"},
    ]  # fmt: skip

    def path(app: AppState) -> tuple[str, str]:
        (student,) = app.library.students()
        app.portal.devices.wait = lambda *_: 0.0  # type: ignore[method-assign]
        for often in (app.portal.reports, app.portal.words):
            often.take = lambda *_: None  # type: ignore[method-assign]
        cookie = app.credentials.student_cookie(student.id, app.lessons.open("7b").id)
        return "/me/live", f"{STUDENT_COOKIE}={cookie}"

    stopped = {"type": "coach", "events": []}
    return _way(room, path, words, {"do": "stop"}, stopped.__eq__)


def of_a_guide(room: Path) -> Input:
    """The teacher's camera that enrols."""
    ticket = "a ticket of the page, long enough"
    words: list[dict[str, object]] = [
        {"do": "teach", "ticket": ticket, "expressions": ["happy"], "student": "s001"},
        {"do": "rest", "ticket": ticket}, {"do": "skip"}, {"do": "take"}, {"do": "use"},
        {"do": "again", "place": 0},
    ]  # fmt: skip
    return _way(
        room, lambda app: ("/guide", _teacher(app)), words,
        {"do": "dance"}, lambda said: said["type"] == "error",
    )  # fmt: skip


def _teacher(app: AppState) -> str:
    return f"{TEACHER_COOKIE}={app.credentials.teacher_cookie()}"


def signed(room: Path) -> Input:
    """Cookies, join links and tokens."""
    credentials = Credentials(room / "web", now=lambda: NOW, host="0.0.0.0")
    links = Invitations(room / "web", credentials.signer, lambda: NOW)
    token, _ = credentials.tokens.make("x")
    link = links.token(links.make("c", "7b"))
    seeds = [credentials.teacher_cookie(), link, token, link.replace(".", "..")]
    kept = {text.rpartition(".")[0] for text in seeds}

    def read(data: bytes) -> None:
        """Nothing that was altered is believed; the last letter of a signature has idle bits."""
        text = data.decode("latin-1")
        bare = text.strip()  # As a cookie is read.
        genuine = bare.rpartition(".")[0] in kept or bare == token
        headers = [(b"cookie", f"{TEACHER_COOKIE}={text}".encode("latin-1"))]
        asked = HTTPConnection({"type": "http", "headers": headers})
        assert genuine or ";" in text or not credentials.candidates(asked), "an altered cookie"
        for reads in (links.read, credentials.tokens.read):
            with suppress(FewshotFerError):
                reads(text)
                assert genuine, "an altered link or token"

    return Input([one.encode() for one in seeds], read)


PAGES: Final = {
    "requests": requests,
    "messages": messages,
    "a student's messages": of_a_student,
    "a guide's messages": of_a_guide,
    "cookies, links, tokens": signed,
}
