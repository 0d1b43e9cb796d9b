"""Whole files or none: nobody ever reads a half-written one."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from filelock import FileLock, Timeout

from fewshot_fer.errors import CheckpointError, FolderError
from fewshot_fer.languages import Phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

SEAL: Final = "SHA256"
"""The file that holds the hash of those beside it."""
Holds = Callable[[], AbstractContextManager[None]]
"""Holds something against everybody for one change, on other machines too."""
_PATIENCE_S: Final = 10.0
_PLACE: Final = "fewshot-fer-place-"
MEMORY: Final = Path("/dev/shm")
_BINARY: Final = getattr(os, "O_BINARY", 0)
_REPAIR: Final = "Install again, or export it again with `fewshot-fer export`."


def write_atomically(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write beside the target, flush to the disk, then rename over it; for this user alone."""
    with whole_file(path, mode) as file:
        file.write(data)


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Read, change and write a file while no other program does."""
    try:
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=_PATIENCE_S, mode=0o600):
            yield
    except Timeout as error:
        raise FolderError(
            "Another program is changing this file.", where=str(path), next_step="Try again."
        ) from error


@contextmanager
def private_place(size: int) -> Iterator[Path]:
    """A folder for what libraries take from files only; in memory, where so many bytes fit."""
    sweep_places()
    fits = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 * size
    with tempfile.TemporaryDirectory(
        prefix=f"{_PLACE}{os.getpid()}-", dir=MEMORY if fits else None
    ) as folder:
        yield Path(folder)


def sweep_places() -> None:
    """Delete what programs that were killed left in such folders."""
    for base in (MEMORY, Path(tempfile.gettempdir())):
        for old in base.glob(f"{_PLACE}*"):
            owner = old.name.removeprefix(_PLACE).partition("-")[0]
            if owner.isdecimal() and not runs(int(owner)):
                shutil.rmtree(old, ignore_errors=True)


def runs(process: int) -> bool:
    """Whether a process of this machine is there."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


@contextmanager
def whole_file(path: Path, mode: int = 0o600) -> Iterator[BinaryIO]:
    """A file that appears under its name only when all of it is written and on the disk."""
    ensure_folder(path.parent)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        flush_folder(path.parent)
    except OSError as error:
        raise not_writable(path, error) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def ensure_folder(folder: Path) -> Path:
    """Make the folder where it is missing and hand it back."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(folder, error) from error
    return folder


def check_writable(folder: Path) -> None:
    """Raise unless a file can be written in the folder, or in the one it would be made in."""
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise not_writable(folder, error) from error


def sha256(path: Path) -> str:
    """The file's SHA-256 as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(folder: Path, names: Iterable[str]) -> str:
    """One SHA-256 over the names and contents of some of a folder's files."""
    whole = hashlib.sha256()
    for name in names:
        whole.update(name.encode() + b"\0" + hashlib.sha256(read_part(folder / name)).digest())
    return whole.hexdigest()


def seal(folder: Path, names: Iterable[str]) -> str:
    """Write the hash of what the folder holds, last of all."""
    value = digest(folder, names)
    write_atomically(folder / SEAL, f"{value}\n".encode())
    return value


def check_seal(folder: Path, names: Iterable[str]) -> str:
    """The hash of what the folder holds, if it is the one that it was sealed with."""
    sealed = read_part(folder / SEAL).decode(errors="replace").strip()
    found = digest(folder, names)
    if sealed != found:
        raise CheckpointError(
            "The checkpoint was altered or is damaged: its hash does not match.",
            where=str(folder),
            next_step=_REPAIR,
        )
    return found


def read_part(path: Path) -> bytes:
    """A file of a checkpoint."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            "A part of the checkpoint is missing or cannot be read.",
            where=str(path),
            next_step=_REPAIR,
        ) from error


def flush_folder(folder: Path) -> None:
    """Make the names in a folder last through a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def not_writable(place: Path, error: OSError) -> FolderError:
    """What the system said when something could not be written, in our words."""
    return FolderError(
        Phrase("It cannot be written: {why}.", why=error.strerror or error),
        where=str(place),
        next_step="Choose another folder, free some space, or give yourself the right to write.",
    )


def stem(name: str, day: datetime, *more: str) -> str:
    """What a file is called: after a class or a student, and the day; safe on every disk."""
    parts = [name, f"{day.astimezone():%Y-%m-%d}", *more]
    return "-".join("-".join(re.findall(r"\w+", part)) for part in parts)
