"""What a reader finds in a school's folder: the states that are promised are told apart by it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Final

from fewshot_fer.records.folders import opened
from fewshot_fer.students.store.contents import names_of
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.verify import verify
from tests.faults.operations import Place

PEOPLE: Final = {"s001": b"Anna Ophelia", "s002": b"Ben Quillon"}
Seen = dict[str, object]


def seen(place: Place) -> Seen:
    """What a reader finds; raises where something is damaged, half there or left over."""
    library = place.library()
    problems = verify(library)
    assert problems == [], problems
    found = _found(place, library)
    for student, name in PEOPLE.items():
        if student not in library.store.ids():
            left = traces(place.folder / "students", name, student.encode())
            assert left == [], f"{student} was removed, and is in {left}"
    return found


def _found(place: Place, library: Library) -> Seen:
    return {
        "students": _students(library),
        "expressions": library.class_expressions(),
        "exports": [one.name for one in sorted(place.folder.glob("*.zip"))],
        "record": _sessions(place),
        "old record": _version(place.old_record),
        "links": [(one.student, one.class_id) for one in place.invitations().listed()],
        "tokens": [(one.student, one.name) for one in place.tokens().listed()],
        "keys": [one.stat().st_size for one in sorted((place.folder / "record-web").glob("*.key"))],
    }


def content(place: Place) -> list[object]:
    """Every byte of the students, and every second of the record."""
    library = place.library()
    return [_students(library), library.class_expressions(), _sessions(place)]


def _students(library: Library) -> list[object]:
    found: list[object] = []
    for summary in library.students():
        student = library.open(summary.id)
        files = {name: library.read_file(student, name) for name in names_of(student)}
        found.append((repr(student), sorted(files.items())))
    return found


def _sessions(place: Place) -> list[object]:
    with sqlite3.connect(place.folder / "record.db") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    raw.close()
    found: list[object] = []
    with opened(place.url) as store:
        for session in reversed(store.sessions()):
            read = store.read(session.id, students=True)
            tracks = store.student_seconds(session) if session.each else {}
            found.append(
                (
                    (session.id, session.class_name, session.ended is not None),
                    (read.whole.seconds.tolist(), read.whole.counts.tolist()),
                    [(mark.second, mark.text) for mark in read.marks],
                    {who: t.seconds.tolist() for who, t in tracks.items()},
                )
            )
    return found


def _version(file: Path) -> object:
    with sqlite3.connect(file) as raw:
        version = raw.execute("SELECT max(version) FROM schema_version").fetchone()
        columns = [row[1] for row in raw.execute("PRAGMA table_info(marks)")]
    raw.close()
    return json.dumps([version, columns])


def traces(folder: Path, *words: bytes) -> list[str]:
    """Files below a folder whose names or bytes hold any of the words."""
    found = []
    for path in sorted(folder.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        if any(word in data or word in path.name.encode() for word in words):
            found.append(str(path.relative_to(folder)))
    return found
