"""A student's own device over real sockets: their label, bad input, being sent away."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic
from typing import Any

import cv2
import numpy as np
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fewshot_fer.drawn.files import to_jpeg
from fewshot_fer.images import decode_image
from fewshot_fer.web.access.limits import Limiter
from tests.web.portal.device import School, answer, drawn, until


@pytest.fixture(autouse=True)
def _usual_limits(school: School) -> Iterator[None]:
    portal, devices = school.service.portal, school.service.portal.devices
    before = devices.most, devices.idle_s, devices.send_s, portal.words
    yield
    devices.most, devices.idle_s, devices.send_s, portal.words = before


def sized(width: int, height: int) -> bytes:
    return to_jpeg(np.asarray(cv2.resize(decode_image(drawn()), (width, height)), np.uint8))


def test_a_device_gets_its_own_label_and_nothing_of_others(school: School) -> None:
    anna, ben = school.enrolled("Anna Secret"), school.enrolled("Ben")

    async def play() -> tuple[dict[str, Any], str]:
        async with school.device(anna) as one, school.device(ben) as two:
            hello = await until(two, "hello")
            for _ in range(3):
                await answer(one, drawn("happy", 1))
                seen = await answer(two, drawn("happy"))
            return seen, json.dumps([hello, seen])

    seen, all_of_it = asyncio.run(play())
    assert seen["type"] == "view"
    assert seen["face"]["best"] in seen["face"]["scores"]
    x0, y0, x1, y1 = seen["face"]["box"]
    assert 0 < x0 < x1 < seen["size"][0]
    assert 0 < y0 < y1 < seen["size"][1]
    assert "Anna" not in all_of_it
    assert anna not in all_of_it
    assert not {"seen", "shares", "expected"} & set(seen)


def bomb() -> bytes:
    """A small file that says it has 4 gigapixels."""
    picture = bytearray(drawn())
    at = picture.index(b"\xff\xc0")
    picture[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    return bytes(picture)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (bomb(), "too large"),
        (b"\x00" * 2_050_000, "MB"),
        (b"not a picture", "not a JPEG"),
        (drawn()[:700], "damaged"),
        (b"", "not a JPEG"),
    ],
    ids=["bomb", "two megabytes", "no picture", "cut off", "nothing"],
)
def test_a_bad_picture_is_refused_and_the_line_stays(
    school: School, sent: bytes, says: str
) -> None:
    async def play() -> tuple[dict[str, Any], dict[str, Any]]:
        async with school.device(school.enrolled("Bad")) as line:
            return await answer(line, sent), await answer(line, drawn())

    refused, after = asyncio.run(play())
    assert refused["type"] == "error"
    assert says in refused["what"]
    assert refused["next_step"]
    assert after["type"] == "view"
    assert after["face"] is not None


def test_a_message_of_100_mb_ends_that_line_only(school: School) -> None:
    async def play() -> tuple[int | None, dict[str, Any]]:
        async with school.device(school.enrolled("Good")) as good:
            async with school.device(school.enrolled("Huge")) as line:
                with suppress(ConnectionClosed):
                    await line.send(b"\xff" * 100_000_000)
                with suppress(ConnectionClosed):
                    while True:
                        await line.recv()
                code = line.close_code
            return code, await answer(good, drawn())

    code, after = asyncio.run(play())
    assert code in (1009, 1006)
    assert after["type"] == "view"


@pytest.mark.parametrize(
    "text", ["hello", "[]", '{"do":7}', '{"do":"fly"}', "{" * 3_000, "x" * 9_999]
)
def test_text_where_bytes_are_due_is_answered_in_words(school: School, text: str) -> None:
    async def play() -> tuple[dict[str, Any], dict[str, Any]]:
        async with school.device(school.enrolled("Text")) as line:
            await line.send(text)
            return await until(line, "coach"), await answer(line, drawn())

    said, after = asyncio.run(play())
    (event,) = said["events"]
    assert event["type"] == "failed"
    assert event["what"]
    assert event["next_step"]
    assert after["type"] == "view"


def test_every_picture_may_have_another_size(school: School) -> None:
    sizes = [(640, 480), (320, 240), (480, 640), (161, 121), (1280, 720), (48, 48)]

    async def play() -> list[dict[str, Any]]:
        async with school.device(school.enrolled("Sizes")) as line:
            return [await answer(line, sized(*size)) for size in sizes]

    answers = asyncio.run(play())
    assert [tuple(one["size"]) for one in answers] == sizes
    assert all(one["face"] is not None for one in answers[:3])


def test_the_newer_device_takes_over(school: School) -> None:
    anna = school.enrolled("Twice")

    async def play() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        async with school.device(anna) as old:
            await answer(old, drawn())
            async with school.device(anna) as new:
                first = await answer(new, drawn())
                bye = await until(old, "bye")
                with suppress(ConnectionClosed):
                    await old.recv()
                # The older one's end must not take the newer one's camera away.
                return bye, first, await answer(new, drawn())

    bye, first, second = asyncio.run(play())
    assert bye["why"] == "taken over"
    assert "another device" in bye["what"]
    assert first["type"] == second["type"] == "view"
    assert second["face"] is not None


def test_a_full_class_says_so(school: School) -> None:
    one, two = school.enrolled("One"), school.enrolled("Two")
    school.service.portal.devices.most = 1

    async def play() -> dict[str, Any]:
        async with school.device(one) as first:
            await answer(first, drawn())
            async with school.device(two) as second:
                return await until(second, "bye")

    bye = asyncio.run(play())
    assert bye["why"] == "full"
    assert "1 devices" in bye["what"]


def test_who_says_nothing_is_sent_away(school: School) -> None:
    school.service.portal.devices.idle_s = 0.4

    async def play() -> dict[str, Any]:
        async with school.device(school.enrolled("Idle")) as line:
            return await until(line, "bye")

    assert asyncio.run(play())["why"] == "idle"
    assert school.service.portal.devices.of(school.running.id) == ()


def test_who_does_not_read_disturbs_nobody_and_is_cut_off(school: School) -> None:
    school.service.portal.devices.send_s = 0.5
    school.service.portal.words = Limiter(1e9, 1, monotonic)
    deaf, good = school.enrolled("Deaf"), school.enrolled("Hears")

    async def play() -> tuple[int, bool, dict[str, Any]]:
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.connect(("127.0.0.1", school.port))
        reader, writer = await asyncio.open_connection(sock=narrow, limit=1024)
        writer.write(handshake(school, deaf))
        await reader.readline()
        while deaf not in connected(school):
            await asyncio.sleep(0.02)
        taken = 0
        # Commands are answered with text that nobody takes, until no more commands are taken.
        with suppress(OSError):
            while taken < 20_000_000 and deaf in connected(school) and not writer.is_closing():
                writer.write(command := frame_of({"do": "x", "pad": "x" * 120}) * 500)
                with suppress(TimeoutError):
                    await asyncio.wait_for(writer.drain(), 0.2)
                    taken += len(command)
        async with school.device(good) as hears:
            seen = await answer(hears, drawn())
        writer.transport.abort()
        await asyncio.sleep(0.05)
        return taken, deaf in connected(school), seen

    taken, there, seen = asyncio.run(play())
    assert 0 < taken < 20_000_000
    assert not there
    assert seen["type"] == "view"


def connected(school: School) -> tuple[str, ...]:
    return school.service.portal.devices.of(school.running.id)


def handshake(school: School, student: str) -> bytes:
    return (
        f"GET /me/live HTTP/1.1\r\nHost: 127.0.0.1:{school.port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n"
        f"Cookie: fewshot_fer_student={school.cookie(student)}\r\n\r\n"
    ).encode()


def frame_of(message: dict[str, Any]) -> bytes:
    """A text message as a client's frame, masked with zeros."""
    text = json.dumps(message).encode()
    return bytes([0x81, 0xFE, *len(text).to_bytes(2, "big"), 0, 0, 0, 0]) + text


