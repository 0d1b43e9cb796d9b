"""Waiting for what another thread does."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

PATIENCE_S = 300.0
"""Machines that run tests are busy: ten times slower than alone is nothing rare."""


def until(true: Callable[[], object]) -> bool:
    """Whether it comes true while patience lasts."""
    pause = Event()
    return any(true() or pause.wait(0.02) for _ in range(round(PATIENCE_S / 0.02)))
