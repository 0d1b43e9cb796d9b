"""Connections of which nothing comes are not waited for, and none keeps the others waiting."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

HEADERS_S: Final = 15.0
"""In so long a request has to be told."""
TAKES_S: Final = 30.0
"""Who takes nothing of an answer for so long does not read it any more."""
MOST_CONNECTIONS: Final = 4_000
_FILES: Final = 16_384
_PART: Final = 4_096
"""Bytes of a socket that are read before others have their turn."""
_FUSS: Final = 20
"""So many pings, pongs and pieces of a message are usual in a part; who sends more waits ..."""
_FUSS_S: Final = 0.1
"""... for so long, and for as long as they do not read."""


class _Taken:
    """A connection that ends where what is written is not taken, also when it is closed already.

    Such a one would stay for ever, and take the place of somebody else.
    """

    loop: asyncio.AbstractEventLoop
    transport: Any
    _stuck: asyncio.Handle | None = None

    def pause_writing(self) -> None:
        """More waits to be taken than is usual."""
        super().pause_writing()  # type: ignore[misc]
        self._stuck = self.loop.call_later(TAKES_S, self.transport.abort)

    def resume_writing(self) -> None:
        """It was taken."""
        self._release()
        super().resume_writing()  # type: ignore[misc]

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side has gone."""
        self._release()
        super().connection_lost(exc)  # type: ignore[misc]

    def _release(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()


class Patient(_Taken, AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """uvicorn's way of a request, which gives up on who asks nothing, or never to an end."""

    def connection_made(self, transport: Any) -> None:
        """Begin to wait, unless too many do."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
            return
        self._last: Any = None
        self._look = self.loop.call_later(HEADERS_S, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side has gone."""
        if hasattr(self, "_look"):
            self._look.cancel()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        """Close where no request has come since the last look; a socket is no request any more."""
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        cycle = self.cycle
        if (cycle is None or cycle.response_complete) and cycle is self._last:
            self.transport.close()
            return
        self._last = cycle
        self._look = self.loop.call_later(HEADERS_S, self._give_up)


class Steady(_Taken, WebSocketsSansIOProtocol):
    """uvicorn's way of a WebSocket, which reads a little of each in turn.

    What is read at once may be 40,000 pings of six bytes, which take seconds, and whose answers
    pile up where nobody reads them: for them, as there is no message, nothing pauses.
    """

    def connection_made(self, transport: Any) -> None:
        """Nothing has come yet."""
        super().connection_made(transport)
        self._unread, self._fuss = bytearray(), 0
        self._later: asyncio.Handle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side has gone."""
        if self._later is not None:
            self._later.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read it by and by."""
        self._unread += data
        if self._later is None:
            self._read_on()
        else:
            self.transport.pause_reading()

    async def receive(self) -> Any:
        """The next message; nothing more is taken from the network while there is a rest."""
        message = await super().receive()
        if self._later is not None:
            self.transport.pause_reading()
        return message

    def handle_ping(self) -> None:
        """It is answered."""
        self._fuss += 1
        super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        """Perhaps the answer to ours."""
        self._fuss += 1
        super().handle_pong(event)

    def handle_cont(self, event: Frame) -> None:
        """A piece of a message."""
        self._fuss += 1
        super().handle_cont(event)

    def _read_on(self) -> None:
        self._later = None
        if self.transport.is_closing():
            return
        waits = self._fuss > 0 and not self.writable.is_set()
        if not waits:
            part, self._fuss = bytes(self._unread[:_PART]), 0
            del self._unread[:_PART]
            super().data_received(part)
            waits = self._fuss > _FUSS
        if self._unread or waits:
            self.transport.pause_reading()
            self._later = self.loop.call_later(_FUSS_S if waits else 0.0, self._read_on)
        elif not self.read_paused:
            self.transport.resume_reading()


class Throttle(logging.Filter):
    """Lets the same message through once a minute: what a flood causes must not fill the disk."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is time to say this again."""
        now, what = self._clock(), str(record.msg)[:100]
        if now - self._said.get(what, -60.0) < 60.0:
            return False
        if len(self._said) > 1_000:
            self._said.clear()
        self._said[what] = now
        return True


def prepare() -> None:
    """As many open files as the system lets us have, and a log that nobody can fill."""
    throttle = Throttle()
    for name in ("asyncio", "uvicorn.error", "python_multipart.multipart"):
        logging.getLogger(name).addFilter(throttle)
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
        if soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
