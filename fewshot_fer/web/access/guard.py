"""Stands before the whole app: who asks, whether they may, and from where."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fewshot_fer import audit
from fewshot_fer.errors import AccessError, FewshotFerError, MissingError, SignInError
from fewshot_fer.web.access import refusal
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.headers import headers_for
from fewshot_fer.web.access.origin import check_host, check_origin
from fewshot_fer.web.access.rules import RULES, SOCKET, Kind, Rule, chosen, rule_of
from fewshot_fer.web.access.streams import POLICY, Line, Room, announced, check_length, counted_body
from fewshot_fer.web.access.who import NOBODY, ROUTED, Who, asker, remember, routed
from fewshot_fer.web.html import saying
from fewshot_fer.web.threads import Threads

if TYPE_CHECKING:
    from fewshot_fer.web.school.school import School

_CHANGES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_OWN: Final = frozenset({"student", "own"})
_log = logging.getLogger(__name__)


class Guard:
    """ASGI middleware; everything behind it may trust `who(request)`.

    Who comes is known to the credentials of one teacher, or to a school of several.
    """

    def __init__(
        self,
        app: ASGIApp,
        credentials: Credentials | School,
        threads: Threads,
        rules: Sequence[Rule] = RULES,
        *,
        from_anywhere: bool = False,
    ) -> None:
        """`from_anywhere`: others may come without a teacher's password, as none is behind it."""
        self._app, self._credentials, self._threads = app, credentials, threads
        self._rules, self._from_anywhere = rules, from_anywhere
        self._room = Room()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, with its headers, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        method = scope["method"] if scope["type"] == "http" else SOCKET
        found = rule_of(scope["path"], method, self._rules)
        kind: Kind = "api" if scope["path"].startswith("/api/") else "ours"
        kind = found[0].kind if found is not None else kind
        answer = _Answer(send, kind, scope)
        try:
            if not self._from_anywhere and not self._credentials.has_password:
                check_host(asked)
            if found is None or found[0].allowed == "closed":
                raise MissingError(
                    "There is nothing at this address.", next_step="Check it, or go to /."
                )
            rule, parts = found
            check_origin(asked, method)
            asking = await self._admit(asked, rule, parts)
            remember(scope, asking)
            audit.asking.set("visitor" if asking.role == "nobody" else asking.role)
            routed.set(asked.headers.get(ROUTED) if asking.role != "teacher" else None)
            if rule.kind == "api":
                self._credentials.requests.take(asker(asked))
            if asking.role == "student" and method in _CHANGES and rule.allowed in _OWN:
                # Each is a line of the audit, which is kept for long, and a write of the library.
                self._credentials.changes.take(asker(asked))
            if scope["type"] == "websocket":
                again = partial(self._admit, asked, rule, parts, even_late=True)
                line = Line(self._credentials, again, receive, send)
                answer.begun = True
                await self._app(scope, line.receive, line.send)
            else:
                check_length(asked.headers, rule)
                async with self._room.of(asker(asked), announced(asked.headers, rule)):
                    await self._app(scope, counted_body(receive, rule.largest), answer)
        except FewshotFerError as error:
            # Also what is too large, and an error of ours that a page did not turn into words.
            if answer.begun:
                raise
            await _refuse(error, kind, scope, receive, send)

    async def _admit(
        self, asked: HTTPConnection, rule: Rule, parts: dict[str, str], *, even_late: bool = False
    ) -> Who:
        if rule.allowed == "anybody" and "authorization" in asked.headers:
            return NOBODY  # A page for anybody does not fail because of a stale token.
        candidates = (
            await self._threads.run(
                asker(asked), self._credentials.candidates, asked, even_late=even_late
            )
            if self._credentials.needs_files(asked)
            else self._credentials.candidates(asked, even_late=even_late)
        )
        if rule.allowed == "anybody":
            return chosen(rule, parts, candidates[::-1]) or NOBODY
        asking = chosen(rule, parts, candidates)
        if asking is not None:
            return asking
        if candidates:
            raise AccessError(
                "This is not for you.", next_step="Go to your own page, or sign in as the teacher."
            )
        raise SignInError("Nobody is signed in.", next_step="Sign in, or send a token.")


class _Answer:
    """Sends with our headers, and remembers whether an answer has begun."""

    def __init__(self, send: Send, kind: Kind, scope: Scope) -> None:
        self._send = send
        self._headers = headers_for(kind, secure=scope["scheme"] == "https")
        self.begun = False

    async def __call__(self, message: Message) -> None:
        self.begun = True
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
        await self._send(message)


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
    # Ours, whatever page was asked for.
    await _response(error, kind, scope)(scope, receive, _Answer(send, "ours", scope))


def _response(error: FewshotFerError, kind: Kind, scope: Scope) -> Response:
    asks_for_page = "text/html" in Headers(scope=scope).get("accept", "")
    if kind == "api" or not asks_for_page:
        return refusal.problem(error)
    if isinstance(error, SignInError) and scope["method"] == "GET":
        return RedirectResponse(f"/sign-in?next={quote(scope['path'])}", status_code=303)
    return refusal.page(error, saying(HTTPConnection(scope)))
