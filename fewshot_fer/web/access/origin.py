"""From where a request comes: under which name of ours, and from whose page."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from fewshot_fer.errors import AccessError
from fewshot_fer.web.access.credentials import is_loopback

PROXIES: Final = "FORWARDED_ALLOW_IPS"
"""The variable that names our proxies."""
_SECURE: Final = {"http": "https", "ws": "wss"}
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
        ours = is_ours(origin, asked)
    if not ours:
        raise AccessError(
            "This came from a page of another site.", next_step="Open the app's own address."
        )


def is_ours(origin: str, asked: HTTPConnection) -> bool:
    """Whether this is the address that a request was sent to."""
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


class Forwarded:
    """What a proxy says of a visitor: their address, and whether they came by HTTPS.

    `trusted` are our proxies' addresses or networks, or `*` for whoever asks. Of the addresses
    that a request names only the last was written by our own proxy; the others may be made up.
    """

    def __init__(self, app: ASGIApp, trusted: str = "127.0.0.1") -> None:
        self._app = app
        self._all = trusted.strip() == "*"
        parts = () if self._all else trusted.split(",")
        self._networks = [ip_network(one.strip(), strict=False) for one in parts if one.strip()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take over what the proxy says, where it is one of ours."""
        peer = scope.get("client")
        if scope["type"] in ("http", "websocket") and peer and self._is_ours(peer[0]):
            headers = Headers(scope=scope)
            named = _all(headers, "x-forwarded-for")
            scope = {**scope, "client": (self._visitor(named) or peer[0], 0)}
            if _all(headers, "x-forwarded-proto")[-1] == "https":
                scope["scheme"] = _SECURE.get(scope["scheme"], scope["scheme"])
        await self._app(scope, receive, send)

    def _visitor(self, named: list[str]) -> str:
        """The last address that is not one of several proxies of ours."""
        if self._all:
            return named[-1]
        return next((one for one in reversed(named) if not self._is_ours(one)), named[0])

    def _is_ours(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return self._all
        return self._all or any(found in network for network in self._networks)


def _all(headers: Headers, name: str) -> list[str]:
    """What a header lists, over all of its lines: a proxy adds its own below a visitor's."""
    return [one.strip() for one in ",".join(headers.getlist(name)).split(",")]
