from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.students.store.killing import OPERATIONS


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_a_writer_killed_at_any_moment_leaves_the_old_or_the_new_state(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.students.store.killing", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == 0, done.stderr[-2000:]
    outcomes = json.loads(done.stdout)
    assert set(outcomes) == set(OPERATIONS)
    for name, counts in outcomes.items():
        assert counts["old"] >= 3, name
        assert counts["new"] >= 1, name
