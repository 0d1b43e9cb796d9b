"""The package from Python: what its page shows runs, and what it promises is shown there."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

import fewshot_fer


def test_the_lines_of_the_api_page_run(repository: Path) -> None:
    page = str(repository / "docs/api.md")
    failed, tried = doctest.testfile(
        page, module_relative=False, encoding="utf-8", optionflags=doctest.ELLIPSIS
    )
    assert (failed, tried > 30) == (0, True)


def test_they_use_what_is_promised_and_nothing_else(repository: Path) -> None:
    text = (repository / "docs/api.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\bff\.(\w+)", text)) <= set(fewshot_fer.__all__)
    assert {name for name in fewshot_fer.__all__ if not re.search(rf"\b{name}\b", text)} == set()
    assert all(callable(getattr(fewshot_fer, name)) for name in fewshot_fer.__all__)
    with pytest.raises(AttributeError, match="no attribute 'guess'"):
        fewshot_fer.guess  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("cv2", "numpy", "openvino", "torch")
    code = f"import sys, fewshot_fer; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
