"""How many devices, and how many pictures of each, a class may send."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

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
