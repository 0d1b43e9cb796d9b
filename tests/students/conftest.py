from __future__ import annotations

from pathlib import Path

import pytest

from fewshot_fer.students.library import Library
from tests.students.people import library_at


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return library_at(tmp_path / "support_sets")
