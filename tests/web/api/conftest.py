"""An API of its own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.house import (
    House,
    good_pictures,
    house_at,
    visitor,
)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    good_pictures(monkeypatch)
    return house_at(tmp_path)


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with visitor(house) as found:
        yield found
