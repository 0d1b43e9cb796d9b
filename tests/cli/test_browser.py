"""`live --browser`: a source's pictures go to the class that the web app shows."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from fewshot_fer.cli.browser import feed
from fewshot_fer.errors import SourceError
from fewshot_fer.images import decode_image
from fewshot_fer.lesson.commands import Kind, Source
from fewshot_fer.lesson.sources import Captured, Pictures

if TYPE_CHECKING:
    from fewshot_fer.web.classes import RunningClass


@dataclass
class Running:
    """A class that takes every picture at once."""

    came: list[tuple[str, int, str | None]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    paused: bool = False

    def offer(self, source: str, jpeg: bytes, student: str | None) -> Future[object]:
        self.came.append((source, int(decode_image(jpeg).mean()), student))
        done: Future[object] = Future()
        done.set_result({})
        return done

    def leave(self, source: str) -> None:
        self.left.append(source)


def pictures(error: Exception | None = None) -> Pictures:
    yield Captured(np.full((48, 64, 3), 100, np.uint8), 0.0)
    if error is not None:
        raise error


@pytest.mark.parametrize(
    ("student", "kind", "key"),
    [(None, "gallery", "gallery:camera 0"), ("s1", "device", "device:camera 0")],
)
def test_a_source_is_shown_until_its_end_which_is_said(
    student: str | None, kind: Kind, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    running = Running()
    feed(cast("RunningClass", running), Source("camera 0", kind, student, pictures()), Event())
    assert running.came == [(key, 100, student)]
    assert running.left == [key]
    assert "camera 0: is at its end." in capsys.readouterr().err


def test_a_source_that_breaks_off_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    running = Running()
    error = SourceError("Unplugged.", next_step="Plug it in.")
    feed(cast("RunningClass", running), Source("camera 0", pictures=pictures(error)), Event())
    assert running.left == ["gallery:camera 0"]
    assert "camera 0: Unplugged. Plug it in." in capsys.readouterr().err


def test_in_a_pause_no_picture_is_given() -> None:
    running = Running(paused=True)
    feed(cast("RunningClass", running), Source("camera 0", pictures=pictures()), Event())
    assert running.came == []
