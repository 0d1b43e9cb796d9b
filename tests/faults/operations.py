"""The one table of what is done to a disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from fewshot_fer.backup import backup, restore
from fewshot_fer.database import open_engine
from fewshot_fer.files import not_writable
from fewshot_fer.records import schema
from fewshot_fer.records.backlog import Backlog
from fewshot_fer.records.folders import opened, waiting_files
from fewshot_fer.records.recording import forget, remove_student
from fewshot_fer.records.store import Retention, Store
from fewshot_fer.records.trouble import plain_words
from fewshot_fer.records.values import Mark
from fewshot_fer.settings import Settings
from fewshot_fer.students.classes import add_class, remove_class
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.moving import export_student, import_student
from fewshot_fer.web.access.apitokens import ApiTokens
from fewshot_fer.web.access.files import made_once
from fewshot_fer.web.access.tokens import Signer
from fewshot_fer.web.portal.invitations import Invitations
from tests.records.first import FIRST_VERSION
from tests.records.views import second
from tests.students.people import AGREED, calibration, library_at, reference

SHOWN: Final = {"s001": "happy", "s002": "sad"}


@dataclass(frozen=True)
class Place:
    """A school's folder: its students, its record, what the web app keeps."""

    folder: Path

    def library(self) -> Library:
        return library_at(self.folder / "students", start=10)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'record.db'}"

    def store(self) -> Store:
        return Store.open(self.url)

    @property
    def settings(self) -> Settings:
        return Settings(support_sets=self.folder / "students", records=self.url)

    @property
    def old_record(self) -> Path:
        return self.folder / "old.db"

    def tokens(self) -> ApiTokens:
        return ApiTokens(self.folder / "record-web", lambda: 0.0)

    def invitations(self) -> Invitations:
        return Invitations(self.folder / "record-web", Signer(b"k" * 32, lambda: 0.0), lambda: 0.0)


def days(ahead: int) -> datetime:
    """So many days from now."""
    return datetime.now(UTC) + timedelta(days=ahead)


def furnished(folder: Path) -> Place:
    """Two students who are known and recorded, a session that was cut off, links and tokens."""
    place = Place(folder)
    library = library_at(folder / "students")
    library.add_expression("bored")
    add_class(library, "9c")
    for name, seeds in (("Anna Ophelia", (1, 2)), ("Ben Quillon", (6, 9))):
        shown = [reference(*one) for one in zip(("happy", "bored"), seeds, strict=True)]
        library.create(name, AGREED, shown, classes=["9c"])
    library.calibrate("s001", calibration(0))
    visitor = library_at(folder / "elsewhere", start=3)
    visitor.create("Carla", AGREED, [reference("fear", 4)])
    export_student(visitor, "s003", folder / "carla.zip")
    with Store.open(place.url, now=lambda: days(-60)) as store:
        session = store.begin("7b", per_student=True)
        store.write(session, [second(k, SHOWN) for k in range(3)], [Mark(1, "quiz")])
        store.end(session)
        cut_off = store.begin("7b", per_student=True)
        store.write(cut_off, [second(0, SHOWN)])
    backup(place.settings, folder / "kept.zip")  # It would bring in what waits.
    Backlog(Path(f"{waiting_files(place.url)}{cut_off}")).keep(cut_off, [second(1, SHOWN)], [])
    with sqlite3.connect(place.old_record) as raw:
        raw.executescript(FIRST_VERSION)
        raw.execute("INSERT INTO sessions VALUES (1, '7b', 1, 2, 1, '[]')")
    raw.close()
    place.tokens().make("Anna's", student="s001")
    place.invitations().make("c1", "7b", student="s001")
    made_once(folder / "record-web" / "secret.key", b"k" * 64)
    (folder / "other").mkdir()
    return place


# ------------------------------------------------------------------ what is done

Steps = Callable[[Place], Iterator[None]]
"""Does something in steps, and comes back after each: what is done by then must stay."""


def _library(change: Callable[[Library], object]) -> Steps:
    def steps(place: Place) -> Iterator[None]:
        change(place.library())
        yield

    return steps


def _record(change: Callable[[Store], object]) -> Steps:
    def steps(place: Place) -> Iterator[None]:
        with place.store() as store:
            change(store)
            yield

    return steps


def _lesson(place: Place) -> Iterator[None]:
    with place.store() as store:
        session = store.begin("8a", per_student=True)
        yield
        for k in range(3):
            store.write(session, [second(k, SHOWN)], [Mark(k, "look")] if k == 1 else [])
            yield
        store.end(session)
        yield


