"""What a lesson records: begun, marked, paused and ended at any moment, and by many at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from errno import ENOSPC
from pathlib import Path
from threading import Event

import pytest

from fewshot_fer.errors import RecordError
from fewshot_fer.lesson.commands import End, Mark, Name, Pause, Record, Rename
from fewshot_fer.lesson.registry import LessonRegistry
from fewshot_fer.records.backlog import Backlog
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import Mark as Marked
from tests.fakes.lessons import WAIT, Hall, Held, done, held, showing  # noqa: F401

RECORDS = "sqlite:///records.db"


@pytest.fixture(autouse=True)
def _here(empty_folder: Path) -> None:
    """Records are files of this folder."""


def shown_for(here: Held, seconds: int, *expressions: str) -> None:
    for _ in range(4 * seconds):
        here.show(*expressions)
        here.settle(0.25)


def recorders() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "recorder"]


def test_it_begins_and_ends_in_the_middle_of_a_lesson() -> None:
    with held(name="7b") as here:
        shown_for(here, 1, "happy")
        first = done(here.lesson.ask(Record("class")))
        shown_for(here, 3, "happy")
        done(here.lesson.ask(Mark(" an   exercise ")))
        done(here.lesson.ask(Name("class", 1, "a")))
        second = done(here.lesson.ask(Record("per_student")))
        assert (here.state.recording.mode, here.state.recording.session) == ("per_student", second)
        shown_for(here, 1, "happy")
        assert done(here.lesson.ask(Record("off"))) == second
        assert done(here.lesson.ask(Record("off"))) is None
        shown_for(here, 1, "happy")
        assert (here.state.recording.mode, here.state.recording.session) == ("off", second)
    with Store.open(RECORDS) as store:
        assert store.read(first).whole.seconds.tolist() == [0, 1, 2]
        assert store.read(first).marks == (Marked(2, "an exercise"),)
        assert store.find(first).class_name == "7b"
        assert store.find(first).ended is not None
        assert store.students_of(first) == []
        assert store.read(second).whole.seconds.tolist() in ([0], [0, 1])
        assert store.students_of(second) == ["a"]


def test_what_the_lesson_is_called_is_in_every_session_from_then_on() -> None:
    with held(name="7b") as here:
        shown_for(here, 1, "happy")
        untitled = done(here.lesson.ask(Record("class")))
        done(here.lesson.ask(Record("off")))
        done(here.lesson.ask(Rename(" Fractions \n\0 of \ud83d ")))
        assert here.state.title == "Fractions of ?"
        first = done(here.lesson.ask(Record("class")))
        shown_for(here, 1, "happy")
        done(here.lesson.ask(Rename("Decimals")))
        second = done(here.lesson.ask(Record("class")))
        done(here.lesson.ask(Rename("")))
    with Store.open(RECORDS) as store:
        titles = [store.find(session).title for session in (untitled, first, second)]
        assert titles == ["", "Decimals", ""]
        store.rename(second, title="Powers")
        assert (store.find(second).title, store.find(second).class_name) == ("Powers", "7b")


def test_in_a_pause_nothing_is_recorded_time_goes_on_and_marks_are_kept() -> None:
    with held() as here:
        here.show("happy")
        done(here.lesson.ask(Mark("a test")))
        session = done(here.lesson.ask(Record("class")))
        shown_for(here, 2, "happy")
        done(here.lesson.ask(Pause()))
        with Store.open(RECORDS) as store:
            pause = Event()
            assert any(store.find(session).seconds == 2 or pause.wait(0.02) for _ in range(500))
        here.clock.now += 4
        done(here.lesson.ask(Mark()))
        done(here.lesson.ask(Pause(on=False)))
        shown_for(here, 2, "happy")
        done(here.lesson.ask(Pause()))
        done(here.lesson.ask(Pause(on=False)))
    with Store.open(RECORDS) as store:
        found = store.read(session)
    assert found.whole.seconds.tolist()[:2] == [0, 1]
    assert not {2, 3, 4} & set(found.whole.seconds.tolist())
    assert [(mark.second, mark.text) for mark in found.marks] == [
        (0, "a test (before the recording)"), (5, "Marked (in the pause)"),
    ]  # fmt: skip


def test_a_mark_in_a_pause_before_a_slow_recording_has_begun_is_in_its_place() -> None:
    hall = Hall(slow=Event())
    with held(hall) as here:
        here.lesson.ask(Record("class", when_seen=True))
        shown_for(here, 1, "happy")
        here.clock.now += 4
        done(here.lesson.ask(Mark("exercise")))
        done(here.lesson.ask(Pause()))
        done(here.lesson.ask(Mark("no")))
        assert hall.slow is not None
        hall.slow.set()
        assert done(here.lesson.ask(Record("off"))) is not None
    with Store.open(RECORDS) as store:
        marks = [(one.second, one.text) for one in store.read().marks]
    assert marks == [(4, "exercise"), (4, "no (in the pause)")]


def test_many_who_begin_at_once_leave_no_session_open_and_no_thread() -> None:
    hall, before = Hall(slow=Event()), len(recorders())
    with held(hall) as here, ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda _: here.lesson.ask(Record("class")), range(8)))
        assert hall.slow is not None
        hall.slow.set()
        sessions = [done(one) for one in answers]
        assert len(set(sessions)) == 8
        assert here.state.recording.session == sessions[-1] or here.state.recording.mode == "class"
    with Store.open(RECORDS) as store:
        assert [one.id for one in store.sessions() if one.ended is None] == []
    assert len(recorders()) == before


def test_a_lesson_that_ends_while_a_recording_begins_records_nothing_any_more() -> None:
    hall, before = Hall(slow=Event()), len(recorders())
    with held(hall) as here:
        first = here.lesson.ask(Record("class"))
        later = here.lesson.ask(Record("per_student"))
        ended = here.lesson.ask(End())
        after = here.lesson.ask(Record("class"))
        assert hall.slow is not None
        hall.slow.set()
        session = done(first)
        assert done(ended).recording.session == session
        assert done(ended).recording.mode == "off"
        for refused in (later, after):
            with pytest.raises(RecordError, match="ended"):
                done(refused)
    with Store.open(RECORDS) as store:
        assert [one.ended is not None for one in store.sessions()] == [True]
    assert len(recorders()) == before


def test_commands_are_done_in_the_order_in_which_they_are_asked() -> None:
    hall = Hall(slow=Event())
    with held(hall) as here:
        asked = [
            here.lesson.ask(command)
            for command in (Record("class"), Record("off"), Pause(), Pause(on=False), Pause())
        ]
        assert hall.slow is not None
        hall.slow.set()
        for one in asked:
            one.result(WAIT)
        assert (here.state.recording.mode, here.state.paused) == ("off", True)


def test_what_keeps_it_from_being_written_is_said_and_the_lesson_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise RecordError("The disk is full.")

    monkeypatch.setattr(Store, "write", full)
    with held() as here:
        done(here.lesson.ask(Record("class")))
        shown_for(here, 2, "happy")
        pause = Event()
        assert any(here.settle().recording.trouble or pause.wait(0.02) for _ in range(500))
        ended = here.lesson.close()
    assert ended.recording.trouble is not None
    assert "full" in ended.recording.trouble.what


def test_what_could_not_be_written_when_all_was_closed_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise RecordError("The disk is full.")

    def no_room(*_: object) -> None:
        raise OSError(ENOSPC, "no space left")

    with held() as here:
        lessons = LessonRegistry(lambda _: here.lesson)
        lessons.open()
        done(here.lesson.ask(Record("class")))
        shown_for(here, 1, "happy")
        monkeypatch.setattr(Store, "write", full)
        monkeypatch.setattr(Backlog, "keep", no_room)
        shown_for(here, 1, "happy")
        lessons.close()
    assert lessons.trouble is not None
    assert "full" in lessons.trouble.what


def test_who_is_worth_a_check_in_is_asked_while_every_student_is_recorded() -> None:
    with held() as here:
        here.show("happy")
        done(here.lesson.ask(Record("class")))
        here.settle(30.0)
        assert not here.state.check_ins
        session = done(here.lesson.ask(Record("per_student")))
        pause = Event()
        assert any(here.settle(21.0).check_ins or pause.wait(0.02) for _ in range(500))
        assert list(here.state.check_ins) == [{"session": session}]
        done(here.lesson.ask(Record("off")))
        assert not here.state.check_ins


def test_marks_are_in_seconds_of_the_lesson() -> None:
    with held() as here:
        here.show("happy")
        here.clock.now += 7.4
        marked = done(here.lesson.ask(Mark()))
        assert (marked.mark.second, here.state.marks) == (7, (marked.mark,))


def test_a_session_may_begin_with_the_first_view_which_is_in_it() -> None:
    hall = Hall(slow=Event())
    with held(hall) as here:
        done(here.lesson.ask(Record("class", when_seen=True)))
        here.settle(5.0)
        assert hall.begun == 0, "what shows nothing leaves no session"
        here.show("happy")
        here.settle()
        assert done(here.lesson.ask(Mark("a joke"))).recorded, "its session is about to begin"
        here.show("happy")
        here.settle(1.0)
        ended = here.lesson.ask(End())
        assert hall.slow is not None
        hall.slow.set()
        session = done(ended).recording.session
    with Store.open(RECORDS) as store:
        found = store.read(session)
        assert found.whole.seconds.tolist() == [0, 1]
        assert [mark.text for mark in found.marks] == ["a joke"]
        assert store.find(session).ended is not None
