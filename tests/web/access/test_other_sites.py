"""What comes from elsewhere, and what every answer tells the browser."""

from __future__ import annotations

import asyncio
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from fewshot_fer.web.access.guard import Guard
from fewshot_fer.web.access.who import who
from tests.web.access.doors import HTML, sign_in
from tests.web.house import House, enrolled, house_at, locked, visitor


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        ("http://127.0.0.1:8501", True),
        ("http://127.0.0.1:8502", False),
        ("http://evil.example", False),
        ("https://127.0.0.1", False),
        ("null", False),
        ("", False),
        ("http://", False),
        ("http://127.0.0.1:99999", False),
        ("file://", False),
        ("http://[", False),
        ("ftp://127.0.0.1:8501", False),
    ],
)
def test_what_changes_something_comes_from_our_pages(house: House, origin: str, ours: bool) -> None:
    enrolled(house)
    headers = {"origin": origin}
    with visitor(house) as client:
        changed = client.patch("/api/v1/students/s001", json={"name": "Eve"}, headers=headers)
        assert changed.status_code == (200 if ours else 403)
        for path in ("/live/a", "/_stcore/stream"):
            socket = f"ws://127.0.0.1:8501{path}"
            if ours:
                with client.websocket_connect(socket, headers=headers) as connected:
                    assert connected.receive_json()["role"] == "teacher"
            else:
                with (
                    pytest.raises(WebSocketDisconnect),
                    client.websocket_connect(socket, headers=headers),
                ):
                    pass


def test_behind_a_proxy_that_speaks_tls(house: House) -> None:
    locked(house)
    with visitor(house, "http://school.example") as client:
        assert sign_in(client) == 303
        outside = {"origin": "https://school.example"}
        assert client.post("/sign-out", headers=outside).status_code == 303
    with visitor(house, "https://school.example") as client:
        downgraded = {"origin": "http://school.example"}
        assert client.post("/sign-out", headers=downgraded).status_code == 403


def test_two_addresses_that_are_none_are_not_the_same(house: House) -> None:
    locked(house)
    with visitor(house) as client:
        headers = {"host": "school.example:99999", "origin": "http://evil.example:99999"}
        assert client.post("/sign-out", headers=headers).status_code == 403


ODD = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))
HEADERS = ("host", "origin", "cookie", "authorization", "content-length", "accept", "forwarded")


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    headers=st.dictionaries(st.sampled_from(HEADERS), ODD, max_size=4),
    path=st.text(max_size=40).map("/".__add__) | st.sampled_from(["/", "/me", "/api/v1/me"]),
    method=st.sampled_from(["GET", "POST", "PUT", "BREW", ""]),
    socket=st.booleans(),
)
def test_no_request_makes_the_guard_stumble(
    house: House, headers: dict[str, str], path: str, method: str, socket: bool
) -> None:
    locked(house)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect" if socket else "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def inside(scope: Scope, _: Receive, send: Send) -> None:
        sent.append({"type": "in", "role": who(scope).role})

    scope: Scope = {
        "type": "websocket" if socket else "http",
        "scheme": "ws" if socket else "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(key.encode(), value.encode("latin-1")) for key, value in headers.items()],
        "client": None,
    }
    asyncio.run(Guard(inside, house.credentials, house.threads)(scope, receive, send))
    assert sent
    assert sent[0].get("role") in (None, "nobody")
    assert sent[0].get("status", 403) < 500


def test_a_browser_that_hides_the_origin_is_no_program(house: House) -> None:
    with visitor(house) as client:
        crossing = {"sec-fetch-site": "cross-site"}
        assert client.post("/sign-out", headers=crossing).status_code == 403
        assert client.post("/sign-out", headers={"sec-fetch-site": "same-origin"}).is_redirect


def test_every_answer_has_its_headers(house: House) -> None:
    locked(house)
    with visitor(house, "https://school.example") as client:
        for path in ("/sign-in", "/health", "/nowhere", "/api/v1/students"):
            headers = client.get(path).headers
            policy = headers["content-security-policy"]
            assert "'unsafe-inline'" not in policy
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            assert "camera=(self)" in headers["permissions-policy"]
            assert "max-age" in headers["strict-transport-security"]


def test_our_pages_have_nothing_inline(house: House) -> None:
    locked(house)
    with visitor(house) as client:
        pages = [client.get("/sign-in").text, client.get("/nowhere", headers=HTML).text]
    with visitor(house_at(house.folder / "open")) as client:
        pages.append(client.get("/api/docs").text)
    for page in pages:
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page), "no other host"
