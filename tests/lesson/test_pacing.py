"""Pictures at the speed at which they can be read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import SourceError
from fewshot_fer.lesson.pacing import ahead, paced
from fewshot_fer.lesson.sources import (
    Captured,
)
from tests.fakes.captures import Watch


def picture(number: int, time: float) -> Captured:
    image: Bytes = np.full((1, 1, 3), number, np.uint8)
    return Captured(image, time)


def test_recorded_pictures_come_at_their_own_speed_and_late_ones_are_dropped() -> None:
    watch = Watch()
    shown: list[float] = []
    for captured in paced((picture(k, k / 10) for k in range(30)), clock=watch, sleeps=watch.sleep):
        shown.append(captured.time)
        if captured.time == 0.5:
            watch.now += 1.0
    assert shown[:6] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert shown[6] == pytest.approx(1.3, abs=0.11)
    assert shown[-1] == 2.9


def test_whoever_cannot_keep_up_still_gets_two_pictures_a_second() -> None:
    watch = Watch()

    def slow() -> Iterator[Captured]:
        for k in range(100):
            watch.now += 0.2
            yield picture(k, k / 10)

    given = paced(slow(), clock=watch, sleeps=watch.sleep)
    times = [watch.now for _ in given]
    assert np.diff(times).max() <= 0.7
    assert len(times) >= 30


def test_all_pictures_of_a_file_come_in_order_though_read_ahead() -> None:
    assert [p.time for p in ahead(picture(k % 200, k) for k in range(50))] == list(range(50))


def test_an_error_of_a_file_comes_after_its_pictures() -> None:
    def source() -> Iterator[Captured]:
        yield picture(0, 0.0)
        raise SourceError("gone")

    pictures = ahead(source())
    assert next(pictures).time == 0.0
    with pytest.raises(SourceError, match="gone"):
        next(pictures)


def test_a_file_is_read_no_further_when_nobody_wants_more() -> None:
    read = []

    def source() -> Iterator[Captured]:
        for k in range(10**6):
            read.append(k)
            yield picture(0, k)

    pictures = ahead(source(), 4)
    next(pictures)
    pictures.close()
    assert len(read) < 40
