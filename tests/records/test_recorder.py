"""Recording live: nothing is lost, whatever becomes of the database or the program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import pytest

from fewshot_fer.errors import RecordError
from fewshot_fer.records.backlog import catch_up
from fewshot_fer.records.recorder import Recorder
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import Mark, Second
from tests.fakes.waiting import until
from tests.records.views import seen, view


class Memory:
    """A store that can refuse."""

    def __init__(self) -> None:
        self.seconds: list[int] = []
        self.marks: list[Mark] = []
        self.titles: list[str | None] = []
        self.ended: list[int] = []
        self.refuses = False
        self.asked = Event()

    def write(self, session: int, seconds: Sequence[Second], marks: Sequence[Mark] = ()) -> None:
        self.asked.set()
        if self.refuses:
            raise RecordError("Gone.", where="there", next_step="Wait.")
        self.seconds += [second.whole.second for second in seconds]
        self.marks += marks

    def rename(self, session: int, *, title: str | None = None) -> None:
        if self.refuses:
            raise RecordError("Gone.", where="there", next_step="Wait.")
        self.titles.append(title)

    def end(self, session: int) -> None:
        self.ended.append(session)


def test_a_lesson_is_in_the_record(url: str) -> None:
    store = Store.open(url)
    with Recorder(store, store.begin("7b", per_student=True), per_student=True) as recorder:
        for k in range(35):
            recorder.note(view(k / 10, [seen("a", "happy"), seen(None, "sad", 2)]))
            if k == 15:
                recorder.mark("  The\nexercise ")
    found = store.read(students=True)
    assert found.whole.seconds.tolist() == [0, 1, 2, 3]
    assert found.whole.sure.tolist() == [2, 2, 2, 2]
    assert list(found.students) == ["a"]
    assert found.marks == (Mark(1, "The exercise"),)
    assert found.session.ended is not None
    store.close()


def test_a_second_is_written_as_soon_as_it_is_over() -> None:
    store = Memory()
    recorder = Recorder(store, 1)
    recorder.note(view(0.0, []))
    assert not store.asked.is_set()
    recorder.note(view(1.0, []))
    assert store.asked.wait(5)
    recorder.close()
    recorder.close()
    assert (store.seconds, store.ended) == ([0, 1], [1])


def test_while_the_database_is_away_all_is_kept_on_disk_and_then_caught_up(tmp_path: Path) -> None:
    store, backlog = Memory(), tmp_path / "backlog"
    store.refuses = True
    recorder = Recorder(store, 1, backlog=backlog, try_again=0.01)
    for k in range(6):
        recorder.note(view(float(k), []))
    recorder.mark("still here")
    recorder.rename("Fractions")
    assert until(lambda: recorder.trouble is not None and backlog.exists())
    assert str(backlog) in str(recorder.trouble)
    store.refuses = False
    recorder.close()
    assert store.seconds == [0, 1, 2, 3, 4, 5]
    assert [mark.text for mark in store.marks] == ["still here"]
    assert store.titles == ["Fractions"]
    assert recorder.trouble is None
    assert not backlog.exists()


def test_what_a_database_never_took_is_in_a_file_and_comes_in_later(tmp_path: Path) -> None:
    refusing, backlog = Memory(), tmp_path / "backlog"
    store = Store.open(f"sqlite:///{tmp_path / 'records.db'}")
    session = store.begin(per_student=True)
    refusing.refuses = True
    recorder = Recorder(refusing, session, per_student=True, backlog=backlog, try_again=0.01)
    for k in range(4):
        recorder.note(view(float(k), [seen("zoë", "happy")]))
    recorder.mark("here")
    with pytest.raises(RecordError, match="Gone"):
        recorder.close()
    assert refusing.ended == []
    with backlog.open("a") as file:
        file.write('{"session": 1, "sec')
    assert catch_up(store, backlog) == 4
    found = store.read(session, students=True)
    assert found.whole.seconds.tolist() == [0, 1, 2, 3]
    assert found.students["zoë"].counts.sum() == 4
    assert found.marks == (Mark(3, "here"),)
    assert not backlog.exists()
    assert catch_up(store, backlog) == 0
    store.close()


def test_what_ended_the_lesson_is_what_is_raised() -> None:
    store = Memory()
    store.refuses = True

    def fail() -> None:
        with Recorder(store, 1, try_again=0.01) as recorder:
            recorder.note(view(0.0, []))
            raise KeyError

    with pytest.raises(KeyError):
        fail()


def test_a_mistake_in_the_writer_is_not_passed_over_in_silence() -> None:
    class Broken(Memory):
        def write(
            self, session: int, seconds: Sequence[Second], marks: Sequence[Mark] = ()
        ) -> None:
            raise ZeroDivisionError

    recorder = Recorder(Broken(), 1)
    recorder.note(view(0.0, []))
    with pytest.raises(ZeroDivisionError):
        recorder.close()


KILLED = """
import sys
from time import sleep
from fewshot_fer.records.recorder import Recorder
from fewshot_fer.records.store import Store
from tests.records.views import seen, view

store = Store.open(sys.argv[1])
recorder = Recorder(store, store.begin(per_student=True), per_student=True)
for k in range(10_000):
    recorder.note(view(k / 4, [seen("a", "happy"), seen("b", "sad", 2)]))
    print(k / 4, flush=True)
    sleep(0.02)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_kill_loses_at_most_two_seconds_and_the_record_opens_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    repository = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, url], cwd=repository, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        # Twelve times faster than life: what the thread may be behind counts twelvefold.
        noted = 0.0
        for line in running.stdout:
            noted = float(line)
            if noted >= 10:
                break
        running.send_signal(signal.SIGKILL)
    store = Store.open(url)
    found = store.read(students=True)
    assert found.session.ended is None
    assert found.session.seconds >= noted - 2
    assert found.whole.seconds.tolist() == list(range(found.session.seconds))
    assert found.students["b"].counts.sum() == found.session.seconds
    again = store.begin()
    assert again > found.session.id
    store.close()
