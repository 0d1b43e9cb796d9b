"""What 0.1.0 left on a disk is read for ever; what a newer version left is refused unharmed.

`fakes/0.1.0.zip` was written by 0.1.0 itself (3d2a8f2): two students, one with pictures,
calibrations and expressions of their own, one with vectors; a record with a session that was cut
off and seconds that wait; settings; a password, tokens, links and a cookie. It is never made again.
"""

from __future__ import annotations

import json
import sqlite3
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from fewshot_fer.backup import backup, restore
from fewshot_fer.cli import app
from fewshot_fer.errors import FewshotFerError
from fewshot_fer.records import schema
from fewshot_fer.records.folders import opened
from fewshot_fer.settings import Settings, load_settings
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.moving import import_student
from fewshot_fer.students.store.verify import verify
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.tokens import TEACHER_COOKIE
from fewshot_fer.web.portal.invitations import Invitations
from tests.students.people import tree

NAME = "Änne O'Hara-Šustr 😀"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder as 0.1.0 left it."""
    with zipfile.ZipFile(Path(__file__).parent / "fakes" / "0.1.0.zip") as whole:
        whole.extractall(tmp_path / "home")
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Settings:
    return load_settings(None, {}, {})


@pytest.fixture
def known(home: Path) -> dict[str, Any]:
    """What people held in their hands: a password, tokens, links, a cookie."""
    return dict(json.loads((home / "known.json").read_text()))


def test_its_settings_are_read(settings: Settings) -> None:
    assert (settings.threads, settings.min_face, settings.port, settings.seed) == (2, 24, 8600, 3)
    assert settings.host == "0.0.0.0"


def test_its_students_are_all_there_and_can_be_changed(settings: Settings) -> None:
    library = Library(settings.support_sets)
    assert verify(library) == []
    before = tree(library.folder)
    anne, ben = sorted(library.students(), key=lambda one: one.id)
    assert (anne.name, ben.name) == (NAME, "Ben")
    student = library.open("s001")
    assert student.counts == {"bored": 1, "happy": 2, "proud": 1}
    assert student.keep_until == date(2027, 7, 31)
    assert student.own_expressions == ("proud",)
    assert library.class_expressions() == ("bored",)
    assert [library.portrait(student, one).shape for one in student.references] == [
        (192, 192, 3)
    ] * 4
    assert [library.calibration(student, sha).z.shape for sha in student.calibrations] == [
        (3, 9),
        (2, 9),
    ]
    assert library.open("s002").keeps == "vectors"
    assert tree(library.folder) == before, "reading changes nothing"
    library.rename("s002", "Benno")
    library.uncalibrate("s001", student.calibrations[0])
    assert verify(library) == []


def test_its_export_comes_in(home: Path, tmp_path: Path) -> None:
    library = Library(tmp_path / "new")
    assert import_student(library, home / "s001.zip").name == NAME
    assert verify(library) == []


def test_its_record_is_brought_up_to_date_with_what_waits(settings: Settings) -> None:
    with opened(settings.records) as store:
        cut_off, whole = store.sessions()
        assert (whole.class_name, whole.seconds, whole.marks) == ("7b", 5, 1)
        assert whole.ended is not None
        assert (cut_off.seconds, cut_off.marks, cut_off.ended) == (2, 1, None)
        tracks = store.student_seconds(whole)
        assert {who: track.seconds.tolist() for who, track in tracks.items()} == {
            "s001": [0, 1, 2, 3, 4], "s002": [0, 1, 2, 3, 4],
        }  # fmt: skip
        assert store.begin("8a") == 3
    assert app.run(["session", "list"]) == 0


def test_who_had_a_password_a_token_or_a_link_still_comes_in(
    home: Path, known: dict[str, Any]
) -> None:
    def now() -> float:
        return float(known["now"])

    credentials = Credentials(home / "fewshot-fer-web", now=now, host="0.0.0.0")
    assert credentials.made_up is None
    assert credentials.tokens.read(known["teacher_token"]).role == "teacher"
    assert credentials.tokens.read(known["student_token"]).student == "s001"
    links = Invitations(home / "fewshot-fer-web", credentials.signer, now)
    assert links.read(known["link"]).student is None
    assert links.read(known["personal"]).student == "s001"
    asked = HTTPConnection(
        {"type": "http", "headers": [(b"cookie", f"{TEACHER_COOKIE}={known['cookie']}".encode())]}
    )
    assert [one.role for one in credentials.candidates(asked)] == ["teacher"]
    assert credentials.fits(known["password"])
    assert not credentials.fits("another password")


def test_all_of_it_goes_through_a_backup(settings: Settings, tmp_path: Path) -> None:
    kept = backup(settings, tmp_path / "kept.zip")
    again = settings.model_copy(
        update={"support_sets": tmp_path / "there" / "students",
                "records": f"sqlite:///{tmp_path / 'there' / 'record.db'}"}
    )  # fmt: skip
    restore(again, kept.path)
    assert tree(again.support_sets) == tree(settings.support_sets)
    with opened(again.records) as store:
        assert [one.seconds for one in store.sessions()] == [2, 5]


def newer_library(settings: Settings) -> None:
    (settings.support_sets / "library.yaml").write_text("format: 2\n")


def newer_record(settings: Settings) -> None:
    with sqlite3.connect("fewshot-fer.db") as raw:
        raw.execute("INSERT INTO schema_version VALUES (?)", (schema.newest() + 1,))
    raw.close()


@pytest.mark.parametrize(
    ("newer", "commands"),
    [
        (newer_library, ["students list", "students rename Ben Benno", "students remove Ben --yes",
                         "students verify", "backup new.zip"]),
        (newer_record, ["session list", "session delete 1 --yes", "students remove Ben --yes",
                        "backup new.zip"]),
    ],
)  # fmt: skip
def test_what_a_newer_version_left_is_refused_without_harm(
    newer: Any, commands: list[str], settings: Settings, home: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    newer(settings)

    def kept() -> tuple[object, ...]:
        with sqlite3.connect("fewshot-fer.db") as raw:
            rows = raw.execute("SELECT * FROM student_seconds").fetchall()
        raw.close()
        return tree(settings.support_sets), rows

    before = kept()
    for command in commands:
        assert app.run(command.split()) == 1, command
        assert "Update fewshot-fer" in " ".join(capsys.readouterr().err.split()), command
    assert kept() == before
    assert not (home / "new.zip").exists()


def test_a_student_of_a_newer_version_is_not_brought_in(home: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer.zip"
    with zipfile.ZipFile(home / "s001.zip") as whole, zipfile.ZipFile(newer, "w") as altered:
        for name in whole.namelist():
            data = whole.read(name)
            if name == "contents.json":
                data = json.dumps(json.loads(data) | {"format": 2}).encode()
            altered.writestr(name, data)
    with pytest.raises(FewshotFerError, match="format 2"):
        import_student(Library(tmp_path / "new"), newer)
