"""A write-ahead file of seconds that a database did not take yet, a JSON line each."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Protocol

from pydantic import ConfigDict, TypeAdapter, ValidationError

from fewshot_fer.files import changing, flush_folder, not_writable, write_atomically
from fewshot_fer.records.values import Mark, Number, Second, SessionRecord


@dataclass(frozen=True)
class _Line:
    """A line of the file."""

    __pydantic_config__ = ConfigDict(allow_inf_nan=False)

    session: Number
    second: Second | None = None
    mark: Mark | None = None


_LINE: Final = TypeAdapter(_Line)
TAKEN: Final = ".taken"
"""A file that is being brought in."""


class Backlog:
    """One file for one session."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._seconds = 0
        self._marks = 0

    def keep(self, session: int, seconds: Sequence[Second], marks: Sequence[Mark]) -> None:
        """Add those that are not in the file yet; all that waits is handed in every time."""
        lines = _lines(session, seconds[self._seconds :], marks[self._marks :])
        if not lines:
            return
        handle = os.open(self.file, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        before = os.fstat(handle).st_size
        with os.fdopen(handle, "ab") as file:
            try:
                file.write("".join(json.dumps(line) + "\n" for line in lines).encode())
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                self._take_back(before)
                raise
        flush_folder(self.file.parent)
        self._seconds, self._marks = len(seconds), len(marks)

    def _take_back(self, size: int) -> None:
        """A full disk takes half a line: leave nothing that says it was kept."""
        if size:
            os.truncate(self.file, size)
        else:
            self.file.unlink(missing_ok=True)

    def clear(self) -> None:
        """All of it is in the database."""
        self._seconds = self._marks = 0
        if self.file.exists():
            self.file.unlink()
            flush_folder(self.file.parent)


class Takes(Protocol):
    """What a backlog needs of a store."""

    def write(self, session: int, seconds: Sequence[Second], marks: Sequence[Mark] = ()) -> None:
        """Keep seconds and marks, all or none."""
        ...

    def sessions(self) -> Sequence[SessionRecord]:
        """All that are known."""
        ...


def catch_up(store: Takes, file: Path) -> int:
    """Bring in what a session that was cut off left in its file; how many seconds that were."""
    if not file.exists():
        return 0
    known, count = {session.id for session in store.sessions()}, 0
    # A session that still runs may add to its file meanwhile: to a new one from now on.
    try:
        taken = file if file.name.endswith(TAKEN) else file.rename(f"{file}{TAKEN}")
        left = list(left_behind(taken))
    except FileNotFoundError:
        return 0  # Another program has just taken it.
    for session, seconds, marks in left:
        if session in known:  # Else it was deleted meanwhile.
            store.write(session, seconds, marks)
            count += len(seconds)
    # For good, or a power cut brings back whom somebody deletes next.
    taken.unlink(missing_ok=True)
    flush_folder(taken.parent)
    return count


def leave_out(file: Path, students: Collection[str]) -> None:
    """Take students out of what waits in a file: they were deleted, and must not come back."""
    if not students or not file.exists():
        return
    lines = [
        line
        for session, seconds, marks in left_behind(file)
        for line in _lines(session, [s.without(students.__contains__) for s in seconds], marks)
    ]
    write_atomically(file, "".join(json.dumps(line) + "\n" for line in lines).encode())
    file.chmod(0o600)


def leave_out_of_list(file: Path, student: str) -> None:
    """Take a student out of a private list: what is theirs, and where they are named."""
    with changing(file):
        try:
            entries = json.loads(file.read_bytes())
        except (FileNotFoundError, ValueError, RecursionError):
            return  # Gone, or damaged, of which it is said where it is read.
        except OSError as error:
            raise not_writable(file, error) from error
        if not isinstance(entries, list):
            return
        left = [
            {key: _but(value, student) for key, value in one.items()}
            for one in entries
            if isinstance(one, dict) and one.get("student") != student
        ]
        if left != entries:
            write_atomically(file, json.dumps(left).encode())


def _but(value: object, student: str) -> object:
    return [one for one in value if one != student] if isinstance(value, list) else value


def students_in(file: Path) -> set[str]:
    """Whose seconds wait in a file."""
    if not file.exists():
        return set()
    waiting = (second for _, seconds, _ in left_behind(file) for second in seconds)
    return {row.student for second in waiting for row in second.students}


def _lines(
    session: int, seconds: Sequence[Second], marks: Sequence[Mark]
) -> list[dict[str, object]]:
    lines: list[dict[str, object]] = [{"session": session, "second": asdict(s)} for s in seconds]
    return lines + [{"session": session, "mark": asdict(m)} for m in marks]


def left_behind(file: Path) -> Iterator[tuple[int, list[Second], list[Mark]]]:
    """What a session that was cut off left in its file, by session."""
    found: dict[int, tuple[list[Second], list[Mark]]] = {}
    for text in file.read_bytes().splitlines():
        try:
            line = _LINE.validate_json(text)
        except ValidationError:
            # The last line of a program that was killed while writing; or a damaged one, which must
            # not keep all others, and every recording and deletion after them, out of the database.
            continue
        seconds, marks = found.setdefault(line.session, ([], []))
        seconds += [line.second] if line.second is not None else []
        marks += [line.mark] if line.mark is not None else []
    for session, (seconds, marks) in found.items():
        yield session, seconds, marks
