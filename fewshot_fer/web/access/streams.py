"""What flows through the guard: bodies are counted, open sockets end when they must."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Send

from fewshot_fer.errors import FewshotFerError, RequestError, TooLargeError
from fewshot_fer.languages import Phrase
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.rules import Rule
from fewshot_fer.web.access.who import Who

if TYPE_CHECKING:
    from fewshot_fer.web.school.school import School

SILENT_S: Final = 30.0
"""So long nothing may come of a body."""
_SLOWEST: Final = 20_000.0
"""Bytes a second that a body brings at least."""
_SMALL: Final = 100_000
"""Bodies below this are not counted."""
POLICY: Final = 1008
"""The close code of a socket that may not be open."""


def check_length(headers: Headers, rule: Rule) -> None:
    """Refuse what says beforehand that it is too much."""
    announced = headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > rule.largest:
        raise _too_large(rule.largest)


class Room:
    """Bytes of bodies that may be here at once, of all and of each: the rest waits unread."""

    def __init__(self, most: int = 300_000_000, share: int = 70_000_000) -> None:
        self._most, self._share = most, share
        self._taken: Counter[Hashable] = Counter()
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def of(self, asker: Hashable, size: int) -> AsyncIterator[None]:
        """Hold room for a body; one that is larger than a share has to be its asker's only one."""
        if size < _SMALL:
            yield
            return
        async with self._changed:
            await self._changed.wait_for(lambda: self._fits(asker, size))
            self._taken[asker] += size
        try:
            yield
        finally:
            async with self._changed:
                self._taken[asker] -= size
                self._taken = +self._taken
                self._changed.notify_all()

    def _fits(self, asker: Hashable, size: int) -> bool:
        own, all_ = self._taken[asker], self._taken.total()
        return (not own or own + size <= self._share) and (not all_ or all_ + size <= self._most)


def announced(headers: Headers, rule: Rule) -> int:
    """How large a body may become: as it says, or as large as is taken."""
    length = headers.get("content-length")
    if length is None:
        return rule.largest if "transfer-encoding" in headers else 0
    return int(length)


def counted_body(receive: Receive, largest: int, clock: Callable[[], float] = monotonic) -> Receive:
    """The same messages, until they are more than is taken (a length may be missing, or a lie).

    Who sends nothing for a while, or less than any network brings, is not waited for.
    """
    came, began, whole = 0, clock(), False

    async def counted() -> Message:
        nonlocal came, whole
        if whole:
            return await receive()  # Whether the other side is still there.
        try:
            async with asyncio.timeout(SILENT_S):
                message = await receive()
        except TimeoutError as error:
            raise _too_slow() from error
        whole = not message.get("more_body", False)
        if not whole and clock() - began > SILENT_S + came / _SLOWEST:
            raise _too_slow()
        came += len(message.get("body", b""))
        if came > largest:
            raise _too_large(largest)
        return message

    return counted


def _too_slow() -> RequestError:
    return RequestError("The request came too slowly.", next_step="Send it again, or smaller.")


def _too_large(largest: int) -> TooLargeError:
    most = f"{largest / 1e6:.0f} MB" if largest >= 1_000_000 else f"{largest / 1e3:.0f} kB"
    return TooLargeError(
        Phrase("More than {most} was sent.", most=most),
        next_step="Send less, or in several requests.",
    )


class Line:
    """An open socket, which ends when whoever it belongs to is signed out or revoked.

    A time that is over cuts no lesson short: it counts at the next opening.
    """

    def __init__(
        self,
        credentials: Credentials | School,
        admit: Callable[[], Awaitable[Who]],
        receive: Receive,
        send: Send,
    ) -> None:
        self._credentials = credentials
        self._admit = admit
        self._receive = receive
        self._send = send
        self._turns = credentials.turns

    async def receive(self) -> Message:
        """The next message, or that the line is cut."""
        message = await self._receive()
        if message["type"] == "websocket.receive" and not await self._is_good():
            await self._send({"type": "websocket.close", "code": POLICY})
            return {"type": "websocket.disconnect", "code": POLICY}
        return message

    async def send(self, message: Message) -> None:
        """Send, unless the line is cut."""
        if message["type"] == "websocket.send" and not await self._is_good():
            raise OSError("signed out")
        await self._send(message)

    async def _is_good(self) -> bool:
        if self._turns != (turns := self._credentials.turns):
            try:
                await self._admit()
            except FewshotFerError:
                return False
            self._turns = turns  # As it was before looking: what changes meanwhile is looked at.
        return True
