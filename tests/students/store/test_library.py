from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from fewshot_fer.errors import ConsentError, LibraryError, StudentError
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import NewReference
from tests.students.people import (
    AGREED,
    calibration,
    everything,
    library_at,
    portrait,
    reference,
    tree,
)


def test_a_student_is_read_back_as_enrolled(library: Library) -> None:
    made = library.create(
        "Anna", AGREED, [reference("sad", 2), reference("happy", 1)], keep_until=date(2027, 1, 1)
    )
    again = library_at(library.folder).open(made.id)
    assert again == made
    assert again.counts == {"happy": 1, "sad": 1}
    assert again.consent == AGREED
    np.testing.assert_array_equal(library.portrait(again, again.references[0]), portrait(1))
    assert library.notes(again, again.references[0]).source == "1.jpg"


def test_nothing_is_stored_without_consent(library: Library) -> None:
    with pytest.raises(ConsentError, match="nothing is stored"):
        library.create("Anna", None, [reference("happy", 1)])
    assert not library.folder.exists()


def test_the_same_picture_twice_is_one_reference(library: Library) -> None:
    anna = library.create("Anna", AGREED, [reference("happy", 1), reference("happy", 1)])
    assert len(library.add(anna.id, [reference("happy", 1)]).references) == 1


def test_adding_and_dropping(library: Library) -> None:
    anna = library.create("Anna", AGREED, [reference("happy", 1)])
    before = tree(library.folder)
    more = library.add(anna.id, [reference("sad", 2)])
    assert more.counts == {"happy": 1, "sad": 1}
    sad = [r for r in more.references if r.expression == "sad"]
    assert library.drop(anna.id, sad) == anna
    assert tree(library.folder) == before


def test_a_list_names_everyone_and_reads_no_picture(library: Library) -> None:
    for name in ("Zoe", "anna", "Ben"):
        library.create(name, AGREED, [reference("happy", 1)])
    for student in library.folder.glob("s*"):
        shutil.rmtree(student / "references")
    found = library.students()
    assert [s.name for s in found] == ["anna", "Ben", "Zoe"]
    assert found[0].counts == {"happy": 1}


def test_the_list_is_right_with_a_stale_damaged_or_missing_index(library: Library) -> None:
    ids = [library.create(f"S {n:02d}", AGREED, [reference("sad", n)]).id for n in range(20)]
    index = library.folder / ".index" / "students.json"
    library.students()
    assert index.exists()
    for page in library.folder.glob("s*/student.yaml"):
        os.utime(page, (1, 1))
    library.students()
    os.utime(index, (2_000_000_000, 2_000_000_000))
    library.rename(ids[3], "Renamed")
    library.remove(ids[4])
    names = {s.name for s in library.students()}
    assert "Renamed" in names
    assert not names & {"S 03", "S 04"}
    index.write_bytes(b"{")
    assert {s.name for s in library.students()} == names


def test_students_are_found_by_id_beginning_or_name(library: Library) -> None:
    anna = library.create("Anna", AGREED)
    library.create("Ben", AGREED)
    assert library.find(" anna ") == anna == library.find("s001") == library.find("an")
    with pytest.raises(StudentError, match="2 students could be 's00'"):
        library.find("s00")
    with pytest.raises(StudentError, match="no student 'Carl'"):
        library.find("Carl")
    library.create("ANNA", AGREED)
    with pytest.raises(StudentError, match=r"s001 \(Anna\), s003 \(ANNA\)"):
        library.find("Anna")


@pytest.mark.parametrize("bad", ["../x", "/etc", "a\0b", "_class", "con"])
def test_no_operation_leaves_the_library(library: Library, bad: str) -> None:
    library.create("Anna", AGREED)
    for operation in (library.open, library.remove, library.stamp):
        with pytest.raises(StudentError):
            operation(bad)
    with pytest.raises(StudentError):
        library.rename(bad, "x")


def test_removing_leaves_no_byte(library: Library) -> None:
    library.create("Ben", AGREED, [reference("happy", 5)])
    before = tree(library.folder)
    anna = library.create("Annabella", AGREED, [reference("happy", 1), reference("sad", 2)])
    library.students()
    library.remove(anna.id)
    left = everything(library.folder)
    assert b"Annabella" not in left
    assert anna.id.encode() not in left
    assert tree(library.folder) == before
    with pytest.raises(StudentError):
        library.open(anna.id)
    assert library.stamp(anna.id) is None


def test_a_change_is_seen_by_the_stamp(library: Library) -> None:
    anna = library.create("Anna", AGREED)
    before = library.stamp(anna.id)
    assert library.stamp(anna.id) == before
    library.add(anna.id, [reference("happy", 1)])
    assert library.stamp(anna.id) != before


def test_own_and_class_expressions(library: Library) -> None:
    anna = library.create("Anna", AGREED, [reference("happy", 1)])
    ben = library.create("Ben", AGREED)
    with pytest.raises(StudentError, match="no expression called 'confused'"):
        library.add(anna.id, [reference("confused", 2)])
    library.add(anna.id, [reference("Confused", 2)], own=["confused"])
    assert library.expressions(library.open(anna.id))[-1] == "confused"
    assert "confused" not in library.expressions(ben)
    library.add_expression("bored")
    library.add(ben.id, [reference("bored", 3)])
    assert library.students()[1].counts == {"bored": 1}
    library.remove_expression("confused", anna.id)
    assert library.open(anna.id) == anna
    library.remove_expression("bored")
    assert library.open(ben.id) == ben
    assert not list(library.folder.rglob("bored"))
    with pytest.raises(StudentError, match="no expression called 'bored'"):
        library.add(ben.id, [reference("bored", 3)])


