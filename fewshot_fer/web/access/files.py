"""Private files: whole or not there, and readable by nobody else."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from fewshot_fer.errors import FolderError


def private_folder(folder: Path) -> Path:
    """Make a folder for the eyes of this user alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        raise _not_writable(folder, error) from error
    return folder


def write_private(path: Path, data: bytes) -> None:
    """Write a file that is never, not even half-written, readable by others."""
    unfinished = _unfinished(private_folder(path.parent) / path.name, data)
    try:
        unfinished.replace(path)
    except OSError as error:
        raise _not_writable(path, error) from error
    finally:
        unfinished.unlink(missing_ok=True)


def made_once(path: Path, data: bytes) -> bytes:
    """The file's content; written now where it was not there, whoever else tries to."""
    unfinished = _unfinished(private_folder(path.parent) / path.name, data)
    try:
        # A link fails where the name is taken: the first one wins, and it is whole.
        os.link(unfinished, path)
    except FileExistsError:
        pass
    except OSError as error:
        raise _not_writable(path, error) from error
    finally:
        unfinished.unlink(missing_ok=True)
    try:
        path.chmod(0o600)
        return path.read_bytes()
    except OSError as error:
        raise _not_writable(path, error) from error


def _unfinished(path: Path, data: bytes) -> Path:
    place = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        place.unlink(missing_ok=True)
        raise _not_writable(path, error) from error
    return place


def _not_writable(place: Path, error: OSError) -> FolderError:
    return FolderError(
        f"It cannot be written: {error.strerror or error}.",
        where=str(place),
        next_step="Choose another folder, free some space, or give yourself the right to write.",
    )
