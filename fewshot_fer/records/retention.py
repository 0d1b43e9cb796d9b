"""What is too old goes when a record is opened; a clock that leaps for a moment empties nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from sqlalchemy import Connection, Engine, delete, insert, select

from fewshot_fer.database import shrink
from fewshot_fer.measures import KEEP_DAYS
from fewshot_fer.records import schema
from fewshot_fer.settings import Settings

_USUAL_S: Final = 90 * 86_400
"""A record is opened at least so often, or the clock is doubted."""
_PROOF_S: Final = 3_600
"""A clock that is ahead for so long is right: nobody has opened the record for a while."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept; None is until somebody deletes them."""

    students: timedelta | None = timedelta(days=KEEP_DAYS)
    """What was recorded of single students."""
    sessions: timedelta | None = None
    """Whole sessions."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """What the settings say."""
        return cls(timedelta(days=settings.keep_days))


def expire(engine: Engine, writing: Engine, retention: Retention, now: datetime) -> None:
    """Delete what is older than it may become."""
    people = (schema.student_seconds, schema.tracks, schema.session_students)
    with engine.begin() as connection:
        time, is_news = _believed(connection, now)
        old = _older(connection, time, retention.sessions)
        open_ = _older(connection, time, retention.students) - old
        known = schema.session_students.c.session
        open_ &= set(connection.execute(select(known).distinct()).scalars())
    # Most often nothing is due, and then nobody has to wait for the writers' lock.
    if is_news:
        with writing.begin() as connection:
            _write_down(connection, now)
    if not old and not open_:
        return
    with writing.begin() as connection:
        connection.execute(delete(schema.sessions).where(schema.sessions.c.id.in_(old)))
        for table in people:
            connection.execute(delete(table).where(table.c.session.in_(open_)))
    shrink(engine, schema.metadata.tables)


def _older(connection: Connection, time: datetime, age: timedelta | None) -> set[int]:
    if age is None:
        return set()
    this = schema.sessions.c
    due = select(this.id).where(this.started < int((time - age).timestamp()))
    return set(connection.execute(due).scalars())


def _believed(connection: Connection, now: datetime) -> tuple[datetime, bool]:
    """The time to go by, and whether what was read has to be written down."""
    read = int(now.timestamp())
    row = connection.execute(select(schema.clock)).first()
    if row is None or read <= row.believed + _USUAL_S:
        return now, row is None or row.ahead is not None or abs(read - row.believed) > _PROOF_S
    if row.ahead is not None and read - row.ahead >= _PROOF_S:
        return now, True
    return datetime.fromtimestamp(row.believed, UTC), row.ahead is None or read < row.ahead


def _write_down(connection: Connection, now: datetime) -> None:
    """Remember what the clock says: believed, or ahead of what is believed."""
    time, _ = _believed(connection, now)
    ahead = None if time == now else int(now.timestamp())
    connection.execute(delete(schema.clock))
    connection.execute(insert(schema.clock).values(believed=int(time.timestamp()), ahead=ahead))