def _keep_aside(place: Place) -> Iterator[None]:
    aside = Backlog(Path(f"{waiting_files(place.url)}1"))
    kept = [second(k, SHOWN) for k in range(3, 6)]
    for count in range(1, 4):
        try:
            aside.keep(1, kept[:count], [])
        except OSError as error:  # As the recorder does.
            raise not_writable(aside.file, error) from error
        yield


def _catch_up(place: Place) -> Iterator[None]:
    opened(place.url).close()
    yield


def _migrate(place: Place) -> Iterator[None]:
    url = f"sqlite:///{place.old_record}"
    engine = open_engine(url, wait=5.0)
    steps = tuple(f"ALTER TABLE marks ADD COLUMN new{k} TEXT" for k in range(2))
    with plain_words(url), engine.execution_options(writes=True).begin() as connection:
        schema.migrate(connection, steps)
    engine.dispose()
    yield


def _expire(place: Place) -> Iterator[None]:
    Store.open(place.url, retention=Retention(students=timedelta(days=30))).close()
    yield


def _leap(place: Place) -> Iterator[None]:
    """A clock that is far ahead for a moment, and far behind: nothing is too old by it."""
    for ahead in (200, -200, 0):
        Store.open(place.url, now=partial(days, ahead)).close()
    yield


def _remove_everywhere(place: Place) -> Iterator[None]:
    remove_student(place.library(), place.url, "s001")
    yield


def _backup(place: Place) -> Iterator[None]:
    backup(place.settings, place.folder / "new.zip")
    yield


def _restore(place: Place) -> Iterator[None]:
    other = Place(place.folder / "other")
    restore(other.settings, place.folder / "kept.zip")
    yield


def _links(place: Place) -> Iterator[None]:
    place.invitations().make("c2", "8a")
    yield
    place.invitations().forget("s001")
    yield
    place.tokens().make("program")
    yield
    place.tokens().forget("s001")
    yield
    made_once(place.folder / "record-web" / "other.key", b"o" * 64)
    yield


def _bored_one_by_one(place: Place) -> Iterator[None]:
    library = place.library()
    for student in library.students():
        bored = [r for r in library.open(student.id).references if r.expression == "bored"]
        library.drop(student.id, bored)
        yield
    library.remove_expression("bored")
    yield


def _class_one_by_one(place: Place) -> Iterator[None]:
    library = place.library()
    for student in library.students():
        library.assign(student.id, ())
        yield
    remove_class(library, "9c")
    yield


def _record_first(place: Place) -> Iterator[None]:
    forget(place.url, "s001")
    yield
    place.invitations().forget("s001")
    yield
    place.tokens().forget("s001")
    yield
    place.library().remove("s001")
    yield


BETWEEN: Final[dict[str, Steps]] = {
    "its end": _bored_one_by_one,
    "end of a class": _class_one_by_one,
    "remove everywhere": _record_first,
}
"""What some go through on their way: whoever finds it cut off asks for it again."""

OPERATIONS: Final[dict[str, Steps]] = {
    "enrol": _library(lambda lib: lib.create("Dora", AGREED, [reference("sad", 7)])),
    "relabel": _library(lambda lib: lib.relabel("s001", lib.open("s001").references[1], "sad")),
    "add": _library(lambda lib: lib.add("s001", [reference("sad", 3), reference("happy", 4)])),
    "drop": _library(lambda lib: lib.drop("s001", lib.open("s001").references[:1])),
    "rename": _library(lambda lib: lib.rename("s001", "Anne")),
    "recalibrate": _library(lambda lib: lib.calibrate("s001", calibration(1))),
    "undo": _library(lambda lib: lib.uncalibrate("s001", lib.open("s001").calibrations[0])),
    "import": _library(lambda lib: import_student(lib, lib.folder.parent / "carla.zip")),
    "export": _library(lambda lib: export_student(lib, "s001", lib.folder.parent)),
    "own expression": _library(lambda lib: lib.add_expression("proud")),
    "its end": _library(lambda lib: lib.remove_expression("bored")),
    "class": _library(lambda lib: add_class(lib, "8a")),
    "end of a class": _library(lambda lib: remove_class(lib, "9c")),
    "list": _library(lambda lib: lib.students()),
    "remove": _library(lambda lib: lib.remove("s001")),
    "remove everywhere": _remove_everywhere,
    "record": _lesson,
    "keep aside": _keep_aside,
    "catch up": _catch_up,
    "forget": _record(lambda store: store.forget("s001")),
    "delete": _record(lambda store: store.delete([1])),
    "expire": _expire,
    "a clock leaps": _leap,
    "migrate": _migrate,
    "links": _links,
    "backup": _backup,
    "restore": _restore,
}
