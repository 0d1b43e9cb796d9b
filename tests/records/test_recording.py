"""Recording a class while it is watched, and what becomes of those who leave."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fewshot_fer.cli import app
from fewshot_fer.errors import RecordError
from fewshot_fer.records.recording import SessionWriter, forget
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import Mark, Second
from fewshot_fer.records.views import Seen, View
from fewshot_fer.students.store.records import EVERY, Purpose, Purposes
from tests.fakes.waiting import until
from tests.records.views import seen, view

RECORDS = "sqlite:///records.db"


@dataclass(frozen=True)
class Pupil:
    id: str
    purposes: Purposes = EVERY


class Class:
    """A library of those who are here."""

    def __init__(self, *ids: str) -> None:
        self.ids = list(ids)

    def students(self) -> list[Pupil]:
        return [Pupil(student) for student in self.ids]


def named(student: str, track: int) -> Seen:
    return replace(seen(student, "happy", track), name=student.title())


def begin(*ids: str, each: bool) -> SessionWriter:
    return SessionWriter.begin(RECORDS, Class(*(ids or ("anna", "ben"))), "7b", per_student=each)


def watch(views: Sequence[View], *, each: bool) -> int:
    with begin(each=each) as tape:
        for one in views:
            tape.note(one)
    return tape.session


def test_students_are_recorded_only_when_chosen_and_only_the_enrolled(empty_folder: Path) -> None:
    faces = [named("anna", 1), seen("stranger", "sad", 2), seen(None, "sad", 3)]
    views = [view(time / 2, faces) for time in range(6)]
    whole, each = watch(views, each=False), watch(views, each=True)
    with Store.open(RECORDS) as store:
        assert (store.students_of(whole), store.students_of(each)) == ([], ["anna"])
        assert store.find(each).class_name == "7b"
        assert store.find(each).seconds == 3
        assert store.read(each).whole.faces.tolist() == [3, 3, 3]


def test_its_seconds_and_marks_count_from_the_first_view(empty_folder: Path) -> None:
    with begin(each=False) as tape:
        tape.mark("too soon", 12.0)
        for time in (60, 61, 62):
            tape.note(view(time, [named("anna", 1)]))
        tape.mark(" an\nexercise ", 62.5)
        assert tape.trouble is None
    with Store.open(RECORDS) as store:
        found = store.read(tape.session)
    assert found.whole.seconds.tolist() == [0, 1, 2]
    assert found.marks == (Mark(0, "too soon"), Mark(2, "an exercise"))
    assert found.session.ended is not None


def test_what_is_flushed_is_there_though_its_second_is_not_over(empty_folder: Path) -> None:
    tape = begin(each=False)
    tape.note(view(0.0, [named("anna", 1)]))
    tape.flush()
    with Store.open(RECORDS) as store:
        assert until(lambda: store.find().seconds == 1)
    tape.end()


def test_who_is_deleted_during_the_lesson_leaves_no_rows(empty_folder: Path) -> None:
    here = Class("anna", "ben")
    with SessionWriter.begin(RECORDS, here, per_student=True) as tape:
        for time in range(4):
            if time == 2:
                here.ids.remove("ben")
            tape.note(view(time, [named("anna", 1), named("ben", 2)]))
    with Store.open(RECORDS) as store:
        assert store.students_of(1) == ["anna"]


def test_what_ended_the_lesson_is_what_is_raised(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "write", full)
    tape = begin(each=False)

    def fail() -> None:
        with tape:
            tape.note(view(0.0, []))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert tape.trouble is not None


def test_forgetting_reaches_what_waits_beside_the_database(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = [view(time, [named("anna", 1), named("ben", 2)]) for time in range(3)]
    with monkeypatch.context() as broken:
        broken.setattr(Store, "write", full)
        with pytest.raises(RecordError, match="full"):
            watch(views, each=True)
    (waiting,) = Path().glob("*waiting*")
    assert "anna" in waiting.read_text()
    assert forget(RECORDS, "anna") == [1]
    assert not waiting.exists()
    with Store.open(RECORDS) as store:
        assert (store.students_of(1), store.find(1).seconds) == (["ben"], 3)


def full(_: Store, session: int, seconds: Sequence[Second], marks: Sequence[Mark] = ()) -> None:
    raise RecordError("The disk is full.", where=str(session))


def test_forgetting_makes_no_database(empty_folder: Path) -> None:
    assert forget(RECORDS, "anna") == []
    assert list(empty_folder.iterdir()) == []


# ---------------------------------------------------------------------- the command


def test_a_source_that_cannot_be_opened_leaves_no_session(empty_folder: Path) -> None:
    assert app.run(["live", "--source", "97", "--record"]) == 1
    with Store.open("sqlite:///fewshot-fer.db") as store:
        assert store.sessions() == []


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


def test_only_what_was_agreed_to_is_kept() -> None:
    here = Class("anna", "ben")
    refuses = replace(named("ben", 2), purposes=EVERY - {Purpose.NUMBERS})
    with SessionWriter.begin(RECORDS, here, per_student=True) as tape:
        for k in range(12):
            tape.note(view(k / 10, [named("anna", 1), refuses]))
    with Store.open(RECORDS) as store:
        found = store.read(students=True)
    assert list(found.students) == ["anna"]
    assert found.whole.sure.tolist() == [1, 1]  # Ben is a face, and no more.
    assert found.whole.faces.tolist() == [2, 2]


def test_who_takes_numbers_back_in_the_middle_is_not_kept_though_older_views_say_so() -> None:
    with SessionWriter.begin(RECORDS, Class("anna", "ben"), per_student=True) as tape:
        for k in range(25):
            if k == 12:
                forget(RECORDS, "ben")  # Whether or not the first second is written already.
            tape.note(view(k / 10, [named("anna", 1), named("ben", 2)]))
    with Store.open(RECORDS) as store:
        assert list(store.read(students=True).students) == ["anna"]