def test_a_library_that_keeps_vectors_keeps_no_picture(library: Library) -> None:
    vector = np.arange(4, dtype=np.float32)
    new = NewReference("happy", portrait=portrait(1), vector=vector, checkpoint="abc")
    anna = library.create("Anna", AGREED, [new], keeps="vectors")
    assert not list(library.folder.rglob("*.png"))
    assert library.open(anna.id).references[0].file.endswith(".safetensors")


def test_a_calibration_comes_and_goes_without_a_trace(library: Library) -> None:
    anna = library.create("Anna", AGREED, [reference("happy", 1)])
    library.calibrate(anna.id, calibration(0))
    before = tree(library.folder)
    changed = library.calibrate(anna.id, calibration(1))
    np.testing.assert_array_equal(
        library.calibration(changed, changed.calibrations[1]).z, calibration(1).z
    )
    library.uncalibrate(anna.id, changed.calibrations[1])
    assert tree(library.folder) == before
    with pytest.raises(StudentError, match="0 calibrations"):
        library.uncalibrate(anna.id, changed.calibrations[1])


def test_a_newer_library_is_refused_untouched(library: Library) -> None:
    library.create("Anna", AGREED)
    (library.folder / "library.yaml").write_text("format: 2\n")
    before = tree(library.folder)
    with pytest.raises(LibraryError, match="format 2"):
        library_at(library.folder)
    with pytest.raises(LibraryError, match="format 2"):
        library.create("Ben", AGREED)
    assert tree(library.folder) == before


def test_a_damaged_page_is_one_error_and_hides_nobody_else(library: Library) -> None:
    anna = library.create("Anna", AGREED)
    library.create("Ben", AGREED)
    (library.folder / anna.id / "student.yaml").write_text("name: [")
    with pytest.raises(LibraryError, match="cannot be read"):
        library.open(anna.id)
    assert [s.name for s in library.students()] == ["Ben"]


@pytest.mark.parametrize("line", ["references: {../../x: [aa]}", "calibrations: ['../../x']"])
def test_a_page_cannot_name_a_path(library: Library, line: str) -> None:
    anna = library.create("Anna", AGREED)
    page = library.folder / anna.id / "student.yaml"
    key = line.split(":")[0]
    kept = [text for text in page.read_text().splitlines() if not text.startswith(key)]
    page.write_text("\n".join([*kept, line]))
    with pytest.raises(LibraryError, match="cannot be read"):
        library.open(anna.id)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_refuses_changes_nothing(
    library: Library, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    anna = library.create("Anna", AGREED, [reference("happy", 1)])
    before = tree(library.folder)
    fsync, calls = os.fsync, iter(range(100))

    def refuse(descriptor: int) -> None:
        if next(calls) >= 3:
            raise OSError(number, os.strerror(number))
        fsync(descriptor)

    def again() -> AbstractContextManager[object]:
        nonlocal calls
        calls = iter(range(100))
        return pytest.raises(LibraryError, match="Nothing was changed")

    monkeypatch.setattr(os, "fsync", refuse)
    with again():
        library.add(anna.id, [reference("sad", 2), reference("sad", 3)])
    assert tree(library.folder) == before
    with again():
        library.create("Ben", AGREED, [reference("sad", 2)])
    assert tree(library.folder) == before


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc which file a descriptor is")
def test_everything_is_on_the_disk_before_it_counts(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda fd: flushed.append(str(Path(f"/proc/self/fd/{fd}").readlink()))
    )
    anna = library.create("Anna", AGREED, [reference("happy", 1)])
    library.add(anna.id, [reference("sad", 2)])
    home = library.folder / anna.id
    names = [Path(path).name for path in flushed]
    for path in home.rglob("*.*"):
        assert path.name in names or path.name == "student.yaml"
    pages = [i for i, name in enumerate(names) if "student.yaml" in name]
    assert len(pages) == 2
    sad = [i for i, path in enumerate(flushed) if path.startswith(str(home / "references/sad"))]
    assert sad
    assert max(sad) < pages[1]
    assert flushed[-1] == str(home)
    assert str(library.folder) in flushed


def test_a_file_in_place_of_the_library(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="not a folder"):
        library_at(tmp_path / "file")


def test_two_writers_wait_for_each_other_and_readers_do_not(library: Library) -> None:
    anna = library.create("Anna", AGREED)
    hasty = library_at(library.folder, start=9, patience=0.01)
    with library.store.changing():
        assert hasty.open(anna.id) == anna
        assert [s.name for s in hasty.students()] == ["Anna"]
        with pytest.raises(LibraryError, match="Somebody else is changing"):
            hasty.create("Ben", AGREED)
    hasty.create("Ben", AGREED)


def test_the_library_tells_that_anything_changed(library: Library) -> None:
    library.create("Anna", AGREED)

    def settled() -> object:
        old = time.time_ns() - 10**9
        os.utime(library.folder, ns=(old, old))
        return library.stamps()

    changes: list[Callable[[], object]] = [
        lambda: library.add("s001", [reference("happy", 1)]),
        lambda: library.rename("s001", "Anne"),
        lambda: library.add_expression("bored"),
        lambda: library.create("Ben", AGREED),
        lambda: library.remove("s002"),
    ]
    for change in changes:
        before = settled()
        assert before is not None
        change()
        assert library.stamps() != before
