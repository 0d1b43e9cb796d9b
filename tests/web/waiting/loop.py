"""What the event loop waits for: calls of a disk or a lock are noticed where they are made."""

from __future__ import annotations

import asyncio
import builtins
import io
import os
import sqlite3
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import Any

import pytest

import fewshot_fer
from fewshot_fer.records.store import Store
from fewshot_fer.students.store.library import Library
from fewshot_fer.web.access.apitokens import ApiTokens
from fewshot_fer.web.portal.door import Door
from fewshot_fer.web.portal.invitations import Invitations
from fewshot_fer.web.portal.portal import Portal
from fewshot_fer.web.school.accounts import Teachers

OURS = str(Path(fewshot_fer.__file__).parent)
MAY_WAIT: tuple[type, ...] = (Library, Store, ApiTokens, Invitations, Door, Portal, Teachers)
DISK: tuple[tuple[ModuleType, str], ...] = (
    (builtins, "open"), (io, "open"), (sqlite3, "connect"),
    *((os, name) for name in ("open", "stat", "listdir", "scandir", "mkdir", "replace", "unlink")),
)  # fmt: skip


def watched(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What the event loop was made to wait for."""
    found: set[str] = set()
    for kind in MAY_WAIT:
        for name, method in list(vars(kind).items()):
            if isinstance(method, FunctionType) and not name.startswith("__"):
                note = noticed(found, method)
                monkeypatch.setattr(kind, name, note)
    for module, name in DISK:
        monkeypatch.setattr(module, name, noticed(found, getattr(module, name)))
    return found


def noticed(found: set[str], call: Callable[..., Any]) -> Any:
    """The same call, which says so when it is made on an event loop."""

    @wraps(call)
    def noticing(*args: Any, **named: Any) -> Any:
        if on_a_loop() and (at := asked_by()) is not None:
            found.add(f"{call.__qualname__} by {at}")
        return call(*args, **named)

    return noticing


def on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def asked_by() -> str | None:
    """Which line of ours asked for it; None where none did, or an import did."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and not frame.f_code.co_filename.startswith(OURS):
        # FastAPI looks up once where the code of an operation stands.
        if frame.f_code.co_name == "_extract_endpoint_context":
            return None
        if "importlib" in frame.f_code.co_filename:
            return None
        frame = frame.f_back
    return f"{frame.f_code.co_filename.removeprefix(OURS)}:{frame.f_lineno}" if frame else None
