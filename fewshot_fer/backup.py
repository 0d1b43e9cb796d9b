"""Backup and restore: students, record, and what the web app keeps, in one sealed zip.

```
contents.json     the format, when it was made, and the SHA-256 of every other file
students/…        the library's folder as it is, but for what is derived
record.db         the record as SQLite, from whichever database
web/…             keys, passwords' hashes, tokens and links
teachers/ID/…     the same of every other teacher of the server
```
A backup may be made while lessons run: the library is held meanwhile, and the record is read as
it stood at one moment. It is whole, and was read back, before it has its name. A restore writes
where nothing is; cut off, it is asked for again, and goes on with what is missing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from filelock import FileLock

from fewshot_fer import __version__
from fewshot_fer.errors import BackupError
from fewshot_fer.files import (
    ensure_folder,
    flush_folder,
    not_writable,
    sha256,
    whole_file,
    write_atomically,
)
from fewshot_fer.records.folders import web_folder
from fewshot_fer.records.recording import copy_record
from fewshot_fer.settings import Settings
from fewshot_fer.students.store.class_page import CLASS_PAGE
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.store import PAGE

FORMAT: Final = 1
CONTENTS: Final = "contents.json"
RECORD: Final = "record.db"
_ROOM: Final = ".fewshot-fer-backup"
_LONGEST_LIST: Final = 200_000_000
"""Bytes of the list of contents, of a million files; it is read as a whole."""
_NAME: Final = re.compile(
    r"(teachers/[0-9a-f]{1,32}/)?"
    r"(record\.db|web/(?!record\.db)\w[\w.-]{0,80}"
    r"|students/(library\.yaml|_class/class\.yaml"
    r"|[a-z0-9][a-z0-9-]{1,38}[a-z0-9]/(student\.yaml"
    r"|references/(?!\.)[^/\\\0]{1,64}/(?!\.)[\w.]{1,80}"
    r"|calibrations/(?!\.)[\w.]{1,80})))"
)
Names = Mapping[str, str]
"""The SHA-256 of every file."""


@dataclass(frozen=True, slots=True)
class _Home:
    """Where what is of one teacher lies, and what its names in a backup begin with."""

    library: Library
    records: str
    web: Path
    prefix: str = ""

    def files(self) -> Iterator[tuple[str, Path]]:
        """Every file of ours, whatever is wrong with it: nothing that is derived."""
        for part, folder in (("students/", self.library.folder), ("web/", self.web)):
            for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
                name = self.prefix + part + path.relative_to(folder).as_posix()
                if _NAME.fullmatch(name) and path.is_file() and not path.is_symlink():
                    yield name, path

    def refuse_others(self, hashes: Names) -> None:
        """Raise where something is there that is not the backup's, to the byte."""
        for name, path in self.files():
            if hashes.get(name) != sha256(path):
                raise BackupError(
                    "There is something already, and the backup has it not, or otherwise.",
                    where=str(path),
                    next_step="Nothing was changed. Move it away, or restore into empty folders.",
                )


