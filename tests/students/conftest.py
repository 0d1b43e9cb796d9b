from __future__ import annotations

import os
from pathlib import Path

import pytest

from fewshot_fer.students.store.library import Library
from tests.students.people import library_at


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return library_at(tmp_path / "support_sets")


@pytest.fixture(autouse=True)
def fast_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for the disk: only a power cut could tell, and one test looks for it."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
