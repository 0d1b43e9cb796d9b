"""An app whose door is looked at; its passwords are cheap to check."""

from __future__ import annotations

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from fewshot_fer.web.access import passwords
from tests.web.house import House, house_at


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The strength of the hash is looked at in one test; the others need not wait for it."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return house_at(tmp_path)
