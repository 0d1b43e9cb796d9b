"""Where the web app listens, and how requests are taken."""

from __future__ import annotations

import socket
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from fewshot_fer.errors import ServerError
from fewshot_fer.web import patience
from fewshot_fer.web.certificates import Certificate

_MOST_MESSAGE: Final = 8_000_000
"""Bytes of a WebSocket message; pictures have a stricter limit of their own."""
_WAITING: Final = 512
STOP_S: Final = 5
"""So long open requests and sockets may take at the end."""


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there, or an error in plain words."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
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
        http=patience.Patient, ws="websockets-sansio",
        ws_max_size=_MOST_MESSAGE, ws_per_message_deflate=False,
        timeout_graceful_shutdown=STOP_S, backlog=_WAITING,
    )  # fmt: skip
