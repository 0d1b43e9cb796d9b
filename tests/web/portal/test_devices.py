"""How many devices, and how many pictures of each, a class may send."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

import pytest

from fewshot_fer.errors import TooManyError
from fewshot_fer.web.portal.devices import PICTURES_A_SECOND, Device, Devices


@dataclass
class Clock:
    time: float = 100.0

    def __call__(self) -> float:
        return self.time


def within_a_loop(play: Callable[[], None]) -> None:
    async def run() -> None:
        play()

    asyncio.run(run())


def crowd(devices: Devices, number: int, *, sending: bool = True) -> None:
    for k in range(number):
        device = Device("c", f"{sending}-{k}")
        device.sent = devices.clock() if sending else -1e9
        devices.connect(device)


def test_a_class_takes_so_many_devices_and_another_class_as_many() -> None:
    def play() -> None:
        devices = Devices(most=2)
        crowd(devices, 2)
        with pytest.raises(TooManyError, match="2 devices"):
            devices.connect(Device("c", "one more"))
        devices.connect(Device("other", "one more"))
        devices.connect(Device("c", "True-0"))  # the same student again

    within_a_loop(play)


def test_in_a_full_class_those_who_were_known_first_stay_and_come_in() -> None:
    async def play() -> list[str | None]:
        devices = Devices(most=2)
        here = [Device("c", f"made up {since}", since, _task=None) for since in (7.0, 8.0)]
        for one in here:
            devices.connect(one)
        devices.connect(Device("c", "honest", 1.0))
        with pytest.raises(TooManyError):
            devices.connect(Device("c", "made up 9", 9.0))
        assert set(devices.of("c")) == {"honest", "made up 7.0"}
        assert devices.leave(here[1]), "its camera is still among the sources"
        return [one.why for one in here]

    asyncio.run(play())


def test_large_pictures_and_many_faces_come_more_rarely() -> None:
    def play() -> None:
        clock = Clock()
        devices = Devices(clock=clock)
        honest, large, many = (Device("c", name, sent=clock.time) for name in "abc")
        many.faces = 20
        usual = devices.wait(honest, 480 * 360)
        assert 0 < usual < 0.1
        assert devices.wait(large, 2000 * 2000) == pytest.approx(13 * usual, rel=0.01)
        assert devices.wait(many, 480 * 360) == pytest.approx(10 * usual)

    within_a_loop(play)


def test_that_it_is_too_much_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    devices = Devices(clock=clock)

    def lines_after(took: float) -> int:
        for _ in range(60):
            clock.time += 60
            for _ in range(20):
                devices.took(took)
            assert devices.every > 0
        return len(caplog.records)

    assert lines_after(2.0) == lines_after(2.0) == 1
    assert lines_after(0.01) == 1
    assert lines_after(2.0) == 2


def test_those_who_send_share_what_can_be_read_and_the_silent_cost_nothing() -> None:
    def play() -> None:
        clock = Clock()
        devices = Devices(most=1_000, clock=clock)
        assert devices.every == pytest.approx(0.1)
        crowd(devices, 200, sending=False)
        crowd(devices, 50)
        clock.time += 1.5
        assert devices.every == pytest.approx(50 / PICTURES_A_SECOND)

    within_a_loop(play)


def test_late_answers_slow_all_down_and_quick_ones_bring_the_pace_back() -> None:
    clock = Clock()
    devices = Devices(clock=clock)
    usual = devices.every

    def after(seconds: int, took: float) -> float:
        for _ in range(seconds):
            clock.time += 1
            for _ in range(20):
                devices.took(took)
            last = devices.every
        return last

    assert after(10, 2.0) > 5 * usual
    assert after(1_000, 2.0) < 100 * usual
    assert after(100, 0.01) == pytest.approx(usual)


def played(devices: Devices, clock: Clock, count: int, seconds: float) -> list[tuple[float, float]]:
    """Devices that come together, before a server that needs 9 ms a picture and 40 ms at first.

    When each answer came, and how long it had taken.
    """
    crowd(devices, count)
    here, began, free = list(devices._connected.values()), clock.time, clock.time
    todo = [(began + k / 300, "comes", k, began + k / 300, 0.0) for k in range(count)]
    answers = []
    while todo:
        clock.time, what, who, sent, ready = heappop(todo)
        if what == "comes":
            clock.time += max(0.0, devices.wait(here[who], 1))
            heappush(todo, (clock.time, "may be read", who, sent, clock.time))
        elif what == "may be read":
            here[who].sent = clock.time
            free = max(free, clock.time) + (0.040 if clock.time < began + 8 else 0.009)
            heappush(todo, (free, "read", who, sent, ready))
        elif clock.time < began + seconds:
            devices.took(clock.time - ready)
            answers.append((clock.time - began, clock.time - sent))
            comes = max(clock.time, sent + devices.again())
            heappush(todo, (comes, "comes", who, comes, 0.0))
    return answers


def test_more_than_can_be_read_leave_little_idle_and_nobody_waiting() -> None:
    def play() -> None:
        clock = Clock()
        answers = played(Devices(most=1_000, clock=clock), clock, 150, 90)
        soon = [took for when, took in answers if 15 < when < 30]
        late = sorted(took for when, took in answers if when > 30)
        able = 1 / 0.009
        assert len(soon) > 0.3 * 15 * able, "it has found its pace"
        assert len(late) > 0.7 * 60 * able
        assert late[len(late) // 2] < 0.4

    within_a_loop(play)
