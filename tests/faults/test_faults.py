"""The short form of `make faults`: some touches of every operation, some kills of every kind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.disk import built

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the shim is for Linux")


def run(module: str, *arguments: str, **more: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.faults.{module}", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"OMP_NUM_THREADS": "1"} | more,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@LINUX
def test_whatever_fails_at_any_touch_of_the_disk_leaves_a_promised_state(tmp_path: Path) -> None:
    shim = built(tmp_path)
    if shim is None:
        pytest.skip("there is no C compiler")
    said = run("enumerated", "25", "0", LD_PRELOAD=str(shim))
    cases = int(said.split()[1])
    assert cases > 150, said


@LINUX
@pytest.mark.parametrize("kind", ["alone", "two"])
def test_a_writer_killed_at_any_moment_keeps_what_it_was_told_is_done(
    kind: str, tmp_path: Path
) -> None:
    assert "4 kills, 0 not" in run("moments", kind, "4", "0", str(tmp_path))
