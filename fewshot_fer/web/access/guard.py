"""Stands before the whole app: who asks, whether they may, and from where."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fewshot_fer.errors import (
    AccessError,
    FewshotFerError,
    MissingError,
    SignInError,
    TooLargeError,
)
from fewshot_fer.web.access import refusal
from fewshot_fer.web.access.headers import headers_for
from fewshot_fer.web.access.keeper import Keeper, Service, is_loopback, keeper_of
from fewshot_fer.web.access.rules import RULES, SOCKET, Kind, Rule, chosen, rule_of
from fewshot_fer.web.access.who import Who, remember

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", SOCKET})
_PORTS: Final = {"http": 80, "https": 443}
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host")
_POLICY: Final = 1008
_log = logging.getLogger(__name__)


def middleware(service: Service) -> Sequence[Middleware]:
    """The guard, to stand before everything else."""
    return (Middleware(Guard, keeper=keeper_of(service)),)


class Guard:
    """ASGI middleware; everything behind it may trust `who(request)`."""

    def __init__(self, app: ASGIApp, keeper: Keeper, rules: Sequence[Rule] = RULES) -> None:
        self._app = app
        self._keeper = keeper
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
            self._check_host(asked)
            if found is None or found[0].allowed == "closed":
                raise MissingError(
                    "There is nothing at this address.", next_step="Check it, or go to /."
                )
            rule, parts = found
            _check_origin(asked, method)
            asking = self._admit(asked, rule, parts)
            if rule.kind == "api":
                self._keeper.requests.take(_name_of(asking, asked))
            if scope["type"] == "http":
                _check_length(asked.headers, rule)
        except FewshotFerError as error:
            await _refuse(error, kind, scope, receive, send)
            return
        remember(scope, asking)
        if scope["type"] == "websocket":
            again = partial(self._admit, asked, rule, parts, even_late=True)
            line = _Line(self._keeper, again, receive, send)
            await self._app(scope, line.receive, line.send)
            return
        sender = _Sender(_with_headers(send, kind, scope))
        try:
            await self._app(scope, _counted(receive, rule.largest), sender)
        except FewshotFerError as error:
            # Too large, or an error of ours that a page did not turn into words itself.
            if sender.started:
                raise
            await _refuse(error, kind, scope, receive, send)

    def _check_host(self, asked: HTTPConnection) -> None:
        """Without a password only this machine is let in, under its own names.

        Another web page could give its own name the address of this machine (DNS rebinding),
        and a proxy on this machine would bring the whole world in.
        """
        if self._keeper.has_password:
            return
        if is_loopback(_name(asked.headers.get("host", ""))) and not any(
            name in asked.headers for name in _FORWARDED
        ):
            return
        raise AccessError(
            "Without a password this app answers to 127.0.0.1 and localhost only.",
            next_step="Start it with --password, and use it under any name.",
        )

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
            candidates = self._keeper.candidates(asked) if _plain(asked) else ()
            return chosen(rule, parts, tuple(reversed(candidates))) or Who("nobody")
        candidates = self._keeper.candidates(asked, even_late=even_late)
        asking = chosen(rule, parts, candidates)
        if asking is not None:
            return asking
        if candidates:
            raise AccessError(
                "This is not for you.", next_step="Go to your own page, or sign in as the teacher."
            )
        raise SignInError("Nobody is signed in.", next_step="Sign in, or send a token.")


def _name(host: str) -> str:
    """The host of a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _plain(asked: HTTPConnection) -> bool:
    return "authorization" not in asked.headers


def _check_origin(asked: HTTPConnection, method: str) -> None:
    """What changes something, and every socket, must come from a page of ours.

    Browsers name the page's origin in both; programs name none, and have no cookies of others.
    """
    if method in _SAFE and method != SOCKET:
        return
    origin = asked.headers.get("origin")
    if origin is None:
        ours = asked.headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    else:
        ours = _is_ours(origin, asked)
    if not ours:
        raise AccessError(
            "This came from a page of another site.", next_step="Open the app's own address."
        )


def _is_ours(origin: str, asked: HTTPConnection) -> bool:
    scheme = urlsplit(origin).scheme
    if scheme not in ("http", "https"):
        return False
    # A proxy may have taken TLS off, so https from outside may arrive as http; never the reverse.
    if scheme == "http" and asked.scope["scheme"] in ("https", "wss"):
        return False
    there, here = _place(origin), _place(f"{scheme}://{asked.headers.get('host', '')}")
    return there is not None and there == here


def _place(origin: str) -> tuple[str, int] | None:
    """Host and port of an origin; None when it has none."""
    try:
        parts = urlsplit(origin)
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname else None


def _name_of(asking: Who, asked: HTTPConnection) -> tuple[str, str]:
    """Whose requests are counted together."""
    address = asked.client.host if asked.client is not None else ""
    return asking.role, asking.student or address


def _kind_of(path: str) -> Kind:
    return "api" if path.startswith("/api/") else "ours"


def _check_length(headers: Headers, rule: Rule) -> None:
    announced = headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > rule.largest:
        raise _too_large(rule.largest)


def _counted(receive: Receive, largest: int) -> Receive:
    """The same messages, until they are more than is taken (a length may be missing, or a lie)."""
    came = 0

    async def counted() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > largest:
            raise _too_large(largest)
        return message

    return counted


class _Line:
    """An open socket, which ends when whoever it belongs to is signed out or revoked.

    A time that is over cuts no lesson short: it counts at the next opening.
    """

    def __init__(
        self, keeper: Keeper, admit: Callable[[], Who], receive: Receive, send: Send
    ) -> None:
        self._keeper = keeper
        self._admit = admit
        self._receive = receive
        self._send = send
        self._turns = keeper.turns

    async def receive(self) -> Message:
        """The next message, or that the line is cut."""
        message = await self._receive()
        if message["type"] == "websocket.receive" and not self._is_good():
            await self._send({"type": "websocket.close", "code": _POLICY})
            return {"type": "websocket.disconnect", "code": _POLICY}
        return message

    async def send(self, message: Message) -> None:
        """Send, unless the line is cut."""
        if message["type"] == "websocket.send" and not self._is_good():
            raise OSError("signed out")
        await self._send(message)

    def _is_good(self) -> bool:
        if self._turns != self._keeper.turns:
            try:
                self._admit()
            except FewshotFerError:
                return False
            self._turns = self._keeper.turns
        return True


class _Sender:
    """Sends, and remembers whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        self.started = True
        await self._send(message)


def _too_large(largest: int) -> TooLargeError:
    most = f"{largest / 1e6:.0f} MB" if largest >= 1_000_000 else f"{largest / 1e3:.0f} kB"
    return TooLargeError(
        f"More than {most} was sent.", next_step="Send less, or in several requests."
    )


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
        await send({"type": "websocket.close", "code": _POLICY, "reason": error.what[:100]})
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
