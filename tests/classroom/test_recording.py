"""`live --record`, and what becomes of those who leave."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fewshot_fer.classroom.records.store import Store
from fewshot_fer.classroom.records.values import Mark, Second
from fewshot_fer.classroom.view import Seen, View
from fewshot_fer.cli import app, people
from fewshot_fer.cli.recording import forget, recorded
from fewshot_fer.errors import RecordError, SourceError
from fewshot_fer.settings import Settings
from tests.classroom.records.views import seen, view

SETTINGS = Settings()


@dataclass(frozen=True)
class Enrolled:
    id: str


class Class:
    """A library of those who are here."""

    def __init__(self, *ids: str) -> None:
        self.ids = list(ids)

    def students(self) -> list[Enrolled]:
        return [Enrolled(student) for student in self.ids]


@pytest.fixture
def here(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Class:
    found = Class("anna", "ben")
    monkeypatch.setattr(people, "library", lambda _: found)
    return found


def named(student: str, track: int) -> Seen:
    return replace(seen(student, "happy", track), name=student.title())


def watch(views: Sequence[View], *, each: bool) -> int:
    with recorded(SETTINGS, iter(views), each=each) as (tape, noted):
        assert list(noted) == list(views)
    assert tape.session is not None
    return tape.session


def test_students_are_recorded_only_when_chosen_and_only_the_enrolled(here: Class) -> None:
    faces = [named("anna", 1), seen("stranger", "sad", 2), seen(None, "sad", 3)]
    views = [view(time / 2, faces) for time in range(6)]
    whole, each = watch(views, each=False), watch(views, each=True)
    with Store.open(SETTINGS.records) as store:
        assert (store.students_of(whole), store.students_of(each)) == ([], ["anna"])
        assert store.find(each).seconds == 3
        assert store.read(each).whole.faces.tolist() == [3, 3, 3]


def test_who_is_deleted_during_the_lesson_leaves_no_rows(here: Class) -> None:
    def lesson() -> Iterator[View]:
        for time in range(4):
            if time == 2:
                here.ids.remove("ben")
            yield view(time, [named("anna", 1), named("ben", 2)])

    with recorded(SETTINGS, lesson(), each=True) as (_, noted):
        list(noted)
    with Store.open(SETTINGS.records) as store:
        assert store.students_of(1) == ["anna"]


def test_a_source_that_cannot_be_opened_leaves_no_session(here: Class) -> None:
    def closed() -> Iterator[View]:
        raise SourceError("No camera.")
        yield

    with pytest.raises(SourceError), recorded(SETTINGS, closed(), each=False) as (_, noted):
        list(noted)
    with Store.open(SETTINGS.records) as store:
        assert store.sessions() == []


def test_forgetting_reaches_what_waits_beside_the_database(
    here: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = [view(time, [named("anna", 1), named("ben", 2)]) for time in range(3)]
    with monkeypatch.context() as broken:
        broken.setattr(Store, "write", full)
        with pytest.raises(RecordError, match="full"):
            watch(views, each=True)
    (waiting,) = Path().glob("*waiting*")
    assert "anna" in waiting.read_text()
    assert forget(SETTINGS, "anna") == [1]
    assert not waiting.exists()
    with Store.open(SETTINGS.records) as store:
        assert (store.students_of(1), store.find(1).seconds) == (["ben"], 3)


def full(_: Store, session: int, seconds: Sequence[Second], marks: Sequence[Mark] = ()) -> None:
    raise RecordError("The disk is full.", where=str(session))


def test_forgetting_makes_no_database(empty_folder: Path) -> None:
    assert forget(SETTINGS, "anna") == []
    assert list(empty_folder.iterdir()) == []


# ---------------------------------------------------------------------- the command


def test_a_recorded_lesson_is_listed_and_reported(
    clip: Path, empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["live", "--source", str(clip), "--class", "classes/7b", "--record", "--json"]
    assert app.run(arguments) == 0
    assert json.loads(capsys.readouterr().out)["session"] == 1
    assert app.run(["session", "list", "--json"]) == 0
    (session,) = json.loads(capsys.readouterr().out)["sessions"]
    assert (session["class_name"], session["each"]) == ("7b", False)
    assert session["seconds"] >= 1
    assert session["ended"] is not None
    assert app.run(["session", "report", "--to", "lesson.html"]) == 0
    assert "7b" in Path("lesson.html").read_text(encoding="utf-8")


def test_the_screen_says_what_is_recorded_and_what_is_wrong(
    clip: Path, empty_folder: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "300")
    arguments = ["live", "--source", str(clip), "--class", "7b"]
    assert app.run(arguments) == 0
    assert "not recorded" in capsys.readouterr().out
    assert list(empty_folder.glob("*.db*")) == []
    assert app.run([*arguments, "--record-students"]) == 0
    said = capsys.readouterr().out
    assert "recording the class and every student" in said
    assert "fewshot-fer session report 1 --each" in said
    monkeypatch.setattr(Store, "write", full)
    assert app.run([*arguments, "--record"]) == 1
    assert "Not all of session 2 is written: The disk is full." in capsys.readouterr().out
