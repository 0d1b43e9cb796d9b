"""`fewshot-fer session`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fewshot_fer.cli import app
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import Mark
from tests.records.views import lesson

pytestmark = pytest.mark.usefixtures("empty_folder")


@pytest.fixture
def store(empty_folder: Path) -> Iterator[Store]:
    """Two sessions in the database of the settings: 1 with students, 2 of the class alone."""
    with Store.open("sqlite:///fewshot-fer.db") as store:
        for each in (True, False):
            session = store.begin("7b", per_student=each)
            seconds = lesson(4, 200, seed=session)
            store.write(session, seconds if each else [bare(s) for s in seconds], [Mark(90, "Go")])
            store.end(session)
        yield store


def bare(second: Any) -> Any:
    return type(second)(second.whole)


class Said:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def json(self, *arguments: str) -> dict[str, Any]:
        assert app.run(["session", *arguments, "--json"]) == 0, self._capsys.readouterr().err
        return dict(json.loads(self._capsys.readouterr().out))

    def words(self, *arguments: str, code: int = 0) -> str:
        assert app.run(["session", *arguments]) == code
        shown = self._capsys.readouterr()
        return shown.out + shown.err


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], store: Store) -> Said:
    return Said(capsys)


def test_the_list(said: Said) -> None:
    found = said.json("list")["sessions"]
    assert [(s["id"], s["each"], s["seconds"], s["marks"]) for s in found] == [
        (2, False, 200, 1),
        (1, True, 200, 1),
    ]
    assert "class only" in said.words("list")


def test_the_latest_is_shown_unless_a_number_is_given(said: Said) -> None:
    assert said.json("show")["session"]["id"] == 2
    shown = said.json("show", "1")
    assert (shown["session"]["id"], shown["students"], shown["check_ins"]) == (1, [], None)
    assert "no clear change" in said.words("show", "1")


def test_students_are_shown_only_when_asked_for(said: Said) -> None:
    shown = said.json("show", "1", "--each")
    assert [s["student"] for s in shown["students"]] == [f"student-{k}" for k in range(4)]
    assert "student-0" not in said.words("show", "1")
    assert "holds no single students" in said.words("show", "2", "--each", code=1)


def test_the_report_is_one_file(said: Said) -> None:
    said.words("report")
    assert "Go" in Path("session-2.html").read_text(encoding="utf-8")
    found = said.json("report", "1", "--each", "--to", "a/b.html")
    assert (found["path"], found["students"]) == ("a/b.html", 4)
    assert "student-3" in Path("a/b.html").read_text(encoding="utf-8")


def test_a_lesson_has_a_title_wherever_it_is_named(said: Said) -> None:
    found = said.json("rename", "1", "--title", "Fractions, part 2")
    assert (found["id"], found["title"], found["class_name"]) == (1, "Fractions, part 2", "7b")
    assert said.json("rename", "1", "--class", "8a")["title"] == "Fractions, part 2"
    assert "Fractions, part 2 · 8a" in said.words("list")
    said.words("report", "1", "--to", "a.html")
    assert "<h1>Fractions, part 2 · 8a" in Path("a.html").read_text(encoding="utf-8")
    said.words("rename", "1", code=2)
    said.words("rename", "9", "--title", "x", code=1)


def test_compare(said: Said) -> None:
    found = said.json("compare", "1", "2")
    assert (found["before"], found["after"]) == (1, 2)
    assert len(found["changes"]) == 7
    assert "Clearly read" in said.words("compare", "1", "2")


@pytest.mark.parametrize(("options", "rows"), [(["--session", "2"], 200), (["--each"], 800)])
def test_export(said: Said, options: list[str], rows: int) -> None:
    chosen = [*options, *([] if "--session" in options else ["--session", "1"])]
    assert said.json("export", "x.csv", *chosen)["rows"] == rows
    assert len(Path("x.csv").read_text().splitlines()) == rows + 1
    said.words("export", "x.json", *chosen)
    assert len(json.loads(Path("x.json").read_text())["second"]) == rows
    said.words("export", "x.xls", code=2)


def test_a_session_is_deleted_only_when_that_is_sure(said: Said, store: Store) -> None:
    said.words("delete", "1", code=1)
    said.words("delete", code=2)
    assert "no session 9" in said.words("delete", "1", "9", "--yes", code=1)
    assert len(store.sessions()) == 2
    assert said.json("delete", "1", "--yes")["deleted"] == [1]
    assert [session.id for session in store.sessions()] == [2]


def test_a_student_is_deleted_from_all_sessions(said: Said, store: Store) -> None:
    assert said.json("delete", "--student", "student-2", "--yes")["sessions"] == [1]
    assert store.students_of(1) == ["student-0", "student-1", "student-3"]


def test_another_database_by_its_address(said: Said) -> None:
    assert said.json("list", "--records", "sqlite:///other.db")["sessions"] == []
    assert "Nothing was recorded" in said.words("list", "--records", "sqlite:///other.db")
    assert "No session was recorded" in said.words(
        "show", "--records", "sqlite:///other.db", code=1
    )
