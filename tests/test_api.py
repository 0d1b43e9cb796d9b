"""The names that programs import."""

from __future__ import annotations

import subprocess
import sys

import pytest

import fewshot_fer


def test_every_public_name_can_be_imported_and_no_other_is_promised() -> None:
    assert fewshot_fer.__all__ == [
        "ClassSession",
        "Library",
        "Recognizer",
        "Roster",
        "add_references",
        "enroll",
        "name_faces",
        "recalibrate",
    ]
    for name in fewshot_fer.__all__:
        assert callable(getattr(fewshot_fer, name))
    with pytest.raises(AttributeError, match="no attribute 'guess'"):
        fewshot_fer.guess  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("cv2", "numpy", "openvino", "torch")
    code = f"import sys, fewshot_fer; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
