"""The scripts that read on a student's device do as Python does."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np
import pytest

from fewshot_fer.on_device.checkpoint import BrowserCheckpoint
from tests.on_device.exact import exact
from tests.on_device.numbers import FILE, numbers

HERE = Path(__file__).parent
needs_node = pytest.mark.skipif(which("node") is None, reason="there is no Node here")


def test_the_numbers_are_those_of_python() -> None:
    """But for what another processor's arithmetic changes."""
    made = numbers(exact())
    assert _differs(json.loads(FILE.read_text()), json.loads(json.dumps(made))) == []


def _differs(written: Any, made: Any, place: str = "") -> list[str]:
    """Where two documents differ; packed arrays are looked at by other numbers."""
    if isinstance(written, dict):
        assert written.keys() == made.keys(), place
        return [
            one for key in written for one in _differs(written[key], made[key], f"{place}/{key}")
        ]
    if isinstance(written, list):
        assert len(written) == len(made), place
        pairs = enumerate(zip(written, made, strict=True))
        return [one for k, pair in pairs for one in _differs(*pair, f"{place}/{k}")]
    if isinstance(written, float):
        return [] if np.isclose(written, made, rtol=2e-3, atol=2e-3) else [place]
    is_packed = isinstance(written, str) and len(written) > 100
    return [] if is_packed or written == made else [place]


@needs_node
def test_the_steps_give_the_numbers_of_python() -> None:
    _run("scripts.test.js")


@needs_node
def test_the_networks_do_too_in_the_browsers_engine(browser_checkpoint: BrowserCheckpoint) -> None:
    _run(
        "networks.test.js",
        BROWSER_CHECKPOINT=str(browser_checkpoint.folder),
        BROWSER_CHECKPOINT_SEAL=browser_checkpoint.seal,
    )


def _run(file: str, **more: str) -> None:
    done = subprocess.run(
        ["node", "--test", HERE / file], capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, **more},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# skipped 0" in done.stdout
