"""What is skipped without being on the list is a failure, so that nothing goes untested unseen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SKIPS = """
import pytest

@pytest.mark.skipif(True, reason="no camera")
def test_allowed(): ...

@pytest.mark.skipif(True, reason="no reason")
def test_by_mark(): ...

def test_by_call(): pytest.skip("no reason")

@pytest.mark.xfail(reason="no skip at all")
def test_expected(): raise AssertionError
"""
MODULE = """
import pytest
pytest.skip("no reason", allow_module_level=True)
"""


def test_only_what_is_listed_may_be_skipped(tmp_path: Path, repository: Path) -> None:
    (tmp_path / "test_some.py").write_text(SKIPS)
    (tmp_path / "test_whole.py").write_text(MODULE)
    (tmp_path / "allowed").write_text("no camera\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-q",
         "--continue-on-collection-errors", "--rootdir", tmp_path,
         "--allowed-skips", tmp_path / "allowed", tmp_path],
        cwd=repository, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "1 failed, 1 skipped, 1 xfailed, 2 errors" in done.stdout
    assert done.returncode == 1
