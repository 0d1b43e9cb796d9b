"""What is taken out of the environment, and that nothing of it is used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fewshot_fer import slimming
from fewshot_fer.cli import app

USED = """
import json, sys
from importlib.machinery import PathFinder
from pathlib import Path
from fewshot_fer.cli import app
from fewshot_fer.slimming import spare

unused = {str(file) for one in spare() for file in one.files}

class TakenOut:
    def find_spec(self, name, path=None, target=None):
        found = PathFinder.find_spec(name, path, target)
        if found is not None and found.origin in unused:
            raise ModuleNotFoundError(name=name)

sys.meta_path.insert(0, TakenOut())
app.run(["demo", "--students", "2", "--seconds", "1", "--json"])
import pi_heif, pyarrow.parquet, sqlalchemy.dialects.postgresql
import fewshot_fer.web.app, fewshot_fer.web.pages.sessions, fewshot_fer.web.pages.parts.charts
maps = Path("/proc/self/maps")
loaded = [line.split()[-1] for line in maps.read_text().splitlines()] if maps.exists() else []
print(json.dumps([len(unused), sorted(unused & set(loaded))]))
"""


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed library of three files, one of them spare and one that is gone already."""
    files = ("toy/__init__.py", "toy/tests/test_it.py", "toy/tests/gone.py")
    about = tmp_path / "toy-1.0.dist-info"
    for file in files[:2]:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text("pass")
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n")
    (about / "RECORD").write_text("".join(f"{file},,\n" for file in files))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(slimming, "SPARE", {"toy": ("toy/tests/*",), "not-here": ("*",)})
    return tmp_path / "toy"


def test_what_is_spare_is_taken_out_once(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for size, libraries in ((4, {"toy": {"files": 1, "bytes": 4}}), (0, {})):
        assert app.run(["slim", "--yes", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told == {"bytes": size, "libraries": libraries}
    assert [file.name for file in toy.rglob("*.py")] == ["__init__.py"]


def test_nothing_is_taken_out_unasked(toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["slim", "--json"]) == 1
    assert "--yes" in capsys.readouterr().err
    assert (toy / "tests/test_it.py").exists()


def test_nothing_that_is_spare_is_loaded() -> None:
    done = subprocess.run([sys.executable, "-c", USED], capture_output=True, text=True, check=True)
    count, loaded = json.loads(done.stdout.splitlines()[-1])
    assert count > 1000
    assert loaded == []
