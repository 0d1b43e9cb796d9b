"""What was deleted stays deleted, and what is damaged costs itself alone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fewshot_fer.errors import RecordError
from fewshot_fer.records.backlog import Backlog, catch_up
from fewshot_fer.records.recorder import Recorder
from fewshot_fer.records.store import Retention, Store
from fewshot_fer.records.values import Mark, Second
from tests.records.views import second, view

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BOTH = {"anna": "happy", "ben": "sad"}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'record.db'}"


def test_who_is_deleted_is_not_written_again_though_nobody_ends_the_session(
    url: str, tmp_path: Path
) -> None:
    with Store.open(url) as store:
        running = store.begin(per_student=True)
        store.write(running, [second(0, BOTH)])
        assert store.forget("anna") == [running]
        store.write(running, [second(1, BOTH)])
        # Who had not been seen yet is not written either.
        store.forget("carla")
        store.write(running, [second(2, {**BOTH, "carla": "happy"})])
    # The server dies; what it had put aside comes in later.
    waiting = tmp_path / "waiting"
    Backlog(waiting).keep(running, [second(3, BOTH)], [])
    with Store.open(url) as store:
        catch_up(store, waiting)
        assert store.students_of(running) == ["ben"]
        assert store.find(running).seconds == 4
        # They may come back: another session is another matter.
        later = store.begin(per_student=True)
        store.write(later, [second(0, BOTH)])
        assert store.students_of(later) == ["anna", "ben"]


@pytest.mark.parametrize(
    "damage",
    [
        b"\xff\xfe\x00",
        b'{"session": 1}}',
        b'{"session": {}, "second": []}',
        b'{"session": 1, "second": {"whole": 7}}',
        b'{"session": 1, "mark": {"second": -1, "text": "x"}}',
        b'{"session": 1, "mark": {"second": 99999999999, "text": "x"}}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_line_keeps_no_other_out(url: str, tmp_path: Path, damage: bytes) -> None:
    waiting = tmp_path / "waiting"
    with Store.open(url) as store:
        session = store.begin(per_student=True)
        Backlog(waiting).keep(session, [second(0, BOTH), second(1, BOTH)], [Mark(1, "quiz")])
        first, *rest = waiting.read_bytes().splitlines()
        waiting.write_bytes(b"\n".join([first, damage, *rest, first[:20]]))
        assert catch_up(store, waiting) == 2
        assert (store.find(session).seconds, store.find(session).marks) == (2, 1)
    assert not waiting.exists()


@pytest.mark.parametrize("before", [[], [second(0)]])
def test_a_disk_that_is_full_leaves_no_half_line(
    tmp_path: Path, before: list[Second], monkeypatch: pytest.MonkeyPatch
) -> None:
    backlog = Backlog(tmp_path / "waiting")
    backlog.keep(1, before, [])
    kept = backlog.file.read_bytes() if before else None
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        backlog.keep(1, [*before, second(1)], [])
    assert (backlog.file.read_bytes() if backlog.file.exists() else None) == kept


def full(_: int) -> None:
    raise OSError(28, "full")


class Choosy(Store):
    """Cannot write one second, for a reason that nobody thought of."""

    def write(self, session: int, seconds: Sequence[Second], marks: Sequence[Mark] = ()) -> None:
        if any(one.whole.second == 3 for one in seconds):
            raise ZeroDivisionError
        super().write(session, seconds, marks)


def test_what_cannot_be_written_takes_nothing_with_it(url: str) -> None:
    store = Choosy.open(url)
    session = store.begin()
    recorder = Recorder(store, session)
    for time in range(10):
        recorder.note(view(time, []))
    with pytest.raises(ZeroDivisionError):
        recorder.close()
    found = store.read(session)
    assert found.whole.seconds.tolist() == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    assert found.session.ended is not None
    store.close()


@pytest.mark.parametrize("text", ["half \ud83d", "nothing \0 here"])
def test_a_mark_of_any_text_ends_no_record(url: str, text: str) -> None:
    with Store.open(url) as store:
        session = store.begin()
        with Recorder(store, session) as recorder:
            for time in range(5):
                recorder.note(view(time, []))
                recorder.mark(text)
        assert (store.find(session).seconds, store.find(session).marks) == (5, 5)


def test_a_clock_that_leaps_ahead_for_a_moment_empties_nothing(url: str) -> None:
    half_a_year = Retention(sessions=timedelta(days=180))

    def opened(at: datetime) -> int:
        with Store.open(url, retention=half_a_year, now=lambda: at) as store:
            return len(store.sessions())

    with Store.open(url, retention=half_a_year, now=lambda: NOON) as store:
        store.begin()
    leap = NOON + timedelta(days=200)
    assert [opened(leap + timedelta(minutes=m)) for m in (0, 1, 30)] == [1, 1, 1]
    assert opened(NOON + timedelta(hours=1)) == 1
    assert opened(leap) == 1
    # Nobody came for 200 days, and the clock is right: it still says so an hour later.
    assert opened(leap + timedelta(hours=2)) == 0


@pytest.mark.parametrize("value", ["'x'", "78"])
def test_a_damaged_file_is_an_error_of_ours(tmp_path: Path, value: str) -> None:
    file = tmp_path / "record.db"
    with Store.open(f"sqlite:///{file}") as store:
        session = store.begin(per_student=True)
        store.write(session, [second(0, BOTH), second(1, BOTH)])
        store.end(session)
    with sqlite3.connect(file) as connection:
        connection.execute(f"UPDATE student_seconds SET shown = {value}")
    connection.close()
    with Store.open(f"sqlite:///{file}") as store, pytest.raises(RecordError, match="damaged"):
        store.read(session, students=True)
