from __future__ import annotations

from pathlib import Path

import pytest

from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.moving import export_student
from fewshot_fer.students.store.verify import verify
from tests.students.people import AGREED, calibration, library_at, reference, tree


@pytest.fixture
def enrolled(library: Library) -> Library:
    library.create("Anna", AGREED, [reference("happy", 1), reference("sad", 2)])
    library.calibrate("s001", calibration(0))
    return library


def test_a_sound_library_has_no_problems_and_is_not_touched(enrolled: Library) -> None:
    before = tree(enrolled.folder)
    assert verify(enrolled) == []
    assert tree(enrolled.folder) == before


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"?")


@pytest.mark.parametrize(
    ("pattern", "change", "said"),
    [
        ("s001/references/sad/*.png", damage, "altered"),
        ("s001/references/sad/*.png", Path.unlink, "missing"),
        ("s001/references/sad/*.json", damage, "damaged"),
        ("s001/calibrations/*", damage, "altered"),
        ("s001/student.yaml", Path.unlink, "no page"),
        ("s001/student.yaml", lambda p: p.write_text("{"), "page cannot be read"),
        ("s001/student.yaml", lambda p: p.write_bytes(_other_text(p)), "Ask for consent"),
        ("s001/references/sad", lambda p: (p / "me.jpg").write_bytes(b"x"), "does not name"),
        ("s001", lambda p: (p.parent / "Holiday").mkdir(), "not belong to the library"),
        ("s001", lambda p: (p.parent / ".trash-ab").mkdir(), "cut off"),
    ],
)
def test_every_kind_of_damage_is_named(
    enrolled: Library, pattern: str, change: object, said: str
) -> None:
    (path,) = enrolled.folder.glob(pattern)
    assert callable(change)
    change(path)
    problems = verify(enrolled)
    assert any(said in f"{p.what} {p.next_step}" for p in problems)
    assert all(p.where and p.next_step for p in problems)


def _other_text(page: Path) -> bytes:
    text = page.read_bytes()
    start = text.index(b"sha256: ") + len(b"sha256: ")
    return text[:start] + b"a" * 64 + text[start + 64 :].lstrip(b"'")


def test_what_a_killed_writer_left_is_named_and_swept(enrolled: Library) -> None:
    names = enrolled.folder / ".index" / ".students.json.ab12.tmp"
    names.parent.mkdir(exist_ok=True)
    names.write_text("Anna")
    assert [problem.where for problem in verify(enrolled)] == [".index/.students.json.ab12.tmp"]
    Library(enrolled.folder)
    assert not names.exists()
    assert verify(enrolled) == []


def test_a_student_whose_folder_is_a_link_is_deleted_and_nothing_else(
    enrolled: Library, tmp_path: Path
) -> None:
    home, away = enrolled.folder / "s001", tmp_path / "elsewhere"
    home.rename(away)
    home.symlink_to(away, target_is_directory=True)
    (away / "diary.txt").write_text("not theirs")
    assert enrolled.open("s001").name == "Anna"
    enrolled.remove("s001")
    assert [path.name for path in away.rglob("*") if path.is_file()] == ["diary.txt"]
    enrolled.create("Ben", AGREED)
    assert [one.name for one in enrolled.students()] == ["Ben"]


def test_a_library_is_for_its_owner_alone(tmp_path: Path) -> None:
    old = tmp_path / "support_sets"
    old.mkdir(mode=0o755)
    library = library_at(old)
    library.create("Anna", AGREED, [reference("happy", 1)])
    library.calibrate("s001", calibration(0))
    export_student(library, "s001", tmp_path / "anna.zip")
    assert old.stat().st_mode & 0o077 == 0
    files = [path for path in (*old.rglob("*"), tmp_path / "anna.zip") if path.is_file()]
    others = [path.name for path in files if path.stat().st_mode & 0o077]
    assert set(others) <= {".lock"}
