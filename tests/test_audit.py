"""Who did what, and when: everything that is done is noted, and nobody is named."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from fewshot_fer.audit import BACKED_UP, Audit
from fewshot_fer.cli.app import run
from fewshot_fer.students.store.moving import exported, import_student
from fewshot_fer.web.access.tokens import TEACHER_COOKIE
from fewshot_fer.web.app import parts
from tests.students.people import AGREED, calibration, library_at, reference
from tests.web.house import House, house_at, locked, visitor


@pytest.fixture
def house(tmp_path: Path) -> House:
    return house_at(tmp_path)


def did(house: House) -> list[str]:
    return [f"{one.who} {one.did}" for one in house.audit.entries()]


def test_everything_that_is_done_with_a_student_is_noted_without_them(house: House) -> None:
    library = house.library
    anna = library.create("Anna Quill", AGREED, [reference("happy", 1)]).id
    library.add(anna, [reference("sad", 2)])
    library.drop(anna, library.open(anna).references[:1])
    library.relabel(anna, library.open(anna).references[0], "fear")
    library.rename(anna, "Anne Quill")
    library.keep(anna, None)
    library.agree(anna, AGREED)
    sha = library.calibrate(anna, calibration(1)).calibrations[0]
    library.uncalibrate(anna, sha)
    library.add_expression("proud")
    library.remove_expression("proud")
    import_student(library, exported(library, anna), as_new="s00another")
    house.portal.forget(anna)
    assert did(house) == [
        f"teacher {what}"
        for what in (
            "enrolled a student", "added pictures", "deleted pictures", "relabelled a picture",
            "renamed a student", "changed a student's date", "changed an agreement",
            "recalibrated a student", "took a recalibration back", "added an expression",
            "removed an expression", "exported a student", "imported a student",
            "deleted a student",
        )
    ]  # fmt: skip
    (file,) = house.folder.glob("audit-*")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not any(name in file.read_text() for name in ("Quill", anna, "s00another"))


def test_who_signs_in_who_is_refused_and_what_opens_the_door(house: House) -> None:
    password = "correct horse battery"
    locked(house)
    with visitor(house) as browser:
        for given in ("wrong", password):
            page = browser.get("/sign-in").text
            token = page.split('name="token" value="')[1].split('"')[0]
            browser.post("/sign-in", data={"token": token, "password": given})
        browser.post("/sign-out")
        browser.get("/sign-in?once=guessed")
    house.credentials.tokens.revoke(house.credentials.tokens.make("a program")[1].id)
    assert did(house) == [
        "teacher set a password", "visitor was refused at the door", "teacher signed in",
        "teacher signed out", "teacher made a token", "teacher revoked a token",
    ]  # fmt: skip


def test_it_says_in_what_role_somebody_asked(house: House) -> None:
    app, here = Starlette(**parts(house)), ("127.0.0.1", 50_000)
    running = house.lessons.open("7b")
    link = house.portal.invitations.token(house.portal.invitations.make(running.id, "7b"))
    with TestClient(app, base_url="http://localhost:8501", client=here) as browser:
        browser.post(f"/join/{link}", data={"name": "Ben", "read": "yes"})
        browser.post("/me/delete")
        browser.cookies.set(TEACHER_COOKIE, house.credentials.teacher_cookie())
        browser.post("/api/v1/expressions/proud", data={})
        browser.delete(f"/api/v1/students/{house.library.create('Carla', AGREED).id}")
    assert did(house) == [
        "visitor enrolled a student", "student deleted a student", "teacher enrolled a student",
        "teacher deleted a student",
    ]  # fmt: skip


def test_whole_months_go_once_they_are_too_old(tmp_path: Path) -> None:
    time = datetime(2026, 1, 31, tzinfo=UTC).timestamp()
    audit = Audit(tmp_path / "web", 30, "teacher", lambda: time)
    for _ in range(7):
        audit.note("signed in")
        time += 14 * 86_400
    months = sorted(one.name for one in (tmp_path / "web").iterdir())
    assert months == ["audit-2026-03.jsonl", "audit-2026-04.jsonl"]
    (tmp_path / "web" / months[0]).write_bytes(b'{"at": "2026-03-01", "who": "te')
    assert {one.at[:7] for one in audit.entries()} == {"2026-04"}


def test_a_disk_that_takes_no_line_undoes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "web").write_bytes(b"")
    library = library_at(tmp_path / "students")
    library.tells = Audit(tmp_path / "web", 30, "teacher").note
    assert library.open(library.create("Anna", AGREED).id).name == "Anna"
    assert "could not be noted" in caplog.text


def test_the_command_and_what_is_said_of_copies(
    empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["backup", "one.zip"]) == run(["audit", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out.splitlines()[-1])["entries"]
    assert (entry["who"], entry["did"]) == ("command", BACKED_UP)
    assert "1 since" in Audit(empty_folder / "fewshot-fer-web", 30, "teacher").copies()
    assert Audit(empty_folder / "elsewhere", 30, "teacher").copies() == ""