def _homes(settings: Settings, accounts: Iterable[str] | None = None) -> list[_Home]:
    """The server's own, and those of other teachers: of these accounts, or of all that are here."""
    web = web_folder(settings.records)
    others = web / "teachers"
    if accounts is None:
        accounts = sorted(one.name for one in others.iterdir()) if others.is_dir() else ()
    return [
        _Home(Library(settings.support_sets), settings.records, web),
        *(
            _Home(
                Library(others / one / "class"),
                f"sqlite:///{others / one / 'record.db'}",
                others / one,
                f"teachers/{one}/",
            )
            for one in accounts
        ),
    ]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a backup holds."""

    path: Path
    made: datetime
    students: int
    sessions: int
    bytes: int


# ------------------------------------------------------------------ making one


def backup(settings: Settings, target: Path) -> Kept:
    """Write everything that is kept into one new file."""
    if target.exists():
        raise BackupError(
            "There is a file of this name already.",
            where=str(target),
            next_step="Nothing was written. Choose another name, such as one with the date.",
        )
    made, students, sessions = datetime.now(UTC).replace(microsecond=0), 0, 0
    with _room(target.absolute().parent) as room:
        unfinished, hashes = room / "backup.zip", dict[str, str]()
        with _new(unfinished) as file, zipfile.ZipFile(file, "w") as archive:
            for home in _homes(settings):
                record = room / RECORD
                with home.library.store.changing():
                    students += len(home.library.store.ids())
                    sessions += copy_record(home.records, f"sqlite:///{record}")
                    for name, path in ((home.prefix + RECORD, record), *home.files()):
                        hashes[name] = _pack(archive, name, path, made)
                record.unlink()
            words = {"format": FORMAT, "made": made.isoformat(), "by": __version__}
            archive.writestr(CONTENTS, json.dumps(words | {"files": hashes}, indent=1))
        _contents(unfinished)
        unfinished.rename(target)
        flush_folder(target.absolute().parent)
    return Kept(target, made, students, sessions, target.stat().st_size)


@contextmanager
def _room(folder: Path) -> Iterator[Path]:
    """A private folder beside the backup: what was cut off there is swept by the next one."""
    room = ensure_folder(folder) / _ROOM
    try:
        room.mkdir(mode=0o700, exist_ok=True)
        with FileLock(room / ".lock", timeout=0):
            for left in room.iterdir():
                if left.name != ".lock":
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
            try:
                yield room
            finally:
                shutil.rmtree(room, ignore_errors=True)
    except OSError as error:  # Also a lock that somebody else holds.
        raise not_writable(folder, error) from error


@contextmanager
def _new(path: Path) -> Iterator[BinaryIO]:
    """A new file that nobody else reads, and that is on the disk afterwards."""
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "w+b") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _pack(archive: zipfile.ZipFile, name: str, path: Path, made: datetime) -> str:
    """Add a file, and say its SHA-256."""
    entry = zipfile.ZipInfo(name, made.timetuple()[:6])
    # Pictures are packed as they are.
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    whole = hashlib.sha256()
    with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as packed:
        while part := source.read(1 << 20):
            whole.update(part)
            packed.write(part)
    return whole.hexdigest()


# ------------------------------------------------------------------ bringing one back


def restore(settings: Settings, source: Path) -> Kept:
    """Bring everything back where nothing else is; checked before anything is written."""
    words = _contents(source)
    hashes: Names = words["files"]
    accounts = {name.split("/")[1] for name in hashes if name.startswith("teachers/")}
    homes, students, sessions = _homes(settings, sorted(accounts)), 0, 0
    with _room(homes[0].web.absolute().parent) as room, _readable(source) as archive:
        for home in homes:
            home.refuse_others(hashes)
        for home in homes:
            record = room / RECORD
            with archive.open(home.prefix + RECORD) as packed, _new(record) as file:
                shutil.copyfileobj(packed, file)
            ensure_folder(home.web.parent)
            home.web.mkdir(mode=0o700, exist_ok=True)
            sessions += copy_record(f"sqlite:///{record}", home.records)
            record.unlink()
            for name in _below(hashes, f"{home.prefix}web/"):
                _restore_web(home.web / name.rpartition("/")[2], archive, name)
            students += _restore_students(home, archive, hashes)
    made = datetime.fromisoformat(words["made"])
    return Kept(source, made, students, sessions, source.stat().st_size)


def _below(hashes: Names, beginning: str) -> list[str]:
    return [name for name in hashes if name.startswith(beginning)]


def _restore_web(path: Path, archive: zipfile.ZipFile, name: str) -> None:
    if not path.exists():
        with whole_file(path, mode=0o600) as file:
            file.write(archive.read(name))


def _restore_students(home: _Home, archive: zipfile.ZipFile, hashes: Names) -> int:
    """Student by student, each whole; those who are here already are the same ones."""
    library, prefix = home.library, f"{home.prefix}students/"
    files: dict[str, dict[str, str]] = {}
    for name in _below(hashes, prefix):
        where, _, inside = name.removeprefix(prefix).partition("/")
        files.setdefault(where, {})[inside] = name
    with library.store.changing():
        home.refuse_others(hashes)
        library.store.begin()
        if page := files.pop("_class", None):
            write_atomically(library.folder / CLASS_PAGE, archive.read(page[CLASS_PAGE.name]))
        files.pop("library.yaml", None)
        for student in sorted(set(files) - set(library.store.ids())):
            data = {inside: archive.read(name) for inside, name in files[student].items()}
            library.store.create(student, data.pop(PAGE, b""), data)
    return len(files)


@contextmanager
def _readable(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _refused(source, "It is no backup, or a damaged one.") from error


def _contents(source: Path) -> dict[str, Any]:
    """The list of contents of a backup; every file is there and has the hash that it says."""
    try:
        with _readable(source) as archive:
            entries = {entry.filename: entry for entry in archive.infolist()}
            contents = entries.pop(CONTENTS)
            if contents.file_size > _LONGEST_LIST:
                raise _refused(source, "Its list of contents is too long.")
            words: dict[str, Any] = json.loads(archive.read(contents))
            if words["format"] != FORMAT:
                raise _refused(
                    source, f"It has format {words['format']!r}; this version reads {FORMAT}."
                )
            found = [_NAME.fullmatch(name) for name in entries]
            records = {(one[1] or "") + RECORD for one in found if one} | {RECORD}
            packed = {entry.compress_type for entry in entries.values()}
            if packed - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise _refused(source, "It is packed in a way that no backup of ours is.")
            if not all(found) or set(entries) != set(words["files"]) or records - set(entries):
                raise _refused(source, "The list of contents and the files differ.")
            for name, entry in entries.items():
                with archive.open(entry) as file:
                    if hashlib.file_digest(file, "sha256").hexdigest() != words["files"][name]:  # type: ignore[arg-type]
                        raise _refused(source, f"{name} was altered: its hash is wrong.")
            return words
    except (ValueError, KeyError, TypeError, NotImplementedError, RuntimeError) as error:
        raise _refused(source, "It is no backup, or a damaged one.") from error
    except OSError as error:
        raise _refused(source, f"It cannot be read: {error.strerror}.") from error


def _refused(source: Path, why: str) -> BackupError:
    return BackupError(
        f"This backup was refused. {why}", where=str(source), next_step="Nothing was changed."
    )
