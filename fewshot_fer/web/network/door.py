"""A second door, in the network of this machine, for students' own devices alone.

A teacher's page is on this machine, where no other device gets in. Behind this door there is what
a student needs and nothing else: no page, route or socket of a teacher, so it wants no password.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import socket
from threading import Lock

import uvicorn
from starlette.types import ASGIApp

from fewshot_fer.errors import ServerError
from fewshot_fer.web.certificates import self_signed
from fewshot_fer.web.listening import STOP_S, bound, taking
from fewshot_fer.web.network.reaching import own_address


class Network:
    """Closed until a teacher opens it; closed again when the program ends."""

    def __init__(
        self,
        students: ASGIApp,
        folder: Path,
        port: int,
        host: Callable[[], str | None] = own_address,
    ) -> None:
        """`students` is what is behind it, `port` that of the first door: this one's is the next.

        Its certificate lies in the `folder`; `host` is this machine's address in its network.
        """
        self.address: str | None = None
        """Where it is, once it is open."""
        self._students, self._folder, self._port, self.host = students, folder, port, host
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: uvicorn.Server | None = None
        self._served: Future[None] | None = None
        self._lock = Lock()

    def begin(self) -> None:
        """From the event loop that serves the first door: from now on it can be opened."""
        self._loop = asyncio.get_running_loop()

    @property
    def is_there(self) -> bool:
        """Whether there is a network in which it could be opened, or is."""
        return self._loop is not None and self.host() is not None

    def open(self) -> None:
        """Listen, unless it does; from any thread but the event loop's."""
        with self._lock:
            host = self.host()
            if self._loop is None or host is None:
                raise ServerError(
                    "This machine is in no network.", next_step="Connect it to one first."
                )
            if self.address is None:
                certificate = self_signed(self._folder, host)
                listening = self._listening(host)
                self._server = _Beside(taking(self._students, certificate, begins=False))
                self._served = asyncio.run_coroutine_threadsafe(
                    self._server.serve(sockets=[listening]), self._loop
                )
                self.address = f"https://{host}:{listening.getsockname()[1]}"

    def _listening(self, host: str) -> socket:
        try:
            return bound(host, self._port + 1, secure=True)
        except ServerError:
            return bound(host, 0, secure=True)  # Any other one: the link names it.

    async def close(self) -> None:
        """Let everybody out, and listen no more."""
        if self._server is not None and self._served is not None:
            self._server.should_exit = True
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.wrap_future(self._served), 2 * STOP_S)


class _Beside(uvicorn.Server):
    """Runs beside the server that is told to stop, and is stopped with it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the first one's."""
        yield
