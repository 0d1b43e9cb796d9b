"""What several processes and servers tell one another: who is alive, and that something changed.

On one machine by files; where there are several, by the PostgreSQL that they share (see `mirror`).
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from fewshot_fer.database import open_engine, shown, shrink
from fewshot_fer.errors import SharedError
from fewshot_fer.files import ensure_folder, runs

_CHANNEL: Final = "fewshot_fer"
_WAIT_S: Final = 5.0
_NOW: Final = "extract(epoch FROM clock_timestamp())"
_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS shared_parts (folder TEXT, part TEXT, version TEXT NOT NULL,"
    " content BYTEA NOT NULL, PRIMARY KEY (folder, part))",
    "CREATE TABLE IF NOT EXISTS shared_beats (process TEXT PRIMARY KEY, beat TIMESTAMPTZ NOT NULL)",
)


class Peers(Protocol):
    """Processes that share what they do; for any thread."""

    def clock(self) -> float:
        """Seconds since 1970 by the one clock that all go by."""
        ...

    def beat(self, process: str) -> None:
        """Say that a process is alive."""
        ...

    def silent(self, process: str) -> float:
        """For how many seconds a process has said nothing."""
        ...

    def leave(self, process: str) -> None:
        """A process is over."""
        ...

    def wait(self, seconds: float) -> None:
        """Until something may have changed, or so long; for one thread."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class Shared:
    """One database that several servers share; for any thread."""

    def __init__(self, url: str) -> None:
        self.url, self.where = url, shown(url)
        self._engine = open_engine(url, wait=_WAIT_S)
        if self._engine.dialect.name != "postgresql":
            raise SharedError(
                "Servers share what they know through PostgreSQL alone.",
                where=self.where,
                next_step="Set `shared` to postgresql://USER:PASSWORD@HOST/DATABASE.",
            )
        self._listening: Any = None
        with self.connected() as connection:
            hold(connection, "tables")
            for table in _TABLES:
                connection.execute(text(table))

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A transaction; what the database says becomes an error of ours."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            first = next(iter(str(getattr(error, "orig", error)).splitlines()), "unknown")
            raise SharedError(
                f"The database that servers share does not answer: {first}.",
                where=self.where,
                next_step="Nothing was changed. Try again in a moment.",
            ) from error

    def shrink(self) -> None:
        """Leave nothing of what was deleted in the database's files."""
        shrink(self._engine, ["shared_parts"])

    # ------------------------------------------------------------------ which processes are alive

    def clock(self) -> float:
        """Seconds since 1970 by the one clock that all go by."""
        with self.connected() as connection:
            return float(connection.scalar(text(f"SELECT {_NOW}")))

    def beat(self, process: str) -> None:
        """Say that a process is alive."""
        with self.connected() as connection:
            beat = (
                "INSERT INTO shared_beats VALUES (:process, clock_timestamp())"
                " ON CONFLICT (process) DO UPDATE SET beat = excluded.beat"
            )
            connection.execute(text(beat), {"process": process})

    def silent(self, process: str) -> float:
        """For how many seconds a process has said nothing."""
        with self.connected() as connection:
            since = "extract(epoch FROM clock_timestamp() - beat)"
            found = connection.scalar(
                text(f"SELECT {since} FROM shared_beats WHERE process = :process"),
                {"process": process},
            )
            return float("inf") if found is None else float(found)

    def leave(self, process: str) -> None:
        """A process is over."""
        with self.connected() as connection:
            delete = text("DELETE FROM shared_beats WHERE process = :process")
            connection.execute(delete, {"process": process})

    def wait(self, seconds: float) -> None:
        """Until something has changed, or so long; for one thread."""
        try:
            if self._listening is None:
                self._listening = self._engine.raw_connection()
                self._listening.driver_connection.autocommit = True
                self._listening.driver_connection.execute(f"LISTEN {_CHANNEL}")
            told = self._listening.driver_connection.notifies(timeout=seconds, stop_after=1)
            next(told, None)
        except Exception:  # Of SQLAlchemy or of the driver: the database is away.
            with suppress(Exception):
                self._listening.invalidate()
            self._listening = None
            time.sleep(seconds)

    def close(self) -> None:
        """Let go of the database."""
        with suppress(Exception):
            self._listening.invalidate()
        self._engine.dispose()


class Beats:
    """The same of processes of one machine, by the times of files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / ".beats"

    def clock(self) -> float:
        """Seconds since 1970: one machine has one clock."""
        return time.time()

    def beat(self, process: str) -> None:
        """Say that a process is alive."""
        (ensure_folder(self._folder) / process).touch(mode=0o600)

    def silent(self, process: str) -> float:
        """For how many seconds a process has said nothing; of one that is gone, for ever."""
        if not runs(int(process.partition("-")[0] or 0)):
            return float("inf")
        try:
            return max(0.0, time.time() - (self._folder / process).stat().st_mtime)
        except FileNotFoundError:
            return float("inf")

    def leave(self, process: str) -> None:
        """A process is over."""
        (self._folder / process).unlink(missing_ok=True)

    def wait(self, seconds: float) -> None:
        """A moment: files tell nobody that they changed."""
        time.sleep(min(seconds, 0.1))

    def close(self) -> None:
        """Nothing is held."""


def hold(connection: Connection, name: str) -> None:
    """Nobody else changes what is called so until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": zlib.crc32(name.encode())})


def tell(connection: Connection, name: str) -> None:
    """Let all who wait know that something has changed, once the transaction is over."""
    connection.execute(
        text("SELECT pg_notify(:channel, :name)"), {"channel": _CHANNEL, "name": name}
    )
