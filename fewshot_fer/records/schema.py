"""The tables, and the steps by which an older database comes to have them.

Numbers are small integers and scores one byte each, so that 50 students and three hours take some
20 MB. A new database gets the tables as they stand here. Whoever changes them adds a step, which
brings older databases along; a database knows how far it has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    func,
    insert,
    inspect,
    select,
    text,
)

STEPS: Final[tuple[str, ...]] = (
    "CREATE TABLE forgotten (session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,"
    " student TEXT NOT NULL, PRIMARY KEY (session, student))",
    "CREATE TABLE clock (believed BIGINT NOT NULL, ahead BIGINT)",
    "ALTER TABLE class_seconds ADD COLUMN on_device SMALLINT NOT NULL DEFAULT 0",
    "ALTER TABLE student_seconds ADD COLUMN on_device SMALLINT NOT NULL DEFAULT 0",
    "ALTER TABLE sessions ADD COLUMN title TEXT NOT NULL DEFAULT ''",
)
"""SQL that makes version 2 of version 1, and so on: never edited, only added to."""

_Filled = partial(Column, nullable=False)
_Key = partial(Column, primary_key=True)


def _of_session(*, key: bool = True) -> Column[int]:
    """Which session a row belongs to, and goes with."""
    session = ForeignKey("sessions.id", ondelete="CASCADE")
    return Column("session", Integer, session, nullable=False, primary_key=key)


_AT_ONCE: Final = 2_000
metadata = MetaData()
# Kept in the order of its key, where the database can.
_Clustered = partial(Table, sqlite_with_rowid=False)

sessions = Table(
    "sessions", metadata,
    _Key("id", Integer, Identity()),
    _Filled("class_name", Text),
    _Filled("started", BigInteger),  # seconds since 1970, UTC
    Column("ended", BigInteger),
    _Filled("each_student", SmallInteger),
    _Filled("names", Text),  # a JSON list that only grows
    _Filled("title", Text, server_default=""),
    sqlite_autoincrement=True,
)  # fmt: skip
marks = Table(
    "marks", metadata,
    _Key("id", Integer, Identity()),
    _of_session(key=False),
    _Filled("second", Integer),
    _Filled("text", Text),
    Index("marks_of_session", "session", "second"),
    sqlite_autoincrement=True,
)  # fmt: skip
class_seconds = _Clustered(
    "class_seconds", metadata,
    _of_session(),
    _Key("second", Integer),
    _Filled("expected", SmallInteger),
    _Filled("faces", SmallInteger),  # hundredths
    _Filled("counts", LargeBinary),  # hundredths of faces, two bytes an expression
    _Filled("on_device", SmallInteger, server_default="0"),  # hundredths of faces
)  # fmt: skip
session_students = _Clustered(
    "session_students", metadata,
    _of_session(),
    _Key("number", SmallInteger),
    _Filled("student", Text),
    Index("sessions_of_student", "student", "session", unique=True),
)  # fmt: skip
tracks = _Clustered(
    "tracks", metadata,
    _of_session(),
    _Key("track", Integer),
    _Key("number", SmallInteger),
    _Filled("first", Integer),
    _Filled("last", Integer),
)  # fmt: skip
student_seconds = _Clustered(
    "student_seconds", metadata,
    _of_session(),
    _Key("second", Integer),
    _Key("number", SmallInteger),
    _Filled("seen", SmallInteger),  # hundredths, as the next two
    _Filled("sure", SmallInteger),
    _Filled("quality", SmallInteger),
    Column("shown", SmallInteger),  # the expression's place in the session's names
    _Filled("scores", LargeBinary),  # 0 to 255, one byte an expression
    _Filled("on_device", SmallInteger, server_default="0"),  # 0 or 1
)  # fmt: skip
# Who was deleted while a session ran: nothing of them is written in it any more.
forgotten = Table(
    "forgotten", metadata,
    _of_session(),
    _Key("student", Text),  # a hash: the id is gone too
)  # fmt: skip
clock = Table(
    "clock", metadata,
    _Filled("believed", BigInteger),  # seconds since 1970, UTC
    Column("ahead", BigInteger),  # when a clock was first seen far ahead of it
)  # fmt: skip
_versions = Table("schema_version", metadata, _Filled("version", Integer))


def newest(steps: Sequence[str] = STEPS) -> int:
    """The version of the tables as they stand here."""
    return 1 + len(steps)


def version(connection: Connection) -> int:
    """The version of a database; 0 of an empty one."""
    if not inspect(connection).has_table(_versions.name):
        return 0
    return connection.scalar(select(func.max(_versions.c.version))) or 0


def migrate(connection: Connection, steps: Sequence[str] = STEPS) -> None:
    """Bring a database up to date, in a transaction in which nobody else migrates."""
    before = version(connection)
    if before == 0:
        metadata.create_all(connection)
    for step in steps[before - 1 :] if before else ():
        connection.exec_driver_sql(step)
    if before < newest(steps):
        connection.execute(insert(_versions).values(version=newest(steps)))


def copy_rows(source: Connection, target: Connection) -> int:
    """Every row into a database that is empty, or holds them already; how many sessions.

    A ValueError where it holds others.
    """
    mine, theirs = _fingerprint(source), _fingerprint(target)
    count = len(mine[sessions.name])
    if mine == theirs:
        return count
    if theirs[sessions.name]:
        raise ValueError("other sessions")
    for table in _copied():
        rows = source.execute(select(table).execution_options(yield_per=_AT_ONCE))
        for some in rows.mappings().partitions():
            target.execute(insert(table), [dict(row) for row in some])
        rows.close()
    if target.dialect.name == "postgresql":
        # Rows that brought their numbers along do not count there.
        for name in (sessions.name, marks.name):
            last = f"SELECT coalesce(max(id), 0) + 1 FROM {name}"
            counter = f"pg_get_serial_sequence('{name}', 'id')"
            target.execute(text(f"SELECT setval({counter}, ({last}), false)"))
    return count


def _copied() -> list[Table]:
    """What is of sessions; what is referred to comes first."""
    return [table for table in metadata.sorted_tables if table not in (_versions, clock)]


def _fingerprint(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """The same for the same record: every session and mark, and how many rows there are."""
    found = {}
    for table in _copied():
        whole = table in (sessions, marks)
        query = select(table).order_by(table.c.id) if whole else select(func.count(table.c[0]))
        found[table.name] = [tuple(row) for row in connection.execute(query)]
    return found
