"""Connections of which nothing comes are not waited for, and there are not too many of them."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEADERS_S: Final = 15.0
"""In so long a request has to be told."""
MOST_CONNECTIONS: Final = 4_000
_FILES: Final = 16_384


class Patient(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
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
