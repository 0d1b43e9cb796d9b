"""To whose routes a request goes."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from fewshot_fer.web.access.tokens import account_of
from fewshot_fer.web.access.who import who
from fewshot_fer.web.school.school import School

_OF_A_TEACHER: Final = frozenset({"", "api", "guide", "join", "live", "me", "sessions"})
"""The first part of every path that is about one teacher's things; pages find their own way."""


class Rooms:
    """ASGI middleware behind the guard: every teacher's requests go to that teacher's routes."""

    def __init__(self, app: ASGIApp, school: School) -> None:
        self._app, self._school = app, school

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        await (await self._routes_for(scope))(scope, receive, send)

    async def _routes_for(self, scope: Scope) -> ASGIApp:
        if scope["type"] not in ("http", "websocket"):
            return self._app
        _, first, *more = scope["path"].split("/")
        if first not in _OF_A_TEACHER:
            return self._app
        # A link leads to whose it is, whoever else is signed in in that browser.
        account = account_of("".join(more)) if first == "join" else who(scope).teacher
        if not account:
            return self._app
        room = await self._school.own.threads.run(account, self._school.room, account)
        return room.routes if room is not None else self._app
