"""A folder that is the same on several servers: each works on files, PostgreSQL carries them.

Reading is reading files, as on one machine, also while the database is away. Who changes a folder
holds it in the database meanwhile, has taken in what others changed before, and hands on what has
changed when it is done; others are told and take it in. A change that the database did not take
has not happened: the folder is put back as it was.
"""

from __future__ import annotations

import io
import json
import secrets
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text

from fewshot_fer.errors import SharedError
from fewshot_fer.files import ensure_folder, write_atomically
from fewshot_fer.shared import Shared, hold, tell

LOCK: Final = ".lock"
_STATE: Final = ".mirror.json"
_FILE: Final = "."
"""What the one file of a part is called that is no folder."""
_SKIPPED: Final = "cache"
"""Derived: every machine has its own."""
_PATIENCE_S: Final = 10.0
Files = Mapping[str, bytes]
Stamps = dict[str, tuple[tuple[str, int, int, int], ...]]


@dataclass(frozen=True, slots=True)
class _State:
    """What a folder was last known to hold."""

    known: dict[str, str]
    """The version of each part that was shared."""
    before: list[str] | None = None
    """The parts that were there before a change that is not over, or was cut off."""


class Mirror:
    """A folder whose parts (files, and folders of files) are the same on every server."""

    def __init__(
        self, shared: Shared, folder: Path, name: str, is_part: Callable[[str], bool]
    ) -> None:
        self._shared, self.folder, self._name, self._is_part = shared, folder, name, is_part
        self._lock = Lock()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the folder everywhere for one change; the caller holds its lock on this machine."""
        self._begin()
        with self._shared.connected() as connection:
            hold(connection, self._name)
            state = self._take_in(connection, self._state())
            before = self._stamps()
            self._remember(_State(state.known, sorted(before)))
            try:
                yield
            except BaseException:
                if self._stamps() == before:
                    self._remember(state)
                raise
            after = self._stamps()
            known = self._hand_on(connection, before, after, state.known)
        self._remember(_State(known))
        if _names(before) - _names(after):
            self._shared.shrink()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The same for who holds no lock yet."""
        with self._locked(), self.changing():
            yield

    def take_in(self) -> None:
        """Take in what others changed, if anything."""
        with self._shared.connected() as connection:
            state, there = self._state(), self._versions(connection)
            begun = bool(there) or (self.folder / _STATE).exists() or not self._stamps()
            if begun and state.before is None and there == state.known:
                return
        with self._locked():
            self._begin()
            with self._shared.connected() as connection:
                hold(connection, self._name)
                self._take_in(connection, self._state())

    def drop(self) -> None:
        """Delete all that is shared of the folder."""
        with self._shared.connected() as connection:
            hold(connection, self._name)
            delete = text("DELETE FROM shared_parts WHERE folder = :folder")
            connection.execute(delete, {"folder": self._name})
            tell(connection, self._name)
        self._shared.shrink()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with self._lock, FileLock(ensure_folder(self.folder) / LOCK, timeout=_PATIENCE_S):
                yield
        except Timeout as error:
            raise SharedError(
                "Somebody else is changing this folder right now.",
                where=str(self.folder),
                next_step="Try again in a moment.",
            ) from error

    # ------------------------------------------------------------------ both ways

    def _begin(self) -> None:
        """Where nothing is shared yet, what this machine has is the beginning."""
        if (self.folder / _STATE).exists():
            return
        with self._shared.connected() as connection:
            hold(connection, self._name)
            if self._versions(connection) or not self._stamps():
                return
            known = self._hand_on(connection, {}, self._stamps(), {})
        self._remember(_State(known))

    def _versions(self, connection: Connection) -> dict[str, str]:
        query = text("SELECT part, version FROM shared_parts WHERE folder = :folder")
        rows = connection.execute(query, {"folder": self._name})
        return {row.part: row.version for row in rows}

    def _take_in(self, connection: Connection, state: _State) -> _State:
        """Make the folder what the database says; it never deletes what was never shared."""
        there, here = self._versions(connection), set(self._stamps())
        cut_off = set() if state.before is None else here - set(state.before)
        strange = here - set(state.known) - cut_off
        stale = [
            part for part, version in there.items()
            if state.before is not None or state.known.get(part) != version
        ]  # fmt: skip
        for part in strange:
            if part not in there or self._fetched(connection, part) != self._read(part):
                raise self._refused(part)
        for part in stale:
            self._write(part, self._fetched(connection, part))
        for part in here - set(there):
            self._remove(part)
        after = _State(there)
        if after != state:
            # Names somebody who may be gone; it is made anew.
            (self.folder / ".index" / "students.json").unlink(missing_ok=True)
            self._remember(after)
        return after

    def _fetched(self, connection: Connection, part: str) -> Files:
        query = text("SELECT content FROM shared_parts WHERE folder = :folder AND part = :part")
        return _unpacked(bytes(connection.scalar(query, {"folder": self._name, "part": part})))

    def _hand_on(
        self, connection: Connection, before: Stamps, after: Stamps, known: Mapping[str, str]
    ) -> dict[str, str]:
        """Write into the database what has changed; the versions of all parts."""
        versions = dict(known)
        changed = [part for part in after if after[part] != before.get(part)]
        for part in changed:
            versions[part] = secrets.token_hex(8)
            connection.execute(
                text(
                    "INSERT INTO shared_parts VALUES (:folder, :part, :version, :content)"
                    " ON CONFLICT (folder, part) DO UPDATE SET version = excluded.version,"
                    " content = excluded.content"
                ),
                {
                    "folder": self._name, "part": part, "version": versions[part],
                    "content": _packed(self._read(part)),
                },
            )  # fmt: skip
        gone = [part for part in before if part not in after]
        for part in gone:
            versions.pop(part, None)
            delete = text("DELETE FROM shared_parts WHERE folder = :folder AND part = :part")
            connection.execute(delete, {"folder": self._name, "part": part})
        if changed or gone:
            tell(connection, self._name)
        return versions

    # ------------------------------------------------------------------ the folder

    def _state(self) -> _State:
        try:
            return _State(**json.loads((self.folder / _STATE).read_bytes()))
        except (FileNotFoundError, NotADirectoryError):
            return _State({})
        except (ValueError, TypeError):
            return _State({}, [])  # Damaged: everything is looked at again.

    def _remember(self, state: _State) -> None:
        words = {"known": state.known, "before": state.before}
        write_atomically(self.folder / _STATE, json.dumps(words).encode())

    def _stamps(self) -> Stamps:
        """What changes with every part."""
        found: Stamps = {}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if self._is_part(path.name):
                files = [path] if path.is_file() else self._files(path)
                stats = [(str(file), file.stat()) for file in files]
                found[path.name] = tuple((f, s.st_mtime_ns, s.st_size, s.st_ino) for f, s in stats)
        return found

    @staticmethod
    def _files(folder: Path) -> list[Path]:
        return [
            file for file in sorted(folder.rglob("*"))
            if file.is_file() and _SKIPPED not in file.relative_to(folder).parts
        ]  # fmt: skip

    def _read(self, part: str) -> Files:
        path = self.folder / part
        if path.is_file():
            return {_FILE: path.read_bytes()}
        return {f.relative_to(path).as_posix(): f.read_bytes() for f in self._files(path)}

    def _write(self, part: str, files: Files) -> None:
        """Put a part in place; of a folder's files the page comes last, then the rest goes."""
        path = self.folder / part
        if _FILE in files:
            write_atomically(path, files[_FILE])
            return
        place = path if path.is_dir() else self.folder / f".staging-{secrets.token_hex(8)}"
        for name in sorted(files, key=lambda name: ("/" not in name, name)):
            write_atomically(place / name, files[name])
        for file in self._files(place):
            if file.relative_to(place).as_posix() not in files:
                file.unlink()
        shutil.rmtree(place / _SKIPPED, ignore_errors=True)
        if place != path:
            place.rename(path)

    def _remove(self, part: str) -> None:
        path = self.folder / part
        if path.is_file():
            path.unlink()
            return
        trash = self.folder / f".trash-{secrets.token_hex(8)}"
        path.rename(trash)
        shutil.rmtree(trash)

    def _refused(self, part: str) -> SharedError:
        return SharedError(
            "This machine has something of its own that the shared database does not know.",
            where=str(self.folder / part),
            next_step="Nothing was changed. Move the folder away; import its students afterwards.",
        )


def _names(stamps: Stamps) -> set[str]:
    """All files."""
    return {name for files in stamps.values() for name, *_ in files}


def _packed(files: Files) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def _unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
