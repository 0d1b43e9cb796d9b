"""What is there for others to join: it parses, and speaks of what exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from fewshot_fer import __version__

REPOSITORY = Path(__file__).parent.parent
WRITTEN = [
    *sorted((REPOSITORY / ".github").rglob("*.yml")),
    REPOSITORY / ".pre-commit-config.yaml",
]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_it_is_yaml_and_runs_what_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert isinstance(yaml.safe_load(text), dict)
    targets = re.findall(r"^(\w+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"run: make (\w+)", text)) <= set(targets)
    assert [
        name for name in re.findall(r"tests/\w+", text) if not (REPOSITORY / name).is_dir()
    ] == []


def test_every_python_that_is_supported_is_tried() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    workflow = yaml.safe_load((REPOSITORY / ".github/workflows/ci.yml").read_text())
    tried = workflow["jobs"]["everywhere"]["strategy"]["matrix"]["python"]
    named = [line.rpartition(":: ")[2] for line in project["classifiers"] if ":: 3." in line]
    assert tried == named


def test_the_version_is_in_the_changelog() -> None:
    released = re.findall(r"^## (\S+)", (REPOSITORY / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert released[:2] == ["Unreleased", __version__]
