"""An index of the library: the list of students, derived, and rebuilt where it is stale.

An entry is believed while its page's stamp (time, size, inode) is the one it was made
from. A page written just before the index may have changed within the clock's grain, so
such entries are read again.
"""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.files import write_atomically
from fewshot_fer.students.store.records import Summary
from fewshot_fer.students.store.store import INDEX, PAGE, Store

_SUMMARY: Final = TypeAdapter(Summary)
_ENTRIES: Final = TypeAdapter(dict[str, Any])
_GRAIN_NS = 100_000_000
_FEW = 16

Stamp = tuple[int, int, int]


def stamp_of(page: Path) -> Stamp | None:
    """What changes whenever a page is written; None when there is no page."""
    try:
        found = os.stat(page)  # noqa: PTH116 (a third faster, over thousands of students)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        return None  # Nobody waits for a pipe that stands where a page is due.
    return found.st_mtime_ns, found.st_size, found.st_ino


def is_settled(stamp: Stamp) -> bool:
    """Whether a later change would surely show: file systems count time in grains."""
    return stamp[0] < time.time_ns() - _GRAIN_NS


@dataclass(frozen=True, slots=True)
class Index:
    """Summaries of every student, kept in one derived file."""

    store: Store
    read: Callable[[str], Summary]

    @property
    def _file(self) -> Path:
        return self.store.folder / INDEX / "students.json"

    def summaries(self) -> list[Summary]:
        """Every student, ordered by name; no reader ever waits for a writer."""
        known = self._known()
        found, fresh = self._look(known)
        if fresh > _FEW or len(known) > len(found) + _FEW:
            self._write()
        return sorted(
            (summary for _, summary in found.values()), key=lambda s: (s.name.casefold(), s.id)
        )

    def forget(self, student_id: str) -> None:
        """Drop a student's entry; only while the store is `changing`."""
        if not self._file.exists():
            return
        entries = self._entries()
        # What cannot be written anew goes: it names somebody who was to be forgotten.
        if entries.pop(student_id, None) is not None and not self._save(entries):
            self._file.unlink()

    def _look(
        self, known: Mapping[str, tuple[Stamp, Summary]]
    ) -> tuple[dict[str, tuple[Stamp, Summary]], int]:
        found: dict[str, tuple[Stamp, Summary]] = {}
        fresh = 0
        root = str(self.store.folder)
        for student_id in self.store.ids():
            stamp = stamp_of(Path(f"{root}/{student_id}/{PAGE}"))
            if stamp is None:
                continue
            entry = known.get(student_id)
            if entry is not None and entry[0] == stamp:
                found[student_id] = entry
                continue
            try:
                found[student_id] = stamp, self.read(student_id)
            except FewshotFerError:
                # Damaged or just removed: `verify` says which; the others must be listed.
                continue
            fresh += 1
        return found, fresh

    def _known(self) -> dict[str, tuple[Stamp, Summary]]:
        """Entries that may be believed."""
        stamp = stamp_of(self._file)
        if stamp is None:
            return {}
        newest, known = stamp[0] - _GRAIN_NS, {}  # Both times are the file system's own.
        for student_id, entry in self._entries().items():
            # A damaged one, or one of an older version, is read anew from its page.
            with suppress(KeyError, TypeError, ValueError, AttributeError):
                first, size, inode = entry["stamp"]
                if first < newest:
                    known[student_id] = (first, size, inode), _summary(student_id, entry)
        return known

    def _entries(self) -> dict[str, Any]:
        try:
            # It takes no half of a letter, which could be listed but not written again.
            return _ENTRIES.validate_json(self._file.read_bytes())
        except (OSError, ValueError):
            return {}

    def _write(self) -> None:
        # Under the lock and from a fresh look, or a student removed meanwhile would return.
        with self.store.if_idle() as held:
            if held:
                found, _ = self._look(self._known())
                self._save({i: _entry(stamp, summary) for i, (stamp, summary) in found.items()})

    def _save(self, entries: Mapping[str, Any]) -> bool:
        try:
            write_atomically(self._file, json.dumps(entries, ensure_ascii=False).encode())
        except FewshotFerError:
            # A library on a read-only disk is read without an index.
            return False
        return True


def _entry(stamp: Stamp, summary: Summary) -> dict[str, Any]:
    return {
        "stamp": stamp,
        "name": summary.name,
        "created": summary.created.isoformat(),
        "counts": summary.counts,
        "calibrations": summary.calibrations,
        "keep_until": summary.keep_until.isoformat() if summary.keep_until else None,
        "purposes": sorted(summary.purposes),
        "classes": summary.classes,
    }


def _summary(student_id: str, entry: Mapping[str, Any]) -> Summary:
    found = _SUMMARY.validate_python({**entry, "id": student_id})
    if found.created.tzinfo is None:
        raise ValueError(entry["created"])
    return found
