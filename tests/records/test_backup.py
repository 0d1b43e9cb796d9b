"""A backup is whole or not there, and what comes back is what was there."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fewshot_fer.backup import CONTENTS, RECORD, backup, restore
from fewshot_fer.cli import app
from fewshot_fer.errors import BackupError, FewshotFerError, RecordError
from fewshot_fer.records.folders import opened, web_folder
from fewshot_fer.records.values import Mark
from fewshot_fer.settings import Settings
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.verify import verify
from fewshot_fer.web.school.accounts import Teachers
from tests.records.views import lesson, second
from tests.students.people import AGREED, calibration, library_at, reference, tree


def place(folder: Path, records: str = "") -> Settings:
    records = records or f"sqlite:///{folder / 'record.db'}"
    return Settings(support_sets=folder / "students", records=records)


@pytest.fixture
def school(tmp_path: Path) -> Settings:
    """Two students with all that there is, a record, and what the web app keeps."""
    settings = place(tmp_path / "school")
    library = library_at(settings.support_sets)
    library.add_expression("bored")
    library.create("Anna", AGREED, [reference("happy", 1), reference("bored", 2)])
    library.create("Ben", AGREED, [reference("sad", 3)], keep_until=None)
    library.calibrate("s001", calibration(0))
    with opened(settings.records) as store:
        session = store.begin("7b", per_student=True)
        store.write(session, lesson(3, 40), [Mark(1, "quiz")])
        store.end(session)
    web = web_folder(settings.records)
    web.mkdir()
    (web / "secret.key").write_bytes(b"k" * 64)
    return settings


def record_of(settings: Settings) -> list[object]:
    with opened(settings.records) as store:
        return [
            (one, store.read(one.id).marks, {w: t.scores.tolist() for w, t in tracks.items()})
            for one in store.sessions()
            for tracks in [store.student_seconds(one)]
        ]


def test_everything_comes_back_as_it_was(school: Settings, tmp_path: Path) -> None:
    kept = backup(school, tmp_path / "monday.zip")
    assert (kept.students, kept.sessions) == (2, 1)
    assert kept.path.stat().st_mode & 0o077 == 0
    again = place(tmp_path / "again")
    restored = restore(again, kept.path)
    assert (restored.students, restored.sessions, restored.made) == (2, 1, kept.made)
    assert tree(again.support_sets) == tree(school.support_sets)
    assert record_of(again) == record_of(school)
    key = web_folder(again.records) / "secret.key"
    assert key.read_bytes() == b"k" * 64
    assert key.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.rglob(".fewshot-fer-backup")] == []


def test_a_record_moves_between_kinds_of_databases(
    school: Settings, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    there = place(tmp_path / "there", url)
    restore(there, backup(school, tmp_path / "one.zip").path)
    assert record_of(there) == record_of(school)
    with opened(url) as store:
        assert store.begin("8a") == 2, "new numbers go on behind the old ones"
        store.delete([2])
    back = place(tmp_path / "back")
    restore(back, backup(there, tmp_path / "two.zip").path)
    assert record_of(back) == record_of(school)


def test_a_backup_that_is_made_while_everything_changes_is_one_moment(
    school: Settings, tmp_path: Path
) -> None:
    def work(settings: Settings) -> Iterator[dict[str, bytes]]:
        library = library_at(settings.support_sets, start=3)
        for number in range(12):
            library.create(f"Visitor {number}", AGREED, [reference("fear", number)])
            yield tree(library.folder)
            library.rename("s001", f"Anna {number}")
            yield tree(library.folder)

    twin = place(tmp_path / "twin")
    restore(twin, backup(school, tmp_path / "first.zip").path)
    states = [tree(school.support_sets), *work(twin)]

    def record() -> None:
        with opened(school.records) as store:
            session = store.begin("8a", per_student=True)
            for number in range(60):
                store.write(session, [second(number, {"s001": "sad"})])

    with ThreadPoolExecutor(2) as pool:
        running: list[Future[Any]] = [
            pool.submit(lambda: list(work(school))), pool.submit(record),
        ]  # fmt: skip
        taken = 0
        while not all(writer.done() for writer in running) or taken < 3:
            kept = backup(school, tmp_path / f"{taken}.zip")
            again = place(tmp_path / f"again-{taken}")
            restore(again, kept.path)
            assert tree(again.support_sets) in states
            with opened(again.records) as store:
                for one in store.sessions():
                    assert store.read(one.id).whole.seconds.tolist() == list(range(one.seconds))
            taken += 1
        for writer in running:
            writer.result()


def test_other_teachers_classes_are_in_it_too(school: Settings, tmp_path: Path) -> None:
    teachers = Teachers(web_folder(school.records), lambda: 0.0)
    theirs = teachers.folder_of(teachers.add("Ms Low", "correct horse battery"))
    library_at(theirs / "class").create("Cleo", AGREED, [reference("fear", 4)])
    with opened(f"sqlite:///{theirs / 'record.db'}") as store:
        store.write(store.begin("8a"), lesson(2, 5))
    kept = backup(school, tmp_path / "monday.zip")
    assert (kept.students, kept.sessions) == (3, 2)
    again = place(tmp_path / "again")
    assert restore(again, kept.path).students == 3
    there = Teachers(web_folder(again.records), lambda: 0.0)
    (account,) = there.listed()
    assert there.account("Ms Low", "correct horse battery") == account.id
    assert tree(there.folder_of(account) / "class") == tree(theirs / "class")
    with opened(f"sqlite:///{there.folder_of(account) / 'record.db'}") as store:
        assert store.find().seconds == 5


def test_nothing_is_written_over(school: Settings, tmp_path: Path) -> None:
    kept = backup(school, tmp_path / "monday.zip").path
    before = kept.read_bytes()
    with pytest.raises(BackupError, match="already"):
        backup(school, kept)
    assert kept.read_bytes() == before


def enrol(settings: Settings) -> None:
    library_at(settings.support_sets, start=9).create("Dora", AGREED)


def keep_key(settings: Settings) -> None:
    web_folder(settings.records).mkdir(parents=True)
    (web_folder(settings.records) / "secret.key").write_bytes(b"other")


def record_one(settings: Settings) -> None:
    with opened(settings.records) as store:
        store.begin("8a")


@pytest.mark.parametrize("there", [enrol, keep_key, record_one])
def test_what_is_there_already_is_left_alone(
    there: Callable[[Settings], None], school: Settings, tmp_path: Path
) -> None:
    kept, other = backup(school, tmp_path / "monday.zip").path, place(tmp_path / "other")
    there(other)
    before = tree(other.support_sets), record_of(other)
    with pytest.raises((BackupError, RecordError), match="already"):
        restore(other, kept)
    assert (tree(other.support_sets), record_of(other)) == before


def test_a_restore_that_was_cut_off_goes_on(
    school: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, again = backup(school, tmp_path / "monday.zip").path, place(tmp_path / "again")
    library = Library(again.support_sets)
    create = type(library.store).create

    def one_only(self: Any, student: str, *rest: Any) -> None:
        if student == "s002":
            raise OSError(28, "No space left on device")
        create(self, student, *rest)

    with monkeypatch.context() as full:
        full.setattr(type(library.store), "create", one_only)
        with pytest.raises(FewshotFerError, match="full"):
            restore(again, kept)
    assert library.store.ids() == ["s001"]
    restore(again, kept)
    assert tree(again.support_sets) == tree(school.support_sets)
    restore(again, kept)


def test_a_backup_that_was_altered_anywhere_is_refused(school: Settings, tmp_path: Path) -> None:
    data = backup(school, tmp_path / "monday.zip").path.read_bytes()
    other, bad = place(tmp_path / "other"), tmp_path / "bad.zip"
    refused = 0
    for at in range(7, len(data), len(data) // 60):
        bad.write_bytes(data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :])
        try:
            restore(other, bad)
        except BackupError:
            refused += 1
            assert not other.support_sets.exists() or not tree(other.support_sets)
        else:
            # Bits of a zip that mean nothing to anybody, such as a time of day.
            assert tree(other.support_sets) == tree(school.support_sets)
            other = place(tmp_path / f"other-{at}")
    assert refused > 50
    for end in (0, 1, 100, len(data) // 2, len(data) - 1):
        bad.write_bytes(data[:end])
        with pytest.raises(BackupError):
            restore(place(tmp_path / "last"), bad)


@pytest.mark.parametrize(
    "name",
    [
        "../evil", "web/../../evil", "students/s001/../../x", "/etc/x",
        "students/s001/references/../student.yaml", "students/s001/references/../..",
        "students/s001/calibrations/..",
    ],
)  # fmt: skip
def test_a_backup_leads_nowhere_else(name: str, school: Settings, tmp_path: Path) -> None:
    kept, bad = backup(school, tmp_path / "monday.zip").path, tmp_path / "bad.zip"
    with zipfile.ZipFile(kept) as whole, zipfile.ZipFile(bad, "w") as altered:
        words = json.loads(whole.read(CONTENTS))
        words["files"][name] = words["files"][RECORD]
        for entry in words["files"]:
            altered.writestr(entry, whole.read(RECORD if entry == name else entry))
        altered.writestr(CONTENTS, json.dumps(words))
    with pytest.raises(BackupError, match="differ"):
        restore(place(tmp_path / "other"), bad)


def test_a_list_of_contents_that_is_a_bomb_is_not_unpacked(
    school: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = backup(school, tmp_path / "monday.zip").path
    monkeypatch.setattr("fewshot_fer.backup._LONGEST_LIST", 100)
    with pytest.raises(BackupError, match="too long"):
        restore(place(tmp_path / "other"), kept)


def test_a_newer_backup_is_refused_and_nothing_is_harmed(school: Settings, tmp_path: Path) -> None:
    kept, newer = backup(school, tmp_path / "monday.zip").path, tmp_path / "newer.zip"
    with zipfile.ZipFile(kept) as whole, zipfile.ZipFile(newer, "w") as altered:
        words = json.loads(whole.read(CONTENTS)) | {"format": 2}
        altered.writestr(CONTENTS, json.dumps(words))
    with pytest.raises(BackupError, match="format 2"):
        restore(place(tmp_path / "other"), newer)
    assert not (tmp_path / "other").exists()


def test_the_commands(
    school: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    where = ["--support-sets", str(school.support_sets), "--records", school.records]
    zipped = str(tmp_path / "monday.zip")
    assert app.run(["backup", zipped, *where, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["students"] == 2
    assert app.run(["backup", zipped, *where]) == 1
    assert "already" in capsys.readouterr().err
    there = tmp_path / "there"
    monkeypatch.setenv("FEWSHOT_FER_SUPPORT_SETS", str(there / "students"))
    monkeypatch.setenv("FEWSHOT_FER_RECORDS", f"sqlite:///{there / 'record.db'}")
    assert app.run(["restore", zipped]) == 0
    assert "2 students, 1 sessions" in " ".join(capsys.readouterr().out.split())
    assert verify(Library(there / "students")) == []
    with sqlite3.connect(there / "record.db") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    raw.close()
