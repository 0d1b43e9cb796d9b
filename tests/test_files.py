"""Whole files or none."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fewshot_fer import files
from fewshot_fer.errors import FolderError
from fewshot_fer.files import check_writable, ensure_folder, sha256, write_atomically


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_with_its_folder(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "file"
    write_atomically(target, b"one")
    write_atomically(target, b"two")
    assert target.read_bytes() == b"two"
    assert names(target.parent) == ["file"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, error: BaseException
) -> None:
    target = tmp_path / "file"
    write_atomically(target, b"old")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(*((os, failing, fail) if failing == "fsync" else (Path, failing, fail)))
    expected = FolderError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_folder_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    blocked = tmp_path / "file" / "folder"
    (tmp_path / "file").write_bytes(b"")
    for attempt in (
        lambda: write_atomically(blocked / "x", b""),
        lambda: ensure_folder(blocked),
        lambda: check_writable(blocked),
    ):
        with pytest.raises(FolderError) as caught:
            attempt()
        assert str(tmp_path / "file") in caught.value.where
        assert caught.value.next_step


def test_looking_at_a_folder_makes_nothing(tmp_path: Path) -> None:
    check_writable(tmp_path / "a" / "b")
    assert names(tmp_path) == []


def test_the_sum_is_that_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc" * 100_000)
    assert sha256(tmp_path / "file") == hashlib.sha256(b"abc" * 100_000).hexdigest()


def test_what_a_killed_program_left_in_a_private_place_goes_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MEMORY", tmp_path)
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    left, other = (tmp_path / f"fewshot-fer-place-{n}-x" for n in (ended.pid, os.getpid()))
    for folder in (left, other):
        folder.mkdir()
        (folder / "video.mp4").write_bytes(b"faces")
    with files.private_place(1000) as mine:
        assert mine.parent == tmp_path
        assert mine.stat().st_mode & 0o077 == 0
        assert {path.name for path in tmp_path.iterdir()} == {other.name, mine.name}
    assert not mine.exists()