def test_a_device_cannot_take_more_than_its_share(school: School) -> None:
    async def play() -> float:
        async with school.device(school.enrolled("Fast")) as line:
            await answer(line, drawn())
            began = monotonic()
            for _ in range(10):
                await line.send(sized(320, 240))
            for _ in range(10):
                await until(line, "view")
            return monotonic() - began

    assert asyncio.run(play()) >= 0.9 * 10 * 0.8 * 0.1


def test_who_says_thousands_of_words_is_listened_to_in_turn(school: School) -> None:
    """One device's 40,000 words a second kept every page of the server waiting for a second."""
    school.service.portal.words = Limiter(10.0, 3, lambda: 0.0)

    async def play() -> dict[str, Any]:
        async with school.device(school.enrolled("Loud")) as line:
            await until(line, "device")
            for _ in range(50):
                await line.send("x")
            for _ in range(3):
                await until(line, "coach")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(line.recv(), 0.3)
            async with school.device(school.enrolled("Quiet")) as other:
                return await answer(other, drawn())

    assert asyncio.run(play())["type"] == "view"


def test_a_class_that_ends_says_goodbye(school: School) -> None:
    other = school.service.lessons.open("ends")
    anna = school.enrolled("Last")

    async def play() -> tuple[dict[str, Any], dict[str, Any]]:
        there = School(school.service, other, school.port)
        async with there.device(anna) as line:
            await answer(line, drawn())
            await asyncio.to_thread(other.close)
            await asyncio.sleep(1.1)
            await line.send(drawn())
            bye = await until(line, "bye")
        async with there.device(anna) as line:
            return bye, await until(line, "bye")

    assert [one["why"] for one in asyncio.run(play())] == ["ended", "ended"]


@pytest.mark.parametrize("cookie", ["", "altered"])
def test_without_a_cookie_there_is_no_line(school: School, cookie: str) -> None:
    value = school.cookie(school.enrolled("X"))[:-2] + "zz" if cookie else ""

    async def play() -> None:
        headers = {"Cookie": f"fewshot_fer_student={value}"}
        async with connect(f"ws://127.0.0.1:{school.port}/me/live", additional_headers=headers):
            pass

    with pytest.raises(InvalidStatus, match="403"):
        asyncio.run(play())
