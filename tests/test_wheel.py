"""The wheel: complete, and enough by itself."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from fewshot_fer import __version__
from fewshot_fer.shipped import NETWORKS, licence_of

REPOSITORY = Path(__file__).parent.parent
CHECKPOINTS = REPOSITORY / "checkpoints"
CHECKPOINT_FILES = {
    path.relative_to(CHECKPOINTS).as_posix() for path in CHECKPOINTS.rglob("*") if path.is_file()
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, as pip lays it down."""
    folder = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def test_the_checkpoints_and_licences_travel_in_it_and_nothing_else_does(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"fewshot_fer/checkpoints/{name}" for name in CHECKPOINT_FILES} <= set(names)
    assert "fewshot_fer/py.typed" in names
    for licence in ("LICENSE", "CREDITS.md", "checkpoints/identity/CREDITS.txt"):
        assert [name for name in names if name.endswith(f"dist-info/licenses/{licence}")]
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"fewshot_fer"}
    pictures = (".jpg", ".jpeg", ".png", ".npz", ".db")
    assert [name for name in names if name.lower().endswith((*pictures, ".pyc"))] == []
    assert wheel.stat().st_size < 60_000_000, "PyPI takes 100 MB, and a school's line less"


def test_its_metadata_tells_the_version_and_the_licences(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (name for name in packed.namelist() if name.endswith("dist-info/METADATA"))
        told = packed.read(name).decode()
    assert f"\nVersion: {__version__}\n" in told
    licences = {one.weights for folder in NETWORKS if (one := licence_of(CHECKPOINTS / folder))}
    (expression,) = re.findall(r"^License-Expression: (.+)$", told, re.MULTILINE)
    assert set(expression.split(" AND ")) == {"MIT"} | licences


def test_a_training_from_it_says_what_it_needs(installed: Path, tmp_path: Path) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(installed)!r})

class Bare:
    def find_spec(self, name, path, target=None):
        if name == "torch":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Bare())
import importlib.util
whole = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name == "torch" else whole(name)
from fewshot_fer.cli import main
main(["train", "a.yaml", "--out", "run"])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "pip install 'fewshot-fer[train]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command",
    ["--help", "doctor --json --port PORT", "demo --students 2 --seconds 1 --json"],
)
def test_it_runs_alone_without_torch_and_without_a_network(
    installed: Path, tmp_path: Path, command: str, free_port: int
) -> None:
    arguments = command.replace("PORT", str(free_port)).split()
    script = f"""
import socket, sys
sys.path.insert(0, {str(installed)!r})

def refuse(*_):
    raise AssertionError("it asks the network")

socket.socket.connect = socket.getaddrinfo = refuse

import fewshot_fer
from fewshot_fer.cli import main
from fewshot_fer.shipped import shipped_checkpoint
assert fewshot_fer.__file__.startswith({str(installed)!r}), fewshot_fer.__file__
assert str(shipped_checkpoint()).startswith({str(installed)!r}), shipped_checkpoint()
try:
    main({arguments!r})
except SystemExit as leaving:
    assert not leaving.code, leaving.code
assert "torch" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
