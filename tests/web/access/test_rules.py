"""Every route of the whole app, tried by everybody."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import Message, Receive, Scope, Send

from fewshot_fer.settings import Settings
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.guard import Guard
from fewshot_fer.web.access.rules import EVERY, RULES, SOCKET, Allowed, Rule, rule_of
from fewshot_fer.web.access.tokens import STUDENT_COOKIE, TEACHER_COOKIE
from fewshot_fer.web.api.routes import Api
from fewshot_fer.web.pages import PAGES
from fewshot_fer.web.threads import Threads
from tests.web.house import PASSWORD

LET_IN = 299
ADDRESS = "school.example"

# Everybody who could come, and what each kind of rule says to them. "token" is the API's.
EXPECTED: dict[str, set[Allowed]] = {
    "nobody": {"anybody"},
    "teacher": {"anybody", "teacher", "everyone known", "own"},
    "teacher's token": {"anybody", "teacher", "everyone known", "own"},
    "student": {"anybody", "student", "everyone known", "own"},
    "student's token": {"anybody", "student", "everyone known", "own"},
    "another student": {"anybody", "student", "everyone known"},
    "another student's token": {"anybody", "student", "everyone known"},
    "expired teacher": {"anybody"},
    "expired student": {"anybody"},
    "altered teacher": {"anybody"},
    "altered student": {"anybody"},
    "teacher's cookie as student's": {"anybody"},
    "student's cookie as teacher's": {"anybody"},
    "revoked token": {"anybody"},
    "expired token": {"anybody"},
    "invented token": {"anybody"},
}

# A literal list on purpose: who changes the table has to say so here as well.
FOR_ANYBODY = set(
    "/health /language /sign-in /sign-out /join/{token} /assets/{path:path} "
    "/assets/on_device/worker.js".split()
)
FOR_STUDENTS = {f"/me{rest}" for rest in (
    "", "/facts", "/agreement", "/pictures", "/pictures/{reference}", "/leave", "/delete", "/live",
)}  # fmt: skip


@pytest.fixture(scope="module")
def app_routes(tmp_path_factory: pytest.TempPathFactory) -> list[BaseRoute]:
    """The routes of the app as it is served, Streamlit's with it."""
    import streamlit

    from fewshot_fer.web.app import PAGE, parts
    from fewshot_fer.web.app_state import AppState

    folder = tmp_path_factory.mktemp("app")
    settings = Settings(support_sets=folder / "s", records=f"sqlite:///{folder / 'r.db'}")
    service = AppState(settings, folder=folder / "web")
    try:
        built = streamlit.App(PAGE, **parts(service))._build_starlette_app()
    finally:
        service.close()
    first: object = built.user_middleware[0].cls
    assert first is Guard, "the guard stands before everything"
    return list(built.routes)


