from __future__ import annotations

import os
from pathlib import Path

import pytest

from fewshot_fer.cli.call import Call
from fewshot_fer.faces import quality
from fewshot_fer.faces.identity import Identity
from fewshot_fer.students.store.library import Library
from tests.students.people import library_at
from tests.students.recogniser import TinyRecogniser, all_alike, good
from tests.students.terminal import Terminal


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return library_at(tmp_path / "support_sets")


@pytest.fixture(autouse=True)
def fast_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for the disk: only a power cut could tell, and one test looks for it."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Call, "recognizer", TinyRecogniser())
    monkeypatch.setattr(quality, "assess", good)
    monkeypatch.setattr(Identity, "of", lambda _: all_alike())
    return Terminal(tmp_path, capsys)
