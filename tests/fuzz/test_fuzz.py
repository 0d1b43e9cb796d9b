"""The short form of `make fuzz`: some damage to everything that comes in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random

from tests.fuzz.mutate import mutated


def test_the_same_number_is_the_same_damage() -> None:
    def damage(number: int) -> bytes:
        return mutated([b"one", b"another"], Random(f"a 0 {number}"))

    assert damage(1) == damage(1)
    assert len({damage(number) for number in range(50)}) > 40


def test_nothing_that_comes_in_makes_it_stumble() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--cases", "25", "--seconds", "3"],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert len(done.stdout.splitlines()) > 20
