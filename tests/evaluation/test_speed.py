"""The bench counts rightly; how fast anything is, no test may say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import count
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import DataError
from fewshot_fer.evaluation.speed import (
    STAGES,
    MarkedFrame,
    machine,
    measure_live,
    resident_mb,
    soak,
)
from fewshot_fer.records.views import Timings, View

BLANK = np.zeros((48, 64, 3), np.uint8)
BOXES = np.array([[0, 0, 10, 10], [20, 0, 30, 10]], np.float32)


def _view(*boxes: tuple[float, float, float, float], read: int, unread: int = 0) -> View:
    seen = tuple(
        SimpleNamespace(box=box, reading=None if i < unread else "happy")
        for i, box in enumerate(boxes)
    )
    effort, timings = SimpleNamespace(read=read), Timings(0.1, 0.2, 0.3, 0.4, 1.0)
    return cast("View", SimpleNamespace(seen=seen, effort=effort, timings=timings))


def _shots(seconds: float, rate: int = 10) -> Iterator[MarkedFrame]:
    return (MarkedFrame(BLANK, k / rate, BOXES) for k in range(round(seconds * rate)))


def test_what_is_counted() -> None:
    """One of two faces labelled, three read in every frame, nothing of the warm-up."""

    def look(image: Bytes, time: float) -> View:
        return _view((0, 0, 10, 9), (50, 0, 60, 10), read=3 if time >= 1 else 99)

    figures = measure_live(look, _shots(3), students=2)
    assert figures.recall == pytest.approx(0.5)
    assert figures.n_frames == 20
    assert figures.embeddings_per_student_s == pytest.approx(3 * 20 / 2 / 2.0, abs=0.01)
    assert dict(figures.stages_ms) == dict(zip(STAGES, (100, 200, 300, 400), strict=True))
    assert figures.fps > 0
    assert figures.p50_ms <= figures.p99_ms
    assert json.loads(json.dumps(asdict(figures)))["recall"] == pytest.approx(0.5)


def test_a_face_without_a_label_is_not_labelled_yet() -> None:
    """Found is not enough."""
    boxes = [tuple(box) for box in BOXES.tolist()]
    figures = measure_live(
        lambda image, time: _view(*boxes, read=0, unread=2), _shots(2), students=2
    )
    assert figures.recall == 0


def test_nobody_in_view() -> None:
    """A frame without faces asks for none."""
    shots = [MarkedFrame(BLANK, k / 10, BOXES[:0]) for k in range(30)]
    assert measure_live(lambda image, time: _view(read=0), shots, students=1).recall == 1


def test_too_short() -> None:
    """A warm-up alone measures nothing."""
    with pytest.raises(DataError):
        measure_live(lambda image, time: _view(read=0), _shots(0.5), students=2)


def test_a_soak_ends_after_its_minutes() -> None:
    """By the clock that it is given; ten looks at the memory, and its slope."""
    ticks = count(0, 1.0)
    endless = (MarkedFrame(BLANK, float(k), BOXES) for k in count())
    result = soak(lambda image, time: _view(read=0), endless, 2.0, lambda: next(ticks))
    assert 110 <= result.n_frames <= 121
    assert len(result.rss_mb) == 10
    assert abs(result.growth_mb_per_hour) < 2000


def test_what_is_said_of_the_machine() -> None:
    """Enough to compare figures by."""
    assert "cores" in machine()
    assert 10 < resident_mb() < 100_000
