"""What several processes share: nothing but a folder, or a real PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from fewshot_fer.lesson.opening import OpenClass
from fewshot_fer.mirror import Mirror
from fewshot_fer.records.folders import web_folder, web_mirror
from fewshot_fer.settings import Settings
from fewshot_fer.shared import Beats, Shared
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.files import Place
from fewshot_fer.web.holding import Several
from tests.fakes.lessons import Hall
from tests.fakes.postgres import Server
from tests.fakes.postgres import server as server
from tests.students.people import library_at
from tests.web.house import House


@dataclass
class Host:
    """A process of a machine."""

    settings: Settings
    place: Place
    known: Credentials
    mirror: Mirror | None

    def look(self) -> None:
        """As it does a few times a second."""
        if self.mirror is not None:
            self.mirror.take_in()
        self.known.look_again()


@pytest.fixture
def database(server: Server) -> Iterator[Shared]:
    """An empty database that servers share."""
    shared = Shared(server.new_database())
    yield shared
    shared.close()


@pytest.fixture(params=["files", "postgresql"])
def hosts(request: pytest.FixtureRequest, tmp_path: Path) -> list[Host]:
    """Two processes of one machine, or two machines with nothing but a database in common."""
    if request.param == "files":
        return [_host(tmp_path / "one", None) for _ in "ab"]
    shared: Shared = request.getfixturevalue("database")
    return [_host(tmp_path / name, shared) for name in ("one", "two")]


def _host(folder: Path, shared: Shared | None) -> Host:
    folder.mkdir(exist_ok=True)
    settings = Settings(
        support_sets=folder / "students",
        records=f"sqlite:///{folder}/record.db",
        shared=shared.url if shared is not None else None,
    )
    mirror = web_mirror(settings, shared)
    place = Place(web_folder(settings.records), mirror.alone if mirror else nullcontext)
    return Host(
        settings, place, Credentials(place, now=time.time, password="correct horse"), mirror
    )


class Silent(Beats):
    """Processes that live as long as a test says."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.dead: set[str] = set()

    def silent(self, process: str) -> float:
        return float("inf") if process in self.dead else 0.0


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[House, House, Silent]]:
    monkeypatch.setattr(OpenClass, "watch", lambda _, source: Hall().watch(source))
    peers = Silent(tmp_path)
    houses = [house(tmp_path, name, peers) for name in ("one", "two")]
    yield houses[0], houses[1], peers
    for one in houses:
        one.close()


def house(folder: Path, me: str, peers: Silent) -> House:
    library = library_at(folder / "students")
    settings = Settings(support_sets=library.folder, records=f"sqlite:///{folder}/record.db")
    return House(folder, library, settings, several=Several(me, peers))
