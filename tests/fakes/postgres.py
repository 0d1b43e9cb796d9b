"""A PostgreSQL of our own, where its server is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.fakes.waiting import PATIENCE_S


def postgres_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Server:
    """A PostgreSQL of our own in a temporary folder, which can be stopped and started."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self.folder = programs, folder
        # PostgreSQL refuses to be root.
        self._user = "postgres" if os.geteuid() == 0 else None
        self.data = folder / "data"
        if self._user is not None:
            os.chown(folder, pwd.getpwnam(self._user).pw_uid, -1)
        # The least that a server may know: no encoding, no language.
        self._run(
            "initdb", "-D", str(self.data), "-U", "tester", "-A", "trust", "--no-sync",
            "--no-locale", "-E", "SQL_ASCII",
        )  # fmt: skip
        self.start()

    def start(self) -> None:
        options = f"-c listen_addresses='' -k {self.folder} -c fsync=off -c shared_buffers=1MB"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.data), "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def new_database(self) -> str:
        name = f"d{uuid4().hex[:8]}"
        self._run("createdb", "-h", str(self.folder), "-U", "tester", name)
        return f"postgresql://tester@/{name}?host={self.folder}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            check=True,
            user=self._user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE_S,
        )


def spoken(url: str) -> str:
    """An address for SQLAlchemy itself."""
    own = url.replace("postgresql:", "postgresql+psycopg:")
    return f"{own}&client_encoding=utf8" if own != url else url


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL")
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    if os.geteuid() == 0 and not any(user.pw_name == "postgres" for user in pwd.getpwall()):
        pytest.skip("PostgreSQL refuses to be root, and there is no user postgres")
    # A short path: that of a socket must not be longer than 107 letters.
    with tempfile.TemporaryDirectory(prefix="fer", ignore_cleanup_errors=True) as folder:
        running = Server(programs, Path(folder))
        yield running
        running.stop()
