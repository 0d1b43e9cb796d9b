"""The tables of a database, new or of an older version."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from fewshot_fer.errors import RecordError
from fewshot_fer.records import schema
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import Mark
from tests.fakes.postgres import spoken
from tests.records.first import FIRST_VERSION
from tests.records.views import lesson


def test_the_tables_are_those_that_the_queries_know(url: str) -> None:
    Store.open(url).close()
    engine = create_engine(spoken(url))
    for table in schema.metadata.tables.values():
        found = {column["name"] for column in inspect(engine).get_columns(table.name)}
        assert found == set(table.columns.keys())
    engine.dispose()


def test_steps_that_are_missing_are_taken_once(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}")
    steps = ("ALTER TABLE marks ADD COLUMN two TEXT", "ALTER TABLE marks ADD COLUMN three TEXT")
    for taken in (steps[:0], steps[:1], steps, steps):
        with engine.begin() as connection:
            schema.migrate(connection, taken)
            assert schema.version(connection) == 1 + len(taken)
    assert [c["name"] for c in inspect(engine).get_columns("marks")][-2:] == ["two", "three"]
    engine.dispose()


def test_a_database_of_the_first_version_is_what_a_new_one_is(tmp_path: Path) -> None:
    new, old = tmp_path / "new.db", tmp_path / "old.db"
    Store.open(f"sqlite:///{new}").close()
    with sqlite3.connect(old) as raw:
        raw.executescript(FIRST_VERSION)
    raw.close()
    store = Store.open(f"sqlite:///{old}")
    session = store.begin(per_student=True)
    store.write(session, lesson(2, 3), [Mark(1, "quiz")])
    assert store.find(session).marks == 1
    store.close()
    assert shape(old) == shape(new)


def shape(file: Path) -> list[tuple[object, ...]]:
    """All that SQLite knows of the tables, their keys and what they refer to."""
    asked = """
        SELECT t.name, t.wr, c.name, c.type, c."notnull" OR c.pk, c.pk, f."table", f.on_delete
        FROM pragma_table_list t JOIN pragma_table_info(t.name) c
        LEFT JOIN pragma_foreign_key_list(t.name) f ON f."from" = c.name
        WHERE t.name NOT LIKE 'sqlite_%'
        UNION ALL SELECT t.name, NULL, i.name, i."unique", i.origin, NULL, NULL, NULL
        FROM pragma_table_list t JOIN pragma_index_list(t.name) i ORDER BY 1, 3"""
    with sqlite3.connect(file) as raw:
        found = raw.execute(asked).fetchall()
    raw.close()
    return found


def test_a_record_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "records.db"
    Store.open(f"sqlite:///{file}").close()
    with sqlite3.connect(file) as raw:
        raw.execute("INSERT INTO schema_version VALUES (99)")
    raw.close()
    with pytest.raises(RecordError, match="version 99") as caught:
        Store.open(f"sqlite:///{file}")
    assert "Update" in caught.value.next_step
