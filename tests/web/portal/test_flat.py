"""Devices that come, go, stall and are cut off leave nothing behind; the others notice nothing.

The long form is `benchmarks/endurance.py`.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.fakes.network import Network, between
from tests.fakes.waiting import until
from tests.web.portal.device import School, answer, drawn


@pytest.fixture
def network(school: School) -> Iterator[Network]:
    with between(lambda: socket.create_connection(("127.0.0.1", school.port))) as found:
        yield found


ROUNDS, STUDENTS = 3, 6
FEW = ROUNDS * STUDENTS // 2
"""More is something that every connection leaves behind."""


async def in_the_middle(school: School, network: Network, student: str) -> None:
    """A device whose network stalls when half of a picture is through, and then breaks."""
    cookie = {"Cookie": f"fewshot_fer_student={school.cookie(student)}"}
    address = f"ws://127.0.0.1:{network.port}/me/live"
    async with connect(address, additional_headers=cookie, close_timeout=1) as line:
        await answer(line, drawn())
        network.stall()
        await line.send(drawn())
        async with school.device(school.enrolled("Beside")) as beside:
            # Nobody waits for it.
            assert (await answer(beside, drawn()))["type"] == "view"
        network.cut()
        network.go_on()
        await line.wait_closed()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts what Linux lists")
def test_who_comes_goes_stalls_and_is_cut_off_leaves_nothing_behind(
    school: School, network: Network
) -> None:
    students = [school.enrolled(f"Student {k}") for k in range(STUDENTS)]

    async def come_and_go(student: str) -> None:
        async with school.device(student) as line:
            assert (await answer(line, drawn()))["type"] == "view"

    def a_round() -> tuple[int, int]:
        async def play() -> None:
            await asyncio.gather(*map(come_and_go, students[1:]))
            await in_the_middle(school, network, students[0])

        asyncio.run(play())
        assert until(lambda: not school.running.state.sources)
        return sum(1 for _ in Path("/proc/self/fd").iterdir()), threading.active_count()

    before = a_round()  # What is opened once is open now.
    after = [a_round() for _ in range(ROUNDS)][-1]
    assert max(now - then for now, then in zip(after, before, strict=True)) < FEW
    assert not school.service.portal.devices.of(school.running.id)
