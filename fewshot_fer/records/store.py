"""The record of sessions: the only place that speaks SQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Self, cast

from sqlalchemy import Connection, Engine, Table, delete, insert, select, update

from fewshot_fer.database import open_engine, shown, shrink, upsert, wait_for_turn
from fewshot_fer.errors import RecordError
from fewshot_fer.expressions import BASIC
from fewshot_fer.languages import Phrase
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.records import reading, rows, schema
from fewshot_fer.records.retention import Retention as Retention
from fewshot_fer.records.retention import expire
from fewshot_fer.records.trouble import plain_words
from fewshot_fer.records.values import (
    Mark,
    Recorded,
    Second,
    SessionRecord,
    StudentTrack,
    one_line,
)


class Store:
    """Sessions in one database; may be shared by threads."""

    def __init__(self, engine: Engine, where: str, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._writing = engine.execution_options(writes=True)
        self._now = now
        self.where = where

    @classmethod
    def open(
        cls,
        url: str,
        *,
        retention: Retention | None = None,
        wait: float = 5.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Store:
        """Open (or make) a database, bring it up to date and drop what is too old."""
        store = cls(open_engine(url, wait=wait), shown(url), now)
        try:
            with plain_words(store.where):
                store._migrate()
                expire(store._engine, store._writing, retention or Retention(), now())
        except RecordError:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------ the list

    def begin(self, class_name: str = "", *, per_student: bool = False) -> int:
        """A new session, which is known by the number handed back."""
        row = {
            "class_name": class_name,
            "started": int(self._now().timestamp()),
            "each_student": int(per_student),
            "names": json.dumps(BASIC),
        }
        with plain_words(self.where), self._writing.begin() as connection:
            made = connection.execute(insert(schema.sessions).values(row))
            return int(cast("tuple[Any, ...]", made.inserted_primary_key)[0])

    def end(self, session: int) -> None:
        """A session is over."""
        ended = update(schema.sessions).where(schema.sessions.c.id == session)
        with plain_words(self.where), self._writing.begin() as connection:
            connection.execute(ended.values(ended=int(self._now().timestamp())))
            this = schema.forgotten.c.session == session
            connection.execute(delete(schema.forgotten).where(this))

    def rename(
        self, session: int, *, title: str | None = None, class_name: str | None = None
    ) -> None:
        """Say what a session is called, and which class it is of; what is None stays."""
        said = {"title": title, "class_name": class_name}
        new = {what: one_line(text) for what, text in said.items() if text is not None}
        named = update(schema.sessions).where(schema.sessions.c.id == session)
        with plain_words(self.where), self._writing.begin() as connection:
            self._find(connection, session)
            if new:
                connection.execute(named.values(new))

    def rename_class(self, class_name: str, new: str) -> None:
        """All sessions of a class are of one of another name from now on."""
        named = update(schema.sessions).where(schema.sessions.c.class_name == class_name)
        with plain_words(self.where), self._writing.begin() as connection:
            connection.execute(named.values(class_name=new))

    def sessions(self) -> list[SessionRecord]:
        """All sessions, the latest first."""
        with plain_words(self.where), self._engine.begin() as connection:
            return [reading.session(row) for row in connection.execute(reading.all_sessions())]

    def find(self, session: int | None = None) -> SessionRecord:
        """One session; without a number the latest."""
        with plain_words(self.where), self._engine.begin() as connection:
            return self._find(connection, session)

    def students_of(self, session: int) -> list[str]:
        """The ids of those who were recorded."""
        with plain_words(self.where), self._engine.begin() as connection:
            return sorted(reading.numbers(connection, session))

    # ------------------------------------------------------------------ writing

    def write(self, session: int, seconds: Sequence[Second], marks: Sequence[Mark] = ()) -> None:
        """Seconds that are over and marks, in one transaction; written twice, they are one."""
        with plain_words(self.where), self._writing.begin() as connection:
            wait_for_turn(connection)  # Else somebody might be forgotten in between.
            seconds = self._but_forgotten(connection, session, seconds)
            names = self._learn_names(connection, session, seconds)
            numbers = self._learn_students(connection, session, seconds)
            self._insert(connection, schema.class_seconds, rows.class_rows(session, seconds, names))
            self._insert(
                connection,
                schema.student_seconds,
                rows.student_rows(session, seconds, names, numbers),
            )
            self._follow_tracks(connection, rows.track_rows(session, seconds, numbers))
            known = reading.marks(connection, session) if marks else ()
            if new := [mark for mark in marks if mark not in known]:
                marked = [{"session": session, "second": m.second, "text": m.text} for m in new]
                connection.execute(insert(schema.marks), marked)

    def _but_forgotten(
        self, connection: Connection, session: int, seconds: Sequence[Second]
    ) -> Sequence[Second]:
        """The seconds without those who were deleted while this session ran."""
        this = schema.forgotten.c.session == session
        gone = set(connection.scalars(select(schema.forgotten.c.student).where(this)))
        return (
            [one.without(lambda id_: _hidden(id_) in gone) for one in seconds] if gone else seconds
        )

    def _insert(self, connection: Connection, table: Table, new: list[rows.Row]) -> None:
        if new:
            connection.execute(upsert(connection, table).on_conflict_do_nothing(), new)

    def _learn_names(
        self, connection: Connection, session: int, seconds: Sequence[Second]
    ) -> list[str]:
        """The session's expressions, with those that are new in these seconds."""
        this = schema.sessions.c.id == session
        known = connection.execute(select(schema.sessions.c.names).where(this)).scalar()
        if known is None:
            raise _no_session(session, self.where)
        names: list[str] = json.loads(known)
        said = {name for second in seconds for name in second.whole.counts}
        for row in (row for second in seconds for row in second.students):
            said |= {*row.scores, *([] if row.shown is None else [row.shown])}
        new = sorted(said.difference(names))
        if new:
            names += new
            connection.execute(update(schema.sessions).where(this).values(names=json.dumps(names)))
        return names

    def _learn_students(
        self, connection: Connection, session: int, seconds: Sequence[Second]
    ) -> dict[str, int]:
        """The students' numbers in this session, with those who are new."""
        here = {row.student for second in seconds for row in second.students}
        if not here:
            return {}
        numbers = reading.numbers(connection, session)
        new = sorted(here.difference(numbers))
        first = max(numbers.values(), default=-1) + 1
        added = {student: number for number, student in enumerate(new, start=first)}
        if added:
            people = [{"session": session, "number": n, "student": s} for s, n in added.items()]
            connection.execute(insert(schema.session_students), people)
        return numbers | added

    def _follow_tracks(self, connection: Connection, tracks: list[rows.Row]) -> None:
        if tracks:
            statement = upsert(connection, schema.tracks)
            statement = statement.on_conflict_do_update(
                index_elements=["session", "track", "number"],
                set_={"last": statement.excluded.last},
            )
            connection.execute(statement, tracks)

    # ------------------------------------------------------------------ reading

    def read(self, session: int | None = None, *, students: bool = False) -> Recorded:
        """A session as a report needs it; students only where that is wanted."""
        with plain_words(self.where), self._engine.begin() as connection:
            found = self._find(connection, session)
            return Recorded(
                found,
                reading.class_track(connection, found),
                reading.marks(connection, found.id),
                reading.student_blocks(connection, found) if students and found.each else {},
            )

    def earlier(self, session: SessionRecord, count: int = 3) -> list[Recorded]:
        """The sessions of the same class before this one in which students were recorded."""
        return [
            self.read(other.id, students=True)
            for other in self.sessions()
            if other.each and other.class_name == session.class_name and other.id < session.id
        ][:count]

    def student_seconds(self, session: SessionRecord) -> dict[str, StudentTrack]:
        """Every second of every recorded student: what an export writes."""
        with plain_words(self.where), self._engine.begin() as connection:
            return reading.student_tracks(connection, session)

    def _find(self, connection: Connection, session: int | None) -> SessionRecord:
        query = reading.all_sessions().limit(1)
        if session is not None:
            query = query.where(schema.sessions.c.id == session)
        row = connection.execute(query).first()
        if row is None:
            raise _no_session(session, self.where)
        return reading.session(row)

    # ------------------------------------------------------------------ deleting

    def delete(self, sessions: Iterable[int]) -> None:
        """Delete sessions for good."""
        with plain_words(self.where), self._writing.begin() as connection:
            for session in sessions:
                self._find(connection, session)
                connection.execute(delete(schema.sessions).where(schema.sessions.c.id == session))
        shrink(self._engine, schema.metadata.tables)

    def forget(self, student: str) -> list[int]:
        """Delete all that was recorded of one student, and say in which sessions that was."""
        people, found, this = schema.session_students, [], schema.sessions.c
        with plain_words(self.where), self._writing.begin() as connection:
            wait_for_turn(connection)
            # What still runs, or was cut off, may have more of them to write.
            running = connection.scalars(select(this.id).where(this.ended.is_(None)))
            new = [{"session": one, "student": _hidden(student)} for one in running]
            self._insert(connection, schema.forgotten, new)
            for row in connection.execute(select(people).where(people.c.student == student)).all():
                for table in (schema.student_seconds, schema.tracks, people):
                    connection.execute(
                        delete(table).where(
                            table.c.session == row.session, table.c.number == row.number
                        )
                    )
                found.append(int(row.session))
        shrink(self._engine, schema.metadata.tables)
        return sorted(found)

    # ------------------------------------------------------------------ versions

    def _migrate(self) -> None:
        newest = schema.newest()
        with self._engine.begin() as connection:
            version = schema.version(connection)
        if version < newest:
            with self._writing.begin() as connection:
                wait_for_turn(connection)
                schema.migrate(connection)
        if version > newest:
            raise RecordError(
                Phrase(
                    "This record of sessions is of version {version}; this program knows {newest}.",
                    version=version,
                    newest=newest,
                ),
                where=self.where,
                next_step="Update fewshot-fer, or name another database with `records`.",
            )


def _hidden(student: str) -> str:
    return sha256(student.encode()).hexdigest()


def _no_session(session: int | None, where: str) -> RecordError:
    reason = Reason(Code.NO_SESSION_YET)
    if session is not None:
        reason = Reason(Code.NO_SESSION, session=session)
    return RecordError(reason, where=where)
