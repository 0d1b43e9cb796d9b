"""A browser checkpoint of the shipped networks, made once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from fewshot_fer.on_device.checkpoint import BrowserCheckpoint
from fewshot_fer.on_device.making import ENGINE, make
from fewshot_fer.shipped import shipped_checkpoint

PACKAGE = Path(__file__).parents[2] / "node_modules" / ENGINE


@pytest.fixture(scope="session")
def engine() -> Path:
    """The browsers' engine as npm lays it down."""
    if not PACKAGE.exists():
        pytest.skip(f"{ENGINE} is not installed: npm ci")
    pytest.importorskip("onnx")
    pytest.importorskip("brotli")
    return PACKAGE


@pytest.fixture(scope="session")
def browser_checkpoint(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> BrowserCheckpoint:
    return make(tmp_path_factory.mktemp("browser"), shipped_checkpoint(), engine, effort=1)
