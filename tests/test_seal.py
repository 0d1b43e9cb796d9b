"""One hash over some files of a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from fewshot_fer.errors import CheckpointError
from fewshot_fer.files import SEAL, check_seal, seal

NAMES = ("one", "two")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sealed files, and one that is not under the seal."""
    for name in (*NAMES, "notes"):
        (tmp_path / name).write_text(name)
    seal(tmp_path, NAMES)
    return tmp_path


def test_a_seal_holds_for_what_was_sealed(folder: Path) -> None:
    """Other files may change."""
    (folder / "notes").write_text("anything")
    assert check_seal(folder, NAMES) == (folder / SEAL).read_text().strip()


@pytest.mark.parametrize("name", NAMES)
def test_an_altered_file_breaks_it(folder: Path, name: str) -> None:
    (folder / name).write_text("else")
    with pytest.raises(CheckpointError, match="hash does not match"):
        check_seal(folder, NAMES)


def test_files_that_changed_places_break_it(folder: Path) -> None:
    """The names are under the seal too."""
    (folder / "one").rename(folder / "three")
    (folder / "two").rename(folder / "one")
    (folder / "three").rename(folder / "two")
    with pytest.raises(CheckpointError, match="hash does not match"):
        check_seal(folder, NAMES)


@pytest.mark.parametrize("name", [*NAMES, SEAL])
def test_a_missing_file_breaks_it(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match="missing"):
        check_seal(folder, NAMES)
