"""The door for students' own devices in the network: what it lets through, and what never."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fewshot_fer.errors import ServerError
from fewshot_fer.web import listening as listening_socket
from fewshot_fer.web.access.tokens import STUDENT_COOKIE, TEACHER_COOKIE
from fewshot_fer.web.network.door import Network
from fewshot_fer.web.network.reaching import own_address
from tests.fakes.waiting import PATIENCE_S
from tests.web.portal.device import School, listening, until

HERE = own_address() or "127.0.0.1"
TRUSTING = ssl.create_default_context()
TRUSTING.check_hostname, TRUSTING.verify_mode = False, ssl.CERT_NONE


@pytest.fixture
def open_school(tmp_path: Path) -> Iterator[School]:
    """A class whose teacher has opened the door, in a network of this machine alone if need be."""
    with listening(tmp_path) as school:
        network = network_of(school)
        network.host = lambda: HERE
        network.open()
        yield school


def network_of(school: School) -> Network:
    assert school.service.network is not None
    return school.service.network


def address_of(school: School) -> str:
    address = network_of(school).address
    assert address is not None
    return address


def device(school: School) -> httpx.Client:
    return httpx.Client(base_url=address_of(school), verify=TRUSTING)


async def told(school: School, **command: Any) -> dict[str, Any]:
    """What the class's page, on this machine, is told."""
    cookie = f"{TEACHER_COOKIE}={school.service.credentials.teacher_cookie()}"
    page = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{school.port}"}
    address = f"ws://127.0.0.1:{school.port}/live/{school.running.id}"
    async with connect(address, additional_headers=page, max_size=None) as line:
        await line.send(json.dumps({"address": f"http://127.0.0.1:{school.port}/", **command}))
        return await until(line, {"reach": "reach", "invite": "invited"}[command["do"]])


def test_who_never_shakes_hands_takes_no_memory_and_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the handshake of TLS has ended nothing but the listening socket can count them."""
    monkeypatch.setattr(listening_socket, "_MOST_SECURE", 20)
    with listening(tmp_path) as school, ExitStack() as ends:
        network = network_of(school)
        network.host = lambda: HERE
        network.open()
        where = urlsplit(address_of(school))

        def silent() -> socket.socket:
            came = socket.create_connection((where.hostname or "", where.port or 0), PATIENCE_S)
            return ends.enter_context(came)

        for _ in range(10):
            silent()
        for _ in range(20):
            with suppress(ConnectionResetError):
                assert silent().recv(1) == b""
        ends.pop_all().close()
        end, status = time.monotonic() + PATIENCE_S, 0
        while status != 200 and time.monotonic() < end:
            with suppress(httpx.TransportError), device(school) as phone:
                status = phone.get("/health").status_code
        assert status == 200


def test_a_student_comes_in_by_it_with_a_camera_and_is_greeted(open_school: School) -> None:
    reach = asyncio.run(told(open_school, do="reach"))
    assert reach["works"]
    assert urlsplit(address_of(open_school)).netloc in reach["what"]
    invited = asyncio.run(told(open_school, do="invite", names=False))
    assert invited["url"].startswith(f"{address_of(open_school)}/join/")
    assert ("svg" in invited["qr"]) == (invited["warning"] is None) == (HERE != "127.0.0.1")
    with device(open_school) as phone:
        path = urlsplit(invited["url"]).path
        assert phone.get(path).status_code == 200
        form = {"name": "Zoe", "read": "yes", "numbers": "yes", "pictures": "yes"}
        came = phone.post(path, data=form, headers={"Origin": address_of(open_school)})
        assert came.headers["location"] == "/me"
        assert "Zoe" in phone.get("/me").text
        (cookie,) = [one for one in phone.cookies.jar if one.name == STUDENT_COOKIE]
        assert cookie.secure

    async def greeted() -> dict[str, Any]:
        headers = {
            "Cookie": f"{cookie.name}={cookie.value}", "Origin": address_of(open_school)
        }  # fmt: skip
        address = f"{address_of(open_school).replace('https', 'wss')}/me/live"
        async with connect(address, additional_headers=headers, ssl=TRUSTING) as line:
            return await until(line, "hello")

    assert asyncio.run(greeted())["type"] == "hello"


@pytest.mark.parametrize("known", [False, True])
def test_nothing_of_a_teacher_is_behind_it(open_school: School, *, known: bool) -> None:
    """Not with the teacher's own cookie either, nor by the link that signs the teacher in."""
    access, inside = open_school.service.credentials, open_school.running.id
    link = access.link
    assert link is not None
    token, _ = access.tokens.make("a test")
    with device(open_school) as phone:
        assert phone.get("/health").status_code == 200
        assert phone.get("/assets/sheets/tokens.css").status_code == 200
        headers = {"Authorization": f"Bearer {token}"} if known else {}
        if known:
            phone.cookies.set(TEACHER_COOKIE, access.teacher_cookie())
        for path in (
            "/", "/class", "/students", "/settings", "/sign-in", link, "/sign-out", "/guide",
            "/api/v1/students", "/api/v1/me", "/api/docs", "/_stcore/health", f"/live/{inside}",
        ):  # fmt: skip
            assert phone.get(path, headers=headers).status_code == 404, path
            assert phone.post(path, headers=headers).status_code == 404, path
        assert access.link == link, "it is not used up"

    async def watches() -> None:
        address = f"{address_of(open_school).replace('https', 'wss')}/live/{inside}"
        headers = {
            "Cookie": f"{TEACHER_COOKIE}={access.teacher_cookie()}",
            "Origin": address_of(open_school),
        }
        async with connect(address, additional_headers=headers, ssl=TRUSTING):
            pass

    with pytest.raises(InvalidStatus):
        asyncio.run(watches())


def test_it_opens_once_and_closes_with_the_program(tmp_path: Path) -> None:
    with listening(tmp_path) as school:
        network = network_of(school)
        assert network.address is None
        network.host = lambda: HERE
        assert asyncio.run(told(school, do="reach"))["offers"]
        assert network.address is None, "it was not asked for"
        opened = asyncio.run(told(school, do="reach", open=True))
        assert (opened["works"], opened["offers"]) == (True, False)
        first = address_of(school)
        network.open()
        assert network.address == first
        with device(school) as phone:
            assert phone.get("/health").status_code == 200
    place = urlsplit(first)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((str(place.hostname), int(place.port or 0)))


def test_a_machine_in_no_network_offers_none(tmp_path: Path) -> None:
    with listening(tmp_path) as school:
        network = network_of(school)
        network.host = lambda: None
        reach = asyncio.run(told(school, do="reach"))
        assert (reach["works"], reach["offers"]) == (False, False)
        assert "--self-signed" in reach["command"]
        with pytest.raises(ServerError, match="no network"):
            network.open()
