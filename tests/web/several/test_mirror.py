"""A library that two machines share through PostgreSQL: each sees the other's changes, whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from fewshot_fer.database import open_engine
from fewshot_fer.errors import SharedError, StudentError
from fewshot_fer.mirror import Mirror
from fewshot_fer.shared import Shared
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.reader import is_part
from tests.fakes.postgres import Server
from tests.students.people import AGREED, reference


def library(database: Shared, folder: Path) -> Library:
    return Library(folder, mirror=Mirror(database, folder, "students", is_part))


def names(one: Library) -> list[str]:
    one.take_in()
    return [student.name for student in one.students()]


def test_what_one_machine_changes_the_other_has(database: Shared, tmp_path: Path) -> None:
    here, there = library(database, tmp_path / "a"), library(database, tmp_path / "b")
    anna = here.create("Anna", AGREED, [reference("happy", 1)]).id
    assert names(there) == ["Anna"]
    there.add(anna, [reference("sad", 2)])
    there.add_expression("bored")
    assert names(here) == ["Anna"]
    assert here.open(anna) == there.open(anna)
    assert len(here.open(anna).references) == 2
    assert here.class_expressions() == ("bored",)
    for one in here.open(anna).references:
        assert (here.portrait(here.open(anna), one) == there.portrait(there.open(anna), one)).all()
    here.remove(anna)
    assert names(there) == []
    left = [f for f in (tmp_path / "b").rglob("*") if anna in str(f) or b"Anna" in read(f)]
    assert left == [], "who is deleted on one machine is deleted on all"


def test_the_deleted_is_in_no_file_of_the_database_but_in_its_log(
    server: Server, database: Shared, tmp_path: Path
) -> None:
    here = library(database, tmp_path)
    anna = here.create("Anna", AGREED, [reference("happy", 1), reference("sad", 2)])
    engine = open_engine(database.url, wait=5.0).execution_options(isolation_level="AUTOCOMMIT")

    def found(piece: bytes) -> set[str]:
        with engine.connect() as connection:
            connection.execute(text("CHECKPOINT"))
        holding = [f for f in server.data.rglob("*") if piece in read(f)]
        return {one.relative_to(server.data).parts[0] for one in holding}

    def piece() -> bytes:
        with engine.connect() as connection:
            query = text("SELECT content FROM shared_parts WHERE part = :part")
            content = bytes(connection.execute(query, {"part": anna.id}).scalar_one())
        return content[len(content) // 2 :][:40]

    both = piece()
    assert "base" in found(both)
    here.drop(anna.id, [one for one in anna.references if one.expression == "sad"])
    assert found(both) <= {"pg_wal"}, "a picture that was taken back"
    one = piece()
    assert "base" in found(one)
    here.remove(anna.id)
    assert found(one) | found(anna.id.encode()) <= {"pg_wal"}
    engine.dispose()


def broken_off(one: Library) -> None:
    with one.store.changing():
        one.store.create("bernd", b"name: Bernd\n", {})
        raise ZeroDivisionError


def read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def test_a_change_that_breaks_off_is_nowhere(database: Shared, tmp_path: Path) -> None:
    here, there = library(database, tmp_path / "a"), library(database, tmp_path / "b")
    here.create("Anna", AGREED)
    with pytest.raises(StudentError):
        here.create("Anna", AGREED, namesake=False)
    with pytest.raises(ZeroDivisionError):  # As who is killed: changed here, and not handed on.
        broken_off(here)
    assert names(here) == names(there) == ["Anna"]
    assert here.store.ids() == there.store.ids()


def test_what_a_machine_had_is_never_lost(database: Shared, tmp_path: Path) -> None:
    Library(tmp_path / "a").create("Anna", AGREED)
    assert names(library(database, tmp_path / "a")) == ["Anna"]
    assert names(library(database, tmp_path / "b")) == ["Anna"]
    Library(tmp_path / "c").create("Clara", AGREED)
    with pytest.raises(SharedError, match="of its own"):
        library(database, tmp_path / "c")
    assert [one.name for one in Library(tmp_path / "c").students()] == ["Clara"]


def test_without_the_database_all_is_read_and_nothing_changed(
    server: Server, database: Shared, tmp_path: Path
) -> None:
    here = library(database, tmp_path / "a")
    anna = here.create("Anna", AGREED).id
    server.stop()
    try:
        assert [one.name for one in here.students()] == ["Anna"]
        with pytest.raises(SharedError, match="does not answer"):
            here.rename(anna, "Berta")
        assert here.open(anna).name == "Anna"
    finally:
        server.start()
    assert here.rename(anna, "Berta").name == "Berta"
    assert names(library(database, tmp_path / "b")) == ["Berta"]
