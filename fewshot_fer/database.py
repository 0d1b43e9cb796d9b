"""What differs between databases: SQLite as one private file, or PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from fewshot_fer.errors import RecordError
from fewshot_fer.files import ensure_folder
from fewshot_fer.languages import Phrase

_POSTGRES: Final = ("postgres", "postgresql", "postgresql+psycopg")
_ONE_MIGRATES: Final = 7_240_917
"""The number of our advisory lock in PostgreSQL."""


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
        "options": f"-c lock_timeout={round(1000 * wait)}",
    }
    try:
        return create_engine(address, connect_args=arguments, pool_pre_ping=True)
    except (NoSuchModuleError, ImportError) as error:
        raise RecordError(
            "PostgreSQL needs a driver that is not installed.",
            where=address.render_as_string(hide_password=True),
            next_step='Install it: pip install "psycopg[binary]".',
        ) from error


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


def shrink(engine: Engine) -> None:
    """Leave nothing of the deleted in the file or beside it."""
    if engine.dialect.name != "sqlite":
        return
    try:
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is not None:
                raw.execute("VACUUM")
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except (SQLAlchemyError, sqlite3.Error):
        # Somebody reads just now. The rows are gone (overwritten, not only unlinked); only
        # the file keeps its size until the next time.
        return
