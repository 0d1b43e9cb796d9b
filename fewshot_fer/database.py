"""What differs between databases: SQLite as one private file, or PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from time import monotonic
from typing import Any, Final

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from fewshot_fer.errors import RecordError
from fewshot_fer.files import ensure_folder
from fewshot_fer.languages import Phrase

_POSTGRES: Final = ("postgres", "postgresql", "postgresql+psycopg")
_ONE_MIGRATES: Final = 7_240_917
"""The number of our advisory lock in PostgreSQL."""
_REWRITES_S: Final = 600.0
"""While PostgreSQL rewrites tables it has nothing to say."""
_Waits = Generator[int, int, Any]
"""What the driver waits for, as it asks for it."""


def shown(url: str) -> str:
    """An address without its password."""
    return _parsed(url).render_as_string(hide_password=True)


def open_engine(url: str, *, wait: float) -> Engine:
    """An engine that waits so many seconds for a lock or a server."""
    address = _parsed(url)
    if address.drivername == "sqlite":
        return _sqlite(address, wait)
    if address.drivername in _POSTGRES:
        return _postgres(address.set(drivername="postgresql+psycopg"), wait)
    raise RecordError(
        Phrase("Sessions cannot be kept in {drivername!r}.", drivername=address.drivername),
        where=address.render_as_string(hide_password=True),
        next_step="Set `records` to sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE.",
    )


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        # The text may hold a password, so it is not repeated.
        raise RecordError(
            "The setting `records` is no address of a database.",
            next_step="Set it to sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE.",
        ) from error


def _sqlite(address: URL, wait: float) -> Engine:
    if address.database and address.database != ":memory:":
        _make_private(Path(address.database))
    engine = create_engine(address, connect_args={"timeout": wait, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        # Transactions begin when we say so (below), not when the driver thinks of it.
        connection.isolation_level = None
        # FULL: with NORMAL a power cut takes back what was written, or deleted, minutes ago.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
                       "secure_delete=ON"):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A reader that turns writer cannot wait for its turn, so writers queue from the start.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _make_private(file: Path) -> None:
    """An empty file that only its owner may read, where there is none."""
    ensure_folder(file.parent)
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise RecordError(
            Phrase("The record of sessions cannot be made: {strerror}.", strerror=error.strerror),
            where=str(file),
            next_step="Choose another place with the setting `records`.",
        ) from error


def _postgres(address: URL, wait: float) -> Engine:
    # libpq knows only whole seconds and takes 1 for 2; a dead server is noticed by keepalives.
    arguments: dict[str, Any] = {
        "connect_timeout": max(2, round(wait)),
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 2,
        "tcp_user_timeout": round(2000 * wait),
        "options": f"-c lock_timeout={round(1000 * wait)}",
        # A database that knows no encoding would answer in bytes.
        "client_encoding": "utf8",
    }
    try:
        engine = create_engine(address, connect_args=arguments, pool_pre_ping=True)
        make_patient(engine, silent_s=2 * wait)
        return engine
    except (NoSuchModuleError, ImportError) as error:
        raise RecordError(
            "PostgreSQL needs a driver that is not installed.",
            where=address.render_as_string(hide_password=True),
            next_step='Install it: pip install "psycopg[binary]".',
        ) from error


def make_patient(engine: Engine, silent_s: float) -> None:
    """Have connections to PostgreSQL give a server up that says nothing for so long.

    One that hangs acknowledges every packet, so that keepalives see nothing. What is not written by
    then is kept beside the database, see `recorder`.
    """
    driver: Any = engine.dialect.dbapi

    class Patient(driver.Connection):  # type: ignore[misc]
        silent_s: float

        def wait(self, gen: _Waits, *how: Any, **more: Any) -> Any:
            """Wait for what the driver waits for, while anything comes."""
            return super().wait(self._while_it_speaks(gen), *how, **more)

        def _while_it_speaks(self, gen: _Waits) -> _Waits:
            heard = monotonic()
            try:
                wanted = next(gen)
                while True:
                    ready = yield wanted
                    now = monotonic()
                    if ready:
                        heard = now
                    elif now - heard > self.silent_s:
                        self.pgconn.finish()  # Else a rollback would wait as long again.
                        raise driver.OperationalError(f"no answer for {self.silent_s:.0f} s")
                    wanted = gen.send(ready)
            except StopIteration as over:
                return over.value

    @event.listens_for(engine, "do_connect")
    def connect(_: object, __: object, given: Any, named: Any) -> Any:
        made = Patient.connect(*given, **named)
        made.silent_s = silent_s
        return made

    @event.listens_for(engine, "before_cursor_execute")
    def before(connection: Any, _: object, statement: str, *__: object) -> None:
        wire = connection.connection.driver_connection
        wire.silent_s = _REWRITES_S if statement.startswith("VACUUM") else silent_s


def upsert(connection: Connection, table: Table) -> Any:
    """An insert that knows what to do when the row is there."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def wait_for_turn(connection: Connection) -> None:
    """Only one may migrate; in SQLite, who writes is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_MIGRATES})"))


def snapshot(engine: Engine) -> AbstractContextManager[Connection]:
    """What the database holds at one moment, whatever is written meanwhile."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    return engine.begin()


def shrink(engine: Engine, tables: Iterable[str]) -> None:
    """Leave nothing of the deleted in the files of these tables or beside them.

    PostgreSQL's log of writes (WAL) is the server's own: it keeps them until it overwrites them.
    """
    try:
        if engine.dialect.name == "postgresql":
            alone = engine.execution_options(isolation_level="AUTOCOMMIT")
            names = ", ".join(tables)
            with alone.connect() as connection:
                # What is known of the values of a column is kept among them, too.
                for whole in (f"VACUUM (FULL, ANALYZE) {names}", "VACUUM FULL pg_statistic"):
                    connection.execute(text(whole))
            return
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is not None:
                raw.execute("VACUUM")
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except (SQLAlchemyError, sqlite3.Error):
        # Somebody reads just now. The rows are gone, in SQLite overwritten; only the file keeps its
        # size, and PostgreSQL's their bytes, until the next time.
        return
