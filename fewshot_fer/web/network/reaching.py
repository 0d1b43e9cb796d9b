"""Whether students' own devices can reach this server under an address, and what it takes."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import Final
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, build_opener

from fewshot_fer.languages import Phrase

_PATIENCE_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Reach:
    """What is said before anybody is invited."""

    works: bool
    what: str
    offers: bool = False
    """Whether a door can be opened in this machine's network."""
    command: str = ""
    """What to run on this machine instead of what runs now."""
    then: str = ""
    """Where the page is then."""
    proxy: str = ""
    """What a reverse proxy with a public name needs (Caddy's file)."""


def reach_of_network(address: str) -> Reach:
    """The same of an address at which a door was opened in this machine's network."""
    return Reach(
        True,
        Phrase(
            "Devices in this network can take part, at {address}. Each browser warns once of a "
            "certificate that was made here.",
            address=urlsplit(address).netloc,
        ),
    )


def reach_of(address: str, port: int, here: str | None, *, answers: bool = True) -> Reach:
    """What an address is good for; `here` is this machine's own in its network, if it has one.

    `answers`: asked under this address, this server answered.
    """
    parts = urlsplit(address)
    name = parts.hostname or ""
    if unreachable(address) is None:
        if answers:
            return Reach(
                True, Phrase("Devices that reach {address} can take part.", address=parts.netloc)
            )
        return Reach(
            False,
            Phrase(
                "This server cannot reach itself as {address}. Students may not either: look at "
                "the name, the firewall and the proxy.",
                address=parts.netloc,
            ),
        )
    why = (
        Phrase(
            "{address} means 'this computer' on every device, so no other device can open it.",
            address=parts.netloc,
        )
        if on_this_machine(name)
        else Phrase("Browsers give the camera of other devices to pages with HTTPS only.")
    )
    return Reach(
        False,
        why,
        command="FEWSHOT_FER_PASSWORD=… fewshot-fer serve --host 0.0.0.0 "
        f"--port {port} --self-signed",
        then=f"https://{here or name}:{port}",
        proxy=f"faces.school.example {{\n    reverse_proxy 127.0.0.1:{port}\n}}",
    )


class _StayHere(HTTPRedirectHandler):
    """Goes nowhere else: who asks for an address gets no way to others by it."""

    def redirect_request(self, *_: object) -> None:
        """None is where it leads."""


def answers(address: str) -> bool:
    """Whether this server answers under an address, asked by itself; it must be a page's own."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    opener = build_opener(_StayHere, ProxyHandler({}), HTTPSHandler(context=trusting))
    with suppress(URLError, OSError, ValueError, HTTPException):
        url = f"{parts.scheme}://{parts.netloc}/health"
        with opener.open(url, timeout=_PATIENCE_S) as said:
            return bool(said.status == 200)
    return False


def own_address() -> str | None:
    """This machine's address in its network; asks nobody."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
        route.connect(("192.0.2.1", 9))  # Of no network: nothing is sent to choose a way.
        return str(route.getsockname()[0])
    return None


def is_address(text: str) -> bool:
    """Whether a browser can be somewhere like this."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def unreachable(address: str) -> str | None:
    """Why cameras of other devices would not work under this address."""
    parts = urlsplit(address)
    if on_this_machine(parts.hostname or ""):
        return Phrase(
            "{address} means 'this computer' on every device, so this link works here only. "
            "Open this page under the address that the students reach, then copy the link.",
            address=parts.netloc,
        )
    if parts.scheme != "https":
        return Phrase(
            "The address begins with http://, and browsers give the camera to pages under "
            "https:// only. Start the app with --cert and --key, or behind a proxy with HTTPS."
        )
    return None


def on_this_machine(host: str) -> bool:
    """Whether a host is the machine itself, for which browsers ask no HTTPS."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
