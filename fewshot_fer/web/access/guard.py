"""Stands before the whole app: who asks, whether they may, and from where."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fewshot_fer.errors import (
    AccessError,
    FewshotFerError,
    MissingError,
    SignInError,
)
from fewshot_fer.web.access import refusal
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.headers import headers_for
from fewshot_fer.web.access.origin import check_host, check_origin
from fewshot_fer.web.access.rules import RULES, SOCKET, Kind, Rule, chosen, rule_of
from fewshot_fer.web.access.streams import POLICY, Line, check_length, counted_body
from fewshot_fer.web.access.who import Who, remember

_log = logging.getLogger(__name__)


class Guard:
    """ASGI middleware; everything behind it may trust `who(request)`."""

    def __init__(
        self, app: ASGIApp, credentials: Credentials, rules: Sequence[Rule] = RULES
    ) -> None:
        self._app = app
        self._credentials = credentials
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, with its headers, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        method = scope["method"] if scope["type"] == "http" else SOCKET
        found = rule_of(scope["path"], method, self._rules)
        kind = found[0].kind if found is not None else _kind_of(scope["path"])
        try:
            if not self._credentials.has_password:
                check_host(asked)
            if found is None or found[0].allowed == "closed":
                raise MissingError(
                    "There is nothing at this address.", next_step="Check it, or go to /."
                )
            rule, parts = found
            check_origin(asked, method)
            asking = self._admit(asked, rule, parts)
            if rule.kind == "api":
                self._credentials.requests.take(_name_of(asking, asked))
            if scope["type"] == "http":
                check_length(asked.headers, rule)
        except FewshotFerError as error:
            await _refuse(error, kind, scope, receive, send)
            return
        remember(scope, asking)
        if scope["type"] == "websocket":
            again = partial(self._admit, asked, rule, parts, even_late=True)
            line = Line(self._credentials, again, receive, send)
            await self._app(scope, line.receive, line.send)
            return
        sender = _Sender(_with_headers(send, kind, scope))
        try:
            await self._app(scope, counted_body(receive, rule.largest), sender)
        except FewshotFerError as error:
            # Too large, or an error of ours that a page did not turn into words itself.
            if sender.started:
                raise
            await _refuse(error, kind, scope, receive, send)

    def _admit(
        self,
        asked: HTTPConnection,
        rule: Rule,
        parts: dict[str, str],
        *,
        even_late: bool = False,
    ) -> Who:
        if rule.allowed == "anybody":
            # A page for anybody does not fail because of a stale token.
            candidates = self._credentials.candidates(asked) if _plain(asked) else ()
            return chosen(rule, parts, tuple(reversed(candidates))) or Who("nobody")
        candidates = self._credentials.candidates(asked, even_late=even_late)
        asking = chosen(rule, parts, candidates)
        if asking is not None:
            return asking
        if candidates:
            raise AccessError(
                "This is not for you.", next_step="Go to your own page, or sign in as the teacher."
            )
        raise SignInError("Nobody is signed in.", next_step="Sign in, or send a token.")


def _plain(asked: HTTPConnection) -> bool:
    return "authorization" not in asked.headers


def _name_of(asking: Who, asked: HTTPConnection) -> tuple[str, str]:
    """Whose requests are counted together."""
    address = asked.client.host if asked.client is not None else ""
    return asking.role, asking.student or address


def _kind_of(path: str) -> Kind:
    return "api" if path.startswith("/api/") else "ours"


class _Sender:
    """Sends, and remembers whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        self.started = True
        await self._send(message)


def _with_headers(send: Send, kind: Kind, scope: Scope) -> Send:
    ours = headers_for(kind, secure=scope["scheme"] == "https")

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in ours.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


async def _refuse(
    error: FewshotFerError, kind: Kind, scope: Scope, receive: Receive, send: Send
) -> None:
    # Neither addresses nor names: a log is kept for long.
    _log.info("refused: %s", type(error).__name__)
    if scope["type"] == "websocket":
        await receive()
        # Before it was accepted: the server answers 403.
        await send({"type": "websocket.close", "code": POLICY, "reason": error.what[:100]})
        return
    answer = _answer(error, kind, scope)
    # Ours, whatever page was asked for.
    await answer(scope, receive, _with_headers(send, "ours", scope))


def _answer(error: FewshotFerError, kind: Kind, scope: Scope) -> Response:
    asks_for_page = "text/html" in Headers(scope=scope).get("accept", "")
    if kind == "api" or not asks_for_page:
        return refusal.problem(error)
    if isinstance(error, SignInError) and scope["method"] == "GET":
        return RedirectResponse(f"/sign-in?next={quote(scope['path'])}", status_code=303)
    return refusal.page(error)