def ways_in(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Path templates and methods."""
    for route in routes:
        if isinstance(route, WebSocketRoute):
            yield route.path, SOCKET
        elif isinstance(route, Mount) and isinstance(route.app, Api):
            for one in iter_route_contexts(route.app.routes):
                for method in sorted((one.methods or set()) - {"HEAD"}):
                    yield f"{route.path}{one.path}", method
        elif isinstance(route, Mount):
            for method in ("GET", "POST"):
                yield f"{route.path}/{{path:path}}", method
        elif isinstance(route, Route):
            for method in sorted(route.methods or ()):
                yield route.path, method
        else:
            raise AssertionError(f"nobody knows what {route!r} lets in")


class Crowd:
    """Everybody who could come, as the headers and cookies that they come with."""

    def __init__(self, credentials: Credentials, clock: list[float]) -> None:
        tokens, signer = credentials.tokens, credentials.signer
        old = tokens.make("old", lifetime_s=1)[0]
        gone, record = tokens.make("gone")
        tokens.revoke(record.id)
        teacher = credentials.teacher_cookie()
        student = signer.sign("student", {"student": "s001"}, lifetime_s=3600)
        other = signer.sign("student", {"student": "s002"}, lifetime_s=3600)
        over = signer.sign("student", {"student": "s001"}, lifetime_s=1)
        clock[0] -= 20 * 3600
        stale = credentials.teacher_cookie()
        clock[0] += 20 * 3600 + 2
        self.cookies: dict[str, dict[str, str]] = {
            "teacher": {TEACHER_COOKIE: teacher},
            "student": {STUDENT_COOKIE: student},
            "another student": {STUDENT_COOKIE: other},
            "expired teacher": {TEACHER_COOKIE: stale},
            "expired student": {STUDENT_COOKIE: over},
            "altered teacher": {TEACHER_COOKIE: _altered(teacher)},
            "altered student": {STUDENT_COOKIE: _altered(student)},
            "teacher's cookie as student's": {STUDENT_COOKIE: teacher},
            "student's cookie as teacher's": {TEACHER_COOKIE: student},
        }
        self.tokens: dict[str, str] = {
            "teacher's token": tokens.make("t")[0],
            "student's token": tokens.make("s", student="s001")[0],
            "another student's token": tokens.make("o", student="s002")[0],
            "revoked token": gone,
            "expired token": old,
            "invented token": "ffer_" + "x" * 43,
        }

    def headers(self, name: str) -> dict[str, str]:
        found = {"host": ADDRESS, "accept": "application/json"}
        if name in self.tokens:
            found["authorization"] = f"Bearer {self.tokens[name]}"
        if name in self.cookies:
            pairs = self.cookies[name].items()
            found["cookie"] = "; ".join(f"{key}={value}" for key, value in pairs)
        return found


def _altered(token: str) -> str:
    """One letter in the middle of the payload is another."""
    at = token.index(".") // 2
    return token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]


class Door:
    """The guard before an empty house, and everybody who could come to it."""

    def __init__(self, folder: Path) -> None:
        clock = [1_800_000_000.0]
        credentials = Credentials(folder, now=lambda: clock[0], password=PASSWORD)
        self.crowd = Crowd(credentials, clock)
        # So many requests in no time: the limiter has a test of its own.
        credentials.requests.take = lambda *_: None  # type: ignore[method-assign]
        self._guard = Guard(_inside, credentials, Threads(4, 4))

    def lets_in(self, name: str, path: str, method: str) -> bool:
        """Whether this one gets through to what is behind the guard."""
        return asyncio.run(self._tried(name, path, method))

    async def _tried(self, name: str, path: str, method: str) -> bool:
        is_socket = method == SOCKET
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "websocket.connect" if is_socket else "http.request"}

        async def send(message: Message) -> None:
            sent.append(message)

        headers = self.crowd.headers(name).items()
        scope: Scope = {
            "type": "websocket" if is_socket else "http",
            "scheme": "ws" if is_socket else "http",
            "path": path,
            "query_string": b"",
            "headers": [(key.encode(), value.encode()) for key, value in headers],
            "client": ("10.0.0.9", 4000),
        }
        if not is_socket:
            scope["method"] = method
        await self._guard(scope, receive, send)
        if is_socket:
            assert sent[0]["type"] in ("websocket.accept", "websocket.close")
            return bool(sent[0]["type"] == "websocket.accept")
        assert sent[0]["status"] in (LET_IN, 401, 403, 404), sent
        return bool(sent[0]["status"] == LET_IN)


async def _inside(scope: Scope, _: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": LET_IN, "headers": []})
    await send({"type": "http.response.body"})


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Door:
    return Door(tmp_path_factory.mktemp("door"))


def filled(template: str) -> str:
    """A path of a template; the student is s001."""
    path = template.replace("{student}", "s001")
    return re.sub(r"\{\w+(:path)?\}", "x", path)


def test_every_route_has_a_rule_of_its_own(app_routes: list[BaseRoute]) -> None:
    known = {rule.path for rule in RULES}
    for template, method in ways_in(app_routes):
        if template == "/{path:path}":
            continue  # Streamlit's page and files, below
        found = rule_of(filled(template), method)
        if found is None:
            assert (method, template.startswith("/assets/")) == ("POST", True), template
            continue
        rule = found[0]
        page = template.strip("/") in {name for *_, name in PAGES}
        assert page or rule.path != "/{page}", f"{template} is nobody's; add it to the table"
        if page:
            continue
        plain = re.sub(r"\{\w+(?::path)?\}", "{}", template)
        assert rule.pattern.pattern.endswith(".*)") or plain in {
            re.sub(r"\{\w+(?::path)?\}", "{}", one) for one in known
        }, template


def test_no_rule_is_for_a_route_that_is_not_there(app_routes: list[BaseRoute]) -> None:
    templates = {filled(template) for template, _ in ways_in(app_routes)}
    for rule in RULES:
        if rule.kind == "api" or rule.allowed == "student":
            assert filled(rule.path) in templates, rule.path


@pytest.mark.parametrize("name", EXPECTED)
def test_everybody_tries_every_route(name: str, app_routes: list[BaseRoute], door: Door) -> None:
    tried = 0
    for template, method in ways_in(app_routes):
        path = "/" if template == "/{path:path}" else filled(template)
        found = rule_of(path, method)
        allowed: Allowed = found[0].allowed if found is not None else "closed"
        expected = allowed in EXPECTED[name]
        assert door.lets_in(name, path, method) is expected, (name, method, path)
        tried += 1
    assert tried > 80


def test_what_is_open_is_written_down_here_too() -> None:
    assert {rule.path for rule in RULES if rule.allowed == "anybody"} == FOR_ANYBODY
    assert {rule.path for rule in RULES if rule.allowed == "student"} == FOR_STUDENTS
    own = [rule for rule in RULES if rule.allowed == "own"]
    assert all("/students/{student}" in rule.path for rule in own)
    known = {rule.path for rule in RULES if rule.allowed == "everyone known"}
    assert known == {
        "/api/v1/analyze", "/api/v1/me", "/api/v1/consent", "/api/docs", "/api/openapi.json",
        "/openapi.json", "/on_device/{seal}/{file}",
    }  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "//", "/api", "/api/v1", "/api/v1/", "/api/v2/students", "/api/v1/students/",
        "/api/v1/students//card", "/api/v1/students/s001/card/", "/API/v1/students",
        "/api/v1/students/s001/../s002", "/live", "/live/a/b", "/me/", "/me/other", "/join",
        "/join/a/b", "/_stcore", "/_stcore/", "/_stcore/agent/mcp", "/_stcore/metrics",
        "/auth/login", "/oauth2callback", "/static", "/a/b/c", "/.env", "/assets",
    ],
)  # fmt: skip
def test_a_path_beside_the_table_is_not_there(path: str, door: Door) -> None:
    for method in EVERY.split():
        for name in ("nobody", "student"):
            assert not door.lets_in(name, path, method), (name, method)


def test_a_rule_needs_the_whole_path_and_its_method() -> None:
    rule = Rule("/a/{student}/b", "POST", "own")
    assert rule_of("/a/s/b", "POST", [rule]) == (rule, {"student": "s"})
    wrong = (("/a/s/b/c", "POST"), ("/a/s/t/b", "POST"), ("/a/s/b", "GET"), ("/a/s\n/b", "POST"))
    for path, method in wrong:
        assert rule_of(path, method, [rule]) is None


def test_the_description_names_every_operation(app_routes: list[BaseRoute]) -> None:
    [api] = [one.app for one in app_routes if isinstance(one, Mount) and isinstance(one.app, Api)]
    paths: dict[str, Any] = api.openapi()["paths"]
    described = {(f"/api{path}", verb.upper()) for path, verbs in paths.items() for verb in verbs}
    there = {(path, method) for path, method in ways_in(app_routes) if path.startswith("/api/v1")}
    assert described == there
