"""What flows through the guard: bodies are counted, open sockets end when they must."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Send

from fewshot_fer.errors import FewshotFerError, TooLargeError
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.rules import Rule
from fewshot_fer.web.access.who import Who

if TYPE_CHECKING:
    from fewshot_fer.web.school.school import School

POLICY: Final = 1008
"""The close code of a socket that may not be open."""


def check_length(headers: Headers, rule: Rule) -> None:
    """Refuse what says beforehand that it is too much."""
    announced = headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > rule.largest:
        raise _too_large(rule.largest)


def counted_body(receive: Receive, largest: int) -> Receive:
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


def _too_large(largest: int) -> TooLargeError:
    most = f"{largest / 1e6:.0f} MB" if largest >= 1_000_000 else f"{largest / 1e3:.0f} kB"
    return TooLargeError(
        f"More than {most} was sent.", next_step="Send less, or in several requests."
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
        if self._turns != self._credentials.turns:
            try:
                await self._admit()
            except FewshotFerError:
                return False
            self._turns = self._credentials.turns
        return True
