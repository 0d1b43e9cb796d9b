"""Who asks nothing, asks slowly or sends too much holds nobody else up."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send
from uvicorn.server import ServerState

from fewshot_fer.errors import RequestError
from fewshot_fer.web import patience
from fewshot_fer.web.access import streams
from fewshot_fer.web.access.streams import Room, counted_body
from fewshot_fer.web.threads import Threads
from tests.fakes.waiting import PATIENCE_S


async def _hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def _much(_: Request) -> PlainTextResponse:
    return PlainTextResponse("x" * 20_000_000)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[uvicorn.Server]:
    monkeypatch.setattr(patience, "HEADERS_S", 0.2)
    monkeypatch.setattr(patience, "MOST_CONNECTIONS", 20)
    monkeypatch.setattr(patience, "TAKES_S", 0.2)
    app = Starlette(routes=[Route("/", _hello), Route("/much", _much)])
    config = uvicorn.Config(app, port=0, log_level="error", http=patience.Patient)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE_S
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    yield server
    server.should_exit = True
    thread.join(PATIENCE_S)


@pytest.fixture
def port(server: uvicorn.Server) -> int:
    return int(server.servers[0].sockets[0].getsockname()[1])


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def asked(port: int) -> bytes:
    with connected(port) as there:
        there.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        return b"".join(iter(lambda: there.recv(4096), b""))


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: "])
def test_a_connection_of_which_no_request_comes_is_closed(port: int, begun: bytes) -> None:
    with connected(port) as idle:
        idle.sendall(begun)
        with suppress(ConnectionResetError):
            assert idle.recv(1) == b""


def test_a_request_that_is_drawn_out_byte_by_byte_is_closed(port: int) -> None:
    with connected(port) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\n")
        until, closed = time.monotonic() + PATIENCE_S, False
        while not closed and time.monotonic() < until:
            try:
                slow.sendall(b"x-a: b\r\n")
            except OSError:
                closed = True
            time.sleep(0.02)
    assert closed


def test_who_takes_nothing_of_an_answer_is_not_held(server: uvicorn.Server, port: int) -> None:
    held = server.server_state.connections
    with connected(port) as deaf:
        deaf.sendall(b"GET /much HTTP/1.1\r\nhost: x\r\n\r\n")
        assert deaf.recv(1)
        until = time.monotonic() + PATIENCE_S
        while held and time.monotonic() < until:
            time.sleep(0.01)
        assert not held


def test_many_who_ask_nothing_do_not_keep_others_out_for_long(port: int) -> None:
    idle = [connected(port) for _ in range(60)]
    until = time.monotonic() + PATIENCE_S
    answer = b""
    while b"hello" not in answer and time.monotonic() < until:
        with suppress(OSError):
            answer = asked(port)
    assert b"hello" in answer
    for one in idle:
        one.close()


class _Wire(asyncio.Transport):
    """A line to somebody who reads nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.answered, self.is_read = b"", True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.answered += data

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        self.is_read = False

    def resume_reading(self) -> None:
        self.is_read = True

    def close(self) -> None:
        """Nothing."""


_SHAKE = (
    b"GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
)
_PING, _PONG = b"\x89\x80\0\0\0\0", b"\x8a\x00"
_EMPTY_PIECE, _LAST_PIECE = b"\x02\x80\0\0\0\0", b"\x80\xfe\x30\x00\0\0\0\0" + b"x" * 0x3000


def test_pings_of_one_are_answered_by_and_by_and_not_while_nobody_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """40,000 at once took the loop 2 s, and 0.8 GB a minute where they were not read."""
    monkeypatch.setattr(patience, "_FUSS_S", 0.01)
    heard = list[int]()

    async def app(_: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        while (said := await receive())["type"] == "websocket.receive":
            heard.append(len(said["bytes"]))

    async def until(done: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not done():
                await asyncio.sleep(0)

    async def story() -> None:
        config = uvicorn.Config(app, ws=patience.Steady, log_level="error")
        config.load()
        line, wire = patience.Steady(config, ServerState(), {}), _Wire()
        line.connection_made(wire)
        line.data_received(_SHAKE)
        await until(lambda: b"101 Switching" in wire.answered)
        line.data_received(_PING * 2_000 + _EMPTY_PIECE + _LAST_PIECE)
        first = wire.answered.count(_PONG)
        assert 0 < first < 1_000
        assert not wire.is_read
        line.pause_writing()
        await asyncio.sleep(0.1)
        assert wire.answered.count(_PONG) == first
        assert not wire.is_read
        line.resume_writing()
        await until(lambda: heard == [0x3000])
        assert wire.answered.count(_PONG) == 2_000
        await until(lambda: wire.is_read)
        line.data_received(_PING)
        assert wire.answered.count(_PONG) == 2_001
        line.connection_lost(None)

    asyncio.run(story())


def test_a_flood_is_told_once_a_minute() -> None:
    now = [0.0]
    throttle = patience.Throttle(lambda: now[0])
    record = logging.makeLogRecord({"msg": "socket.accept() out of system resource"})
    other = logging.makeLogRecord({"msg": "another"})
    assert [throttle.filter(record) for _ in range(1000)].count(True) == 1
    assert throttle.filter(other)
    now[0] = 61.0
    assert throttle.filter(record)


def test_bodies_wait_unread_until_there_is_room() -> None:
    async def story() -> list[str]:
        room, told, go = Room(most=3_000_000, share=2_000_000), list[str](), asyncio.Event()

        async def comes(asker: str, size: int) -> None:
            async with room.of(asker, size):
                told.append(asker)
                await go.wait()

        tasks = [
            asyncio.create_task(comes(asker, size))
            for asker, size in (
                ("anna", 1_500_000), ("anna", 1_500_000), ("ben", 1_500_000), ("carla", 1_000_000),
                ("dora", 1_000),
            )
        ]  # fmt: skip
        for _ in range(20):
            await asyncio.sleep(0)
        first = sorted(told)
        go.set()
        await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE_S)
        return [*first, "then", *sorted(told)]

    assert asyncio.run(story()) == [
        "anna", "ben", "dora", "then", "anna", "anna", "ben", "carla", "dora",
    ]  # fmt: skip


def test_a_body_that_dribbles_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    async def receive() -> Message:
        now[0] += 5.0
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def silence() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def read(counted: Receive) -> None:
        for _ in range(100):
            await counted()

    with pytest.raises(RequestError, match="too slowly"):
        asyncio.run(read(counted_body(receive, 1_000, lambda: now[0])))
    assert now[0] < 100
    monkeypatch.setattr(streams, "SILENT_S", 0.01)
    with pytest.raises(RequestError, match="too slowly"):
        asyncio.run(read(counted_body(silence, 1_000)))


def test_who_is_sent_away_in_the_middle_of_work_frees_no_thread_before_it_is_done() -> None:
    at_once, most, lock, go = [0], [0], threading.Lock(), threading.Event()

    def teach() -> None:
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        go.wait(PATIENCE_S)
        with lock:
            at_once[0] -= 1

    async def story() -> None:
        threads = Threads(3, share=1)
        for student in [*"abcdefgh"] * 3:
            one = asyncio.create_task(threads.run(student, teach))
            await asyncio.sleep(0.01)
            one.cancel()
            with suppress(asyncio.CancelledError):
                await one
        go.set()
        await asyncio.wait_for(threads.run("z", lambda: None), PATIENCE_S)

    asyncio.run(story())
    assert 1 <= most[0] <= 3
