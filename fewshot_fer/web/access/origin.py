"""From where a request comes: under which name of ours, and from whose page."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from fewshot_fer.errors import AccessError
from fewshot_fer.web.access.credentials import is_loopback

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS: Final = {"http": 80, "https": 443}
_MAPPED: Final = "::ffff:"
"""How IPv6 writes an address of IPv4."""
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host")


def check_host(asked: HTTPConnection) -> None:
    """Without a password only this machine is let in: from its own address, under its own names.

    Another web page could give its own name the address of this machine (DNS rebinding),
    and a proxy on this machine would bring the whole world in.
    """
    here = _is_here(asked) and is_loopback(_name(asked.headers.get("host", "")))
    if here and not any(name in asked.headers for name in _FORWARDED):
        return
    raise AccessError(
        "Without a password this app answers to 127.0.0.1 and localhost only.",
        next_step="Start it with --password, and use it under any name.",
    )


def _is_here(asked: HTTPConnection) -> bool:
    """Whether the one who asks is this machine; a Host header may say anything."""
    peer = asked.client.host if asked.client is not None else ""
    return is_loopback(peer.removeprefix(_MAPPED))


def check_origin(asked: HTTPConnection, method: str) -> None:
    """What changes something, and every socket, must come from a page of ours.

    Browsers name the page's origin in both; programs name none, and have no cookies of others.
    """
    if method in _SAFE:
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
    scheme = origin.partition("://")[0].lower()
    # A proxy may have taken TLS off, so https from outside may arrive as http; never the reverse.
    if scheme == "http" and asked.scope["scheme"] in ("https", "wss"):
        return False
    there, here = _place(origin), _place(f"{scheme}://{asked.headers.get('host', '')}")
    return there is not None and there == here


def _place(origin: str) -> tuple[str, int] | None:
    """Host and port of an origin; None when it has none."""
    try:
        parts = urlsplit(origin)
        usual = _PORTS[parts.scheme]
        port = parts.port or usual
    except (ValueError, KeyError):
        return None
    return (parts.hostname, port) if parts.hostname else None


def _name(host: str) -> str:
    """The host of a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
