"""The database: what goes in comes out, what is deleted is gone, and what it refuses."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from fewshot_fer.database import open_engine
from fewshot_fer.errors import RecordError
from fewshot_fer.expressions import BASIC
from fewshot_fer.records.store import Retention, Store
from fewshot_fer.records.values import ClassSecond, Mark, Second, StudentSecond
from tests.fakes.postgres import Server
from tests.records.views import lesson, second

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url, now=lambda: MONDAY)
    yield opened
    opened.close()


def test_what_goes_in_comes_out(store: Store) -> None:
    session = store.begin("7b", per_student=True)
    store.write(session, [second(0, {"a": "happy", "b": None})], [Mark(0, "Begin")])
    store.write(session, [second(1, {"a": "sad", "b": "happy"})])
    store.end(session)
    found = store.read(session, students=True)
    assert found.session.class_name == "7b"
    assert (found.session.started, found.session.ended) == (MONDAY, MONDAY)
    assert (found.session.seconds, found.session.students, found.session.marks) == (2, 2, 1)
    assert found.marks == (Mark(0, "Begin"),)
    happy, sad = BASIC.index("happy"), BASIC.index("sad")
    assert found.whole.counts[:, happy].tolist() == [1, 1]
    assert found.whole.sure.tolist() == [1, 2]
    assert found.whole.expected.tolist() == [2, 2]
    a, b = found.students["a"], found.students["b"]
    assert (a.counts[0, happy], a.counts[0, sad], a.seen[0]) == (1, 1, 2)
    assert (b.counts.sum(), b.seen[0]) == (1, 2)
    assert a.quality[0] == pytest.approx(0.8)


def test_every_second_of_a_student_for_an_export(store: Store) -> None:
    session = store.begin(per_student=True)
    store.write(session, [second(4, {"a": "fear"}), second(5, {"a": None})])
    track = store.student_seconds(store.find(session))["a"]
    assert track.seconds.tolist() == [4, 5]
    assert track.shown.tolist() == [BASIC.index("fear"), -1]
    assert track.sure.tolist() == [1, 0]
    assert track.scores[0, BASIC.index("fear")] == pytest.approx(0.7, abs=0.002)


def test_blocks_hold_the_same_as_the_seconds(store: Store) -> None:
    session = store.begin(per_student=True)
    store.write(session, lesson(3, 95))
    found = store.read(session, students=True)
    tracks = store.student_seconds(found.session)
    for student, blocks in found.students.items():
        shown, seconds = tracks[student].shown, tracks[student].seconds
        for block, counts in zip(blocks.blocks, blocks.counts, strict=True):
            inside = shown[seconds // 10 == block]
            assert counts.tolist() == np.bincount(inside, minlength=len(BASIC)).tolist()


def test_a_second_written_twice_is_one(store: Store) -> None:
    session = store.begin(per_student=True)
    for _ in range(2):
        store.write(session, [second(0, {"a": "happy"})])
    assert store.find(session).seconds == 1
    assert store.read(session, students=True).students["a"].counts.sum() == 1


def test_an_expression_that_comes_up_in_the_middle_has_its_own_place(store: Store) -> None:
    session = store.begin(per_student=True)
    store.write(session, [second(0, {"a": "happy"})])
    own = StudentSecond("a", 0, 1.0, 1.0, 0.8, "confused", {"confused": 1.0}, on_device=True)
    store.write(session, [Second(ClassSecond(1, 1, 1.0, 1.0, {"confused": 1.0}, 0.25), (own,))])
    found = store.read(session, students=True)
    assert found.session.names == (*BASIC, "confused")
    assert found.whole.counts[:, -1].tolist() == [0, 1]
    assert found.students["a"].counts[0, -1] == 1
    track = store.student_seconds(found.session)["a"]
    assert track.scores[:, -1].tolist() == [0, 1]
    assert track.on_device.tolist() == [0, 1]
    assert (found.whole.on_device.tolist(), found.students["a"].on_device) == ([0, 0.25], 1)


def test_sessions_are_listed_the_latest_first_and_found_by_number(store: Store) -> None:
    first, last = store.begin("a"), store.begin("b")
    assert [session.id for session in store.sessions()] == [last, first]
    assert store.find().id == last
    assert store.find(first).class_name == "a"


def test_earlier_sessions_are_of_the_same_class_and_hold_students(store: Store) -> None:
    wanted = [store.begin("7b", per_student=True) for _ in range(4)]
    store.begin("7b", per_student=False)
    store.begin("8a", per_student=True)
    now = store.find(store.begin("7b", per_student=True))
    assert [found.session.id for found in store.earlier(now)] == [*reversed(wanted)][:3]


def test_a_session_without_a_second_reads_as_empty(store: Store) -> None:
    found = store.read(store.begin(per_student=True), students=True)
    assert found.session.seconds == 0
    assert found.whole.counts.shape == (0, len(BASIC))
    assert found.students == {}


def test_an_unknown_session_is_an_error_with_advice(store: Store) -> None:
    with pytest.raises(RecordError, match="No session was recorded"):
        store.find()
    store.begin()
    for act in (store.find, store.read, lambda n: store.delete([n]), lambda n: store.write(n, [])):
        with pytest.raises(RecordError, match="no session 99"):
            act(99)


# ---------------------------------------------------------------------- deleting


def test_a_deleted_session_is_gone_and_its_number_is_not_used_again(store: Store) -> None:
    first, other = store.begin(per_student=True), store.begin(per_student=True)
    for session in (first, other):
        store.write(session, [second(0, {"a": "happy"})], [Mark(0, "x")])
    store.delete([other])
    assert [session.id for session in store.sessions()] == [first]
    assert store.read(first, students=True).students["a"].counts.sum() == 1
    assert store.begin() > other


def test_a_forgotten_student_is_gone_from_every_session(store: Store) -> None:
    sessions = [store.begin(per_student=True) for _ in range(2)]
    for session in sessions:
        store.write(session, [second(0, {"a": "happy", "b": "sad"})])
    assert store.forget("a") == sessions
    for session in sessions:
        assert list(store.read(session, students=True).students) == ["b"]
        assert store.read(session).whole.sure.tolist() == [2]
    assert store.forget("a") == []


def test_nothing_of_the_deleted_stays_in_the_file(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'records.db'}") as store:
        session = store.begin("secret class", per_student=True)
        store.write(session, [second(0, {"anna-secret": "happy"})])
        store.forget("anna-secret")
        assert b"anna-secret" not in everything(tmp_path)
        assert b"secret class" in everything(tmp_path)
        store.delete([session])
        assert b"secret class" not in everything(tmp_path)


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_nothing_of_the_deleted_stays_in_postgresql_but_in_its_log(server: Server) -> None:
    url, who = server.new_database(), "s00quillfeather"
    with Store.open(url) as store:
        session = store.begin("7b", per_student=True)
        store.write(session, [second(k, {who: "happy", "s00other": "sad"}) for k in range(50)])
    engine = open_engine(url, wait=5.0).execution_options(isolation_level="AUTOCOMMIT")

    def found_in(*words: str) -> set[str]:
        with engine.connect() as connection:
            for word in words:
                connection.execute(text(word))
        files = (one for one in server.data.rglob("*") if one.is_file())
        holding = [one for one in files if who.encode() in one.read_bytes()]
        return {one.relative_to(server.data).parts[0] for one in holding}

    # What the server notes of the values of a column holds them too.
    assert "base" in found_in("ANALYZE", "CHECKPOINT")
    with Store.open(url) as store:
        store.forget(who)
        assert store.students_of(session) == ["s00other"]
    assert found_in("CHECKPOINT") <= {"pg_wal"}
    engine.dispose()


def test_what_is_too_old_goes_when_the_record_is_opened(url: str) -> None:
    store = Store.open(url, now=lambda: MONDAY)
    old = store.begin(per_student=True)
    store.write(old, [second(0, {"a": "happy"})])
    store.close()
    keep = Retention(students=timedelta(days=30), sessions=timedelta(days=90))
    for days, students, sessions in ((29, 1, 1), (31, 0, 1), (91, 0, 0)):
        now = partial(MONDAY.__add__, timedelta(days=days))
        with Store.open(url, retention=keep, now=now) as store:
            found = store.sessions()
            assert (len(found), sum(session.students for session in found)) == (sessions, students)


# ---------------------------------------------------------------------- places


def test_the_file_is_for_its_owner_alone_and_its_folder_is_made(tmp_path: Path) -> None:
    file = tmp_path / "new" / "records.db"
    Store.open(f"sqlite:///{file}").close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_locked_record_says_so(tmp_path: Path) -> None:
    file = tmp_path / "records.db"
    store = Store.open(f"sqlite:///{file}", wait=0.05)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordError, match="Another program"):
        store.begin()
    other.execute("ROLLBACK")
    other.close()
    assert store.begin() == 1
    store.close()


def test_reading_needs_no_lock(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    with Store.open(url) as store:
        store.begin("7b")
    other = sqlite3.connect(tmp_path / "records.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store.open(url, wait=0.05) as store:
        assert store.find().class_name == "7b"
    other.close()


def test_a_full_disk_says_so(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'records.db'}")
    session = store.begin(per_student=True)
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=20")
        connection.rollback()
    with pytest.raises(RecordError, match="full") as caught:
        store.write(session, lesson(20, 200))
    assert "Free some space" in caught.value.next_step
    assert store.find(session).seconds == 0
    store.close()


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("nonsense", "no address"),
        ("mysql://u:hidden@host/db", "cannot be kept"),
        ("sqlite:////proc/none/x.db", "written"),
        ("postgresql://u:hidden@127.0.0.1:1/db", "cannot be reached"),
    ],
)
def test_a_place_that_cannot_be_is_an_error_with_advice(bad: str, says: str) -> None:
    if "postgresql" in bad:
        pytest.importorskip("psycopg")
    with pytest.raises(Exception, match=says) as caught:
        Store.open(bad, wait=0.1)
    assert getattr(caught.value, "next_step", "")
    assert "hidden" not in str(caught.value)


def test_a_file_that_is_no_record_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("notes of mine, " * 100)
    with pytest.raises(RecordError, match="no record of sessions"):
        Store.open(f"sqlite:///{file}")
    assert file.read_text().startswith("notes of mine")


def test_a_server_that_went_away_says_so_and_comes_back(server: Server) -> None:
    store = Store.open(server.new_database())
    session = store.begin(per_student=True)
    store.write(session, [second(0, {"a": "happy"})])
    server.stop()
    with pytest.raises(RecordError, match="cannot be reached"):
        store.write(session, [second(1, {"a": "happy"})])
    server.start()
    store.write(session, [second(1, {"a": "happy"})])
    assert store.find(session).seconds == 2
    store.close()
