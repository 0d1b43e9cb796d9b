"""A recording, whatever becomes of the database, of the program and of the students."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from fewshot_fer import database
from fewshot_fer.cli import app
from fewshot_fer.errors import RecordError
from fewshot_fer.records.backlog import Backlog, catch_up
from fewshot_fer.records.folders import opened
from fewshot_fer.records.recording import SessionWriter
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import Mark, Second
from tests.fakes.network import at, between
from tests.fakes.postgres import Server, spoken
from tests.fakes.waiting import until
from tests.records.views import Class, faces_at, second


def test_a_server_that_goes_away_in_the_middle_and_comes_back_loses_nothing(
    server: Server, empty_folder: Path
) -> None:
    url = server.new_database()
    with SessionWriter.begin(url, Class(), per_student=True, try_again=0.05) as tape:
        session = tape.session
        for k in range(4):
            tape.note(faces_at(k))
        with Store.open(url) as store:
            assert until(lambda: store.find(session).seconds == 3)
        server.stop()
        try:
            for k in range(4, 9):
                tape.note(faces_at(k))
            tape.mark("it is away", 8.0)
            assert until(lambda: tape.trouble is not None)
            (waiting,) = empty_folder.glob("*-waiting-*")
            assert "anna" in waiting.read_text()
        finally:
            server.start()
        tape.note(faces_at(9))
        assert until(lambda: tape.trouble is None)
        tape.note(faces_at(10))
    with Store.open(url) as store:
        found = store.read(session, students=True)
    assert found.whole.seconds.tolist() == list(range(11))
    assert found.students["ben"].counts.sum() == 11
    assert [mark.text for mark in found.marks] == ["it is away"]
    assert list(empty_folder.iterdir()) == []


def test_a_server_that_stalls_and_is_cut_off_loses_nothing(
    server: Server, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = partial(database.make_patient, silent_s=0.3)
    monkeypatch.setattr(database, "make_patient", lambda made, **_: waits(made))
    url = server.new_database()
    name = url.partition("@/")[2].partition("?")[0]
    with between(at(f"{server.folder}/.s.PGSQL.5432")) as network:
        by_network = f"postgresql://tester@127.0.0.1:{network.port}/{name}?sslmode=disable"
        with SessionWriter.begin(by_network, Class(), per_student=True, try_again=0.05) as tape:
            for k in range(4):
                tape.note(faces_at(k))
            network.stall()
            for k in range(4, 9):
                tape.note(faces_at(k))
            # Nothing was refused and nothing broken: it only says nothing.
            assert until(lambda: tape.trouble is not None)
            (waiting,) = empty_folder.glob("*-waiting-*")
            assert until(lambda: '"second": 7' in waiting.read_text())
            network.go_on()
            network.cut()
            tape.note(faces_at(9))
            assert until(lambda: tape.trouble is None)
    with Store.open(url) as store:
        assert store.read(tape.session).whole.seconds.tolist() == list(range(10))
    assert list(empty_folder.iterdir()) == []


def test_a_server_without_a_free_connection_loses_nothing(
    server: Server, empty_folder: Path
) -> None:
    url = server.new_database()
    name = url.partition("@/")[2].partition("?")[0]
    everything = create_engine(spoken(url))
    whole = everything.execution_options(isolation_level="AUTOCOMMIT")

    def do(*words: str) -> None:
        with whole.connect() as connection:
            for word in words:
                connection.execute(text(word))

    do(f"CREATE ROLE {name} LOGIN", f"ALTER DATABASE {name} OWNER TO {name}",
       f"GRANT ALL ON SCHEMA public TO {name}")  # fmt: skip
    theirs = url.replace("tester@", f"{name}@")
    with SessionWriter.begin(theirs, Class(), per_student=True, try_again=0.05) as tape:
        for k in range(4):
            tape.note(faces_at(k))
        ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename ="
        do(f"ALTER ROLE {name} CONNECTION LIMIT 0", f"{ends} '{name}'")
        for k in range(4, 9):
            tape.note(faces_at(k))
        assert until(lambda: tape.trouble is not None)
        do(f"ALTER ROLE {name} CONNECTION LIMIT -1")
        tape.note(faces_at(9))
        assert until(lambda: tape.trouble is None)
    with Store.open(url) as store:
        assert store.read(tape.session).whole.seconds.tolist() == list(range(10))
    everything.dispose()


def test_live_records_in_postgresql(
    server: Server, clip: Path, empty_folder: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("FEWSHOT_FER_RECORDS", server.new_database())
    assert app.run(["live", "--source", str(clip), "--class", "7b", "--record", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["session"] == 1
    assert app.run(["session", "show", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["session"]["class_name"] == "7b"


def test_two_lessons_at_once_are_two_sessions(url: str, empty_folder: Path) -> None:
    here = Class()
    with (
        SessionWriter.begin(url, here, "7b", per_student=True) as one,
        SessionWriter.begin(url, here, "8a", per_student=True) as two,
    ):
        first, second_ = one.session, two.session
        for k in range(6):
            one.note(faces_at(k))
            two.note(faces_at(k))
            if k == 2:
                two.mark("exercise", 2.0)
    with Store.open(url) as store:
        for session in (first, second_):
            found = store.read(session, students=True)
            assert found.whole.seconds.tolist() == list(range(6))
            assert found.students["anna"].counts.sum() == 6
            assert found.session.ended is not None
        assert (store.read(first).marks, len(store.read(second_).marks)) == ((), 1)


def test_what_a_running_session_keeps_aside_may_be_brought_in_by_another(
    url: str, tmp_path: Path
) -> None:
    with Store.open(url) as store:
        session = store.begin(per_student=True)
        backlog = Backlog(tmp_path / "waiting-1")
        seconds, marks = [second(k, {"anna": "happy"}) for k in range(3)], [Mark(1, "here")]
        backlog.keep(session, seconds, marks)
        assert catch_up(store, backlog.file) == 3
        # The session does not know, and goes on: what it has is written again.
        seconds.append(second(3, {"anna": "sad"}))
        backlog.keep(session, seconds, marks)
        store.write(session, seconds, marks)
        backlog.clear()
        found = store.read(session)
        assert found.whole.seconds.tolist() == [0, 1, 2, 3]
        assert found.marks == (Mark(1, "here"),)
    assert list(tmp_path.glob("waiting*")) == []


def test_who_was_deleted_does_not_come_back_with_what_waits(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Store, session: int, seconds: Sequence[Second], marks: Sequence[Mark]) -> None:
        raise RecordError("Gone.", where=str(session))

    here, url = Class(), "sqlite:///records.db"
    tape = SessionWriter.begin(url, here, per_student=True)
    with monkeypatch.context() as away:
        away.setattr(Store, "write", refuse)
        for k in range(3):
            tape.note(faces_at(k))
        here.ids.remove("ben")
        with pytest.raises(RecordError, match="Gone"):
            tape.end()
    (waiting,) = empty_folder.glob("*-waiting-*")
    assert "anna" in waiting.read_text()
    assert "ben" not in waiting.read_text()
    assert waiting.stat().st_mode & 0o077 == 0
    with opened(url) as store:
        assert (store.students_of(1), store.find(1).seconds) == (["anna"], 3)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_lesson_that_is_killed_is_there_and_the_next_one_begins(
    empty_folder: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "sqlite:///fewshot-fer.db"
    arguments = ["live", "--class", "7b", "--record", "--json", "--source"]
    with subprocess.Popen(
        [sys.executable, "-m", "fewshot_fer", *arguments, "drawn:1"],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
    ) as running:
        before = recorded(running)
        running.send_signal(signal.SIGKILL)
    with Store.open(url) as store:
        found = store.read()
        assert found.session.ended is None
        assert found.whole.seconds.tolist()[: len(before)] == before
    assert app.run(["session", "report", "--to", "killed.html", "--json"]) == 0
    assert app.run([*arguments, str(clip)]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["session"] == 2


def recorded(running: subprocess.Popen[bytes]) -> list[int]:
    """The seconds that are in the record once there are some."""
    database = Path("fewshot-fer.db")
    seconds: list[int] = []

    def are_there() -> bool:
        assert running.poll() is None
        if database.exists():
            with Store.open(f"sqlite:///{database}") as store:
                if store.sessions() and store.find().seconds >= 3:
                    seconds[:] = store.read().whole.seconds.tolist()
        return bool(seconds)

    assert until(are_there)
    return seconds


@pytest.mark.parametrize(
    "command",
    [["show"], ["report", "--to", "a.html"], ["export", "a.csv"], ["export", "--each", "a.json"],
     ["list"]],
    ids=" ".join,
)  # fmt: skip
def test_a_session_in_which_nothing_was_seen_is_no_trouble(
    command: list[str], empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open("sqlite:///fewshot-fer.db") as store:
        for _ in range(2):
            store.end(store.begin("7b", per_student=True))
    assert app.run(["session", *command]) == 0
    assert app.run(["session", *command, "--json"]) == 0
    assert "nan" not in capsys.readouterr().out.casefold()


@pytest.mark.parametrize(
    ("command", "words"),
    [(["report", "--each"], "Nobody who is enrolled was seen in session 2."),
     (["compare", "1", "2"], "Too little was seen in session 1")],
    ids=["report", "compare"],
)  # fmt: skip
def test_what_an_empty_session_cannot_tell_is_said(
    command: list[str], words: str, empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open("sqlite:///fewshot-fer.db") as store:
        for _ in range(2):
            store.end(store.begin("7b", per_student=True))
    assert app.run(["session", *command]) == 1
    assert words in capsys.readouterr().err
    assert list(empty_folder.glob("*.html")) == []
