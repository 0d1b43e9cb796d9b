"""Atomic changes of the library's folder: its format, its lock, staging and recovery.

```
support_sets/
├── library.yaml                        the format's number
├── <student-id>/
│   ├── student.yaml                    the truth: what is not named here does not exist
│   ├── references/<expression>/<sha>.png, <sha>.json
│   ├── calibrations/<sha>.safetensors
│   └── cache/<checkpoint>.safetensors  derived, safe to delete
├── _class/class.yaml                   expressions of the whole class
└── .index/students.json                derived, safe to delete
```
A change writes its new files first and `student.yaml` last: that rename is the moment at
which it happens. A new student is built in a staging folder and renamed into place; a
removed one is renamed to the trash and then deleted. What a killed writer leaves behind
is named by nothing, and the next one to hold the lock sweeps it away.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from fewshot_fer.errors import FewshotFerError, FolderError, LibraryError, StudentError
from fewshot_fer.files import Holds, flush_folder, write_atomically
from fewshot_fer.languages import Phrase
from fewshot_fer.plain_yaml import read_yaml
from fewshot_fer.students.store.contents import not_readable
from fewshot_fer.students.store.names import checked_id, is_id

FORMAT = 1
PAGE = "student.yaml"
FORMAT_PAGE = "library.yaml"
INDEX = ".index"
CACHE = "cache"
NamedBy = Callable[[str, bytes], Set[str]]
_STAGING, _TRASH, _WRITING = ".staging-", ".trash-", ".writing"


class Store:
    """Whole changes to one library's folder; it knows files, not students."""

    def __init__(
        self, folder: Path, *, patience: float, named_by: NamedBy, holds: Holds = nullcontext
    ) -> None:
        """`holds` the library on other machines too, where several share it."""
        self.folder, self._holds = folder, holds
        self._named_by = named_by
        self._patience = patience
        self._check_format()

    def home(self, student_id: str) -> Path:
        """A student's folder; an id that would lead elsewhere is refused."""
        return self.folder / checked_id(student_id)

    def ids(self) -> list[str]:
        """Every student's id, from folder names alone."""
        try:
            return sorted(entry.name for entry in os.scandir(self.folder) if is_id(entry.name))
        except FileNotFoundError:
            return []

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the library for one change; a clear error when another will not let go."""
        with self._as_library_errors():
            self.folder.mkdir(parents=True, exist_ok=True)
            if self.folder.stat().st_mode & 0o077:
                self.folder.chmod(0o700)
            lock = FileLock(self.folder / ".lock", timeout=self._patience)
            try:
                with lock, self._holds(), self._swept():
                    yield
            except Timeout as error:
                raise LibraryError(
                    "Somebody else is changing the students right now.",
                    where=str(self.folder),
                    next_step="Try again in a moment, or close the other window.",
                ) from error

    @contextmanager
    def _swept(self) -> Iterator[None]:
        """What others left is swept before, and what is cut off here at once."""
        try:
            self._check_format()
            self._sweep()
            yield
        except BaseException:
            with suppress(OSError, FewshotFerError):
                self._sweep()
            raise

    @contextmanager
    def if_idle(self) -> Iterator[bool]:
        """Hold the library only if that needs no waiting and no permission; says whether."""
        with ExitStack() as held:
            try:
                held.enter_context(FileLock(self.folder / ".lock", timeout=0))
                free = True
            except (Timeout, OSError):
                free = False
            yield free

    def tidy(self) -> None:
        """Sweep what a killed writer left, if nobody is writing now."""
        if not self.folder.is_dir() or not (self._leftovers() or self.unfinished()):
            return
        with self.if_idle() as held:
            if held:
                with suppress(OSError, FewshotFerError):
                    self._sweep()

    def begin(self) -> None:
        """Write down the format of a library that has nothing yet; only while `changing`."""
        page = self.folder / FORMAT_PAGE
        if not page.exists():
            write_atomically(page, f"format: {FORMAT}\n".encode())

    def create(self, student_id: str, page: bytes, files: Mapping[str, bytes]) -> None:
        """Make a student's folder, whole; only while `changing`."""
        home = self.home(student_id)
        if home.exists():
            raise StudentError("There is a student with this id already.", where=student_id)
        self.begin()
        staging = self.folder / f"{_STAGING}{secrets.token_hex(8)}"
        try:
            staging.mkdir()
            _write_all(staging, {**files, PAGE: page})
            staging.rename(home)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        flush_folder(self.folder)

    def change(
        self, student_id: str, page: bytes, files: Mapping[str, bytes], *, forget: bool
    ) -> None:
        """New files, then the page, then away with what it no longer names; while `changing`.

        Derived files stay unless there is something to forget.
        """
        home = self.home(student_id)
        mark = self.folder / _WRITING
        # Until this mark is gone, the next writer sweeps what this one may have left.
        _write(mark, student_id.encode())
        flush_folder(self.folder)
        _write_all(home, files)
        write_atomically(home / PAGE, page)
        _sweep_student(home, self._named_by(student_id, page), derived=forget)
        mark.unlink()

    def remove(self, student_id: str) -> None:
        """Delete a student's folder; it is gone from sight at once; only while `changing`."""
        trash = self.folder / f"{_TRASH}{secrets.token_hex(8)}"
        self.home(student_id).rename(trash)
        flush_folder(self.folder)
        self._destroy(trash)

    def _leftovers(self) -> list[str]:
        names = [entry.name for entry in os.scandir(self.folder)]
        return [name for name in names if name.startswith((_STAGING, _TRASH, _WRITING))]

    def unfinished(self) -> list[Path]:
        """Files that were being written when the writer was killed; of students see `change`."""
        places = (self.folder, self.folder / INDEX, self.folder / "_class")
        return [file for place in places for file in place.glob(".*.tmp")]

    def _destroy(self, trash: Path) -> None:
        """Delete a student's folder; of what a link leads to only what is theirs."""
        if trash.is_symlink():
            with suppress(FileNotFoundError):
                named = self._named_by(trash.name.strip("."), (trash / PAGE).read_bytes())
                for name in (*named, PAGE):
                    (trash / name).unlink(missing_ok=True)
            for file in (trash / CACHE).glob("*.safetensors"):
                file.unlink()
            trash.unlink()
        else:
            shutil.rmtree(trash)

    def _sweep(self) -> None:
        for file in self.unfinished():
            file.unlink()
        for name in self._leftovers():
            if name != _WRITING:
                self._destroy(self.folder / name)
                continue
            student_id = (self.folder / name).read_text(errors="replace")
            page = self.home(student_id) / PAGE if is_id(student_id) else None
            if page is not None and page.exists():
                named = self._named_by(student_id, page.read_bytes())
                _sweep_student(page.parent, named, derived=True)
            (self.folder / name).unlink()

    def _check_format(self) -> None:
        try:
            text = (self.folder / FORMAT_PAGE).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            if self.folder.exists() and not self.folder.is_dir():
                raise LibraryError(
                    "The library is not a folder.",
                    where=str(self.folder),
                    next_step="Name a folder; it is made when the first student is enrolled.",
                ) from None
            return
        except OSError as error:
            raise not_readable(self.folder, error) from error
        found = _format_number(text)
        if found != FORMAT:
            raise LibraryError(
                Phrase(
                    "The library has format {found}; this version reads format {format}.",
                    found=found,
                    format=FORMAT,
                ),
                where=str(self.folder),
                next_step="Nothing was touched. Update fewshot-fer, or name another folder.",
            )

    @contextmanager
    def _as_library_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, FolderError) as error:
            cause = error if isinstance(error, OSError) else error.__cause__
            full = isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)
            raise LibraryError(
                "The disk is full." if full else "The library cannot be written.",
                where=str(self.folder),
                next_step="Nothing was changed. "
                + ("Make room on the disk." if full else "Choose a folder that you may write to."),
            ) from error


def _write_all(home: Path, files: Mapping[str, bytes]) -> None:
    """Write files that no page names yet, so that a cut-off one is only something to sweep."""
    folders = {home}
    for name, data in files.items():
        path = home / name
        if path.exists():
            write_atomically(path, data)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        folders |= {path.parent, path.parent.parent}
        _write(path, data)
    for folder in folders:
        flush_folder(folder)


def _write(path: Path, data: bytes) -> None:
    with open(path, "wb", opener=_private) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sweep_student(home: Path, named: Set[str], *, derived: bool) -> None:
    """Delete the files that a page does not name, and the derived ones too when asked."""
    for path in sorted(home.rglob("*"), reverse=True):
        name = path.relative_to(home).as_posix()
        if name in named or name == PAGE or (name.startswith(f"{CACHE}/") and not derived):
            continue
        if path.is_symlink() or not path.is_dir():
            path.unlink()
        elif not any(path.iterdir()):
            path.rmdir()


def _format_number(text: bytes) -> object:
    try:
        document = read_yaml(text)
    except ValueError:
        return "unreadable"
    return document.get("format", "unknown") if isinstance(document, dict) else "unknown"
