"""Queries of the record, and the values that come of their rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, func, literal_column, select

from fewshot_fer.arrays import Floats
from fewshot_fer.records import schema
from fewshot_fer.records.rows import HUNDREDTHS, unpacked_counts, unpacked_scores
from fewshot_fer.records.values import (
    BLOCK_S,
    ClassTrack,
    Mark,
    SessionRecord,
    StudentBlocks,
    StudentTrack,
)


def all_sessions() -> Select[Any]:
    """Every session with its counts, the latest first."""
    this = schema.sessions.c

    def of(table: Any, what: Any) -> Any:
        return select(what).where(table.c.session == this.id).scalar_subquery()

    return select(
        this.id, this.class_name, this.started, this.ended, this.each_student, this.names,
        this.title,
        of(schema.class_seconds, func.max(schema.class_seconds.c.second)).label("last"),
        of(schema.session_students, func.count()).label("students"),
        of(schema.marks, func.count()).label("marks"),
    ).order_by(this.id.desc())  # fmt: skip


def session(row: Any) -> SessionRecord:
    """A line of the list."""
    return SessionRecord(
        int(row.id), row.class_name, datetime.fromtimestamp(row.started, UTC),
        datetime.fromtimestamp(row.ended, UTC) if row.ended is not None else None,
        bool(row.each_student), 0 if row.last is None else int(row.last) + 1,
        int(row.students), int(row.marks), tuple(json.loads(row.names)), row.title,
    )  # fmt: skip


def class_track(connection: Connection, session: SessionRecord) -> ClassTrack:
    """The class second by second."""
    table = schema.class_seconds.c
    query = select(table.second, table.expected, table.faces, table.counts, table.on_device)
    rows = connection.execute(query.where(table.session == session.id).order_by(table.second)).all()
    return ClassTrack(
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] for row in rows], np.float32),
        _shares([row[2] for row in rows]),
        unpacked_counts([row[3] for row in rows], len(session.names)),
        _shares([row[4] for row in rows]),
    )


def _student_track(rows: Sequence[Any], names: int) -> StudentTrack:
    return StudentTrack(
        np.array([row[1] for row in rows], np.int64),
        _shares([row[2] for row in rows]),
        _shares([row[3] for row in rows]),
        _shares([row[4] for row in rows]),
        np.array([-1 if row[5] is None else row[5] for row in rows], np.int64),
        unpacked_scores([row[6] for row in rows], names),
        np.array([row[7] for row in rows], np.int64),
    )


def _student_blocks(rows: Any, names: int) -> StudentBlocks:
    """Blocks from rows [n,6] of block, shown, count, seen, seen times quality, and on device."""
    blocks, places = np.unique(rows[:, 0], return_inverse=True)
    counts = np.zeros((len(blocks), names), np.float32)
    sure = rows[:, 1] >= 0
    np.add.at(counts, (places[sure], rows[sure, 1]), rows[sure, 2])
    seen, quality = np.zeros((2, len(blocks)))
    np.add.at(seen, places, rows[:, 3])
    np.add.at(quality, places, rows[:, 4])
    return StudentBlocks(
        blocks.astype(np.int64), counts, (seen / 100).astype(np.float32),
        (quality / np.maximum(seen, 1) / 100).astype(np.float32), int(rows[:, 5].sum()),
    )  # fmt: skip


def marks(connection: Connection, session: int) -> tuple[Mark, ...]:
    """The moments that were marked, in order."""
    table = schema.marks.c
    query = select(table.second, table.text).where(table.session == session)
    rows = connection.execute(query.order_by(table.second, table.id))
    return tuple(Mark(int(row.second), str(row.text)) for row in rows)


def _shares(values: Sequence[int]) -> Floats:
    return (np.array(values) / HUNDREDTHS).astype(np.float32)


def numbers(connection: Connection, session: int) -> dict[str, int]:
    """The students of a session and their numbers in it."""
    table = schema.session_students.c
    found = select(table.student, table.number).where(table.session == session)
    return {str(row.student): int(row.number) for row in connection.execute(found)}


def student_blocks(connection: Connection, session: SessionRecord) -> dict[str, StudentBlocks]:
    """Every student in blocks of seconds."""
    table = schema.student_seconds.c
    # The database counts, which is why `shown` is a column of its own.
    block: Any = literal_column(f"second / {BLOCK_S}").label("block")
    rows = (
        select(
            table.number, block, table.shown, func.count(), func.sum(table.seen),
            func.sum(table.seen * table.quality), func.sum(table.on_device),
        )
        .where(table.session == session.id)
        .group_by(table.number, literal_column("block"), table.shown)
    )  # fmt: skip
    found = np.array(
        [
            (number, block, -1 if shown is None else shown, *map(int, sums))
            for number, block, shown, *sums in connection.execute(rows)
        ],
        np.int64,
    ).reshape(-1, 7)
    return {
        student: _student_blocks(found[found[:, 0] == number][:, 1:], len(session.names))
        for student, number in sorted(numbers(connection, session.id).items())
    }


def student_tracks(connection: Connection, session: SessionRecord) -> dict[str, StudentTrack]:
    """Every student second by second."""
    table = schema.student_seconds.c
    query = (
        select(
            table.number, table.second, table.seen, table.sure, table.quality, table.shown,
            table.scores, table.on_device,
        )
        .where(table.session == session.id)
        .order_by(table.number, table.second)
    )  # fmt: skip
    rows = connection.execute(query).all()
    owners = np.array([row[0] for row in rows], np.int64)
    result = {}
    for student, number in sorted(numbers(connection, session.id).items()):
        first, last = np.searchsorted(owners, [number, number + 1])
        result[student] = _student_track(rows[first:last], len(session.names))
    return result
