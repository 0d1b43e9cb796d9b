"""Where the web app listens, and how requests are taken."""

from __future__ import annotations

import socket
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from fewshot_fer.errors import ServerError
from fewshot_fer.web import patience
from fewshot_fer.web.certificates import Certificate

_MOST_MESSAGE: Final = 4_000_000
"""Bytes of a WebSocket message; a picture of more than half of it is refused in our words."""
_WAITING: Final = 512
STOP_S: Final = 5
"""So long open requests and sockets may take at the end."""
_MOST_SECURE: Final = 1_000
"""Connections with TLS: each holds a third of a megabyte from its first byte on."""


class _Listening(socket.socket):
    """Takes so many connections, and half of them from one address.

    They are counted where they are accepted: what comes before the handshake of TLS has ended is
    known to nobody else. (Windows' own event loop accepts without asking here.)
    """

    def __init__(self, family: int, most: int) -> None:
        super().__init__(family)
        self._most = most
        self._held: dict[socket.socket, str] = {}

    def accept(self) -> tuple[socket.socket, Any]:
        """The next one; one too many is closed again."""
        taken, address = super().accept()
        self._held[taken] = address[0]
        if len(self._held) > self._most // 2:
            self._held = {one: of for one, of in self._held.items() if one.fileno() >= 0}
        if self._are_too_many(address[0]):
            taken.close()
            raise ConnectionAbortedError
        return taken, address

    def _are_too_many(self, address: str) -> bool:
        if len(self._held) <= self._most // 2:
            return False
        of_one = sum(one == address for one in self._held.values())
        return len(self._held) > self._most or of_one > self._most // 2


def bound(host: str, port: int, *, secure: bool = False) -> socket.socket:
    """A socket that listens there (`secure`: for TLS), or an error in plain words."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    most = _MOST_SECURE if secure else patience.MOST_CONNECTIONS
    listening = _Listening(family, most)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_WAITING)
    except (OSError, OverflowError) as error:
        listening.close()
        raise ServerError(
            f"The web app cannot listen there: {getattr(error, 'strerror', None) or error}.",
            where=f"{host}:{port}",
            next_step="Stop the other program, or choose another port with --port.",
        ) from error
    listening.set_inheritable(True)
    return listening


def taking(app: ASGIApp, certificate: Certificate | None, *, begins: bool = True) -> uvicorn.Config:
    """How requests to an app are taken; `begins`: its beginning and end are this server's."""
    # No access log, and nothing below a warning: a log must name nobody.
    return uvicorn.Config(
        app, proxy_headers=False, lifespan="auto" if begins else "off",
        log_level="warning", access_log=False, server_header=False,
        ssl_certfile=certificate.certificate if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
        http=patience.Patient, ws=patience.Steady,
        ws_max_size=_MOST_MESSAGE, ws_per_message_deflate=False,
        timeout_graceful_shutdown=STOP_S, backlog=_WAITING,
    )  # fmt: skip
