"""Several classes of one teacher, each with its own students."""

from __future__ import annotations

from pathlib import Path

import pytest

from fewshot_fer.cli import app
from fewshot_fer.errors import LibraryError, StudentError
from fewshot_fer.records.store import Store
from fewshot_fer.students.classes import (
    add_class,
    fill,
    join,
    of_class,
    remove_class,
    rename_class,
)
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.moving import export_student, import_student
from fewshot_fer.students.store.verify import verify
from tests.students.people import AGREED, everything, library_at
from tests.students.terminal import Terminal

BIOLOGY, MATHS = "7b Biology", "8a Maths / set 2"


@pytest.fixture
def school(library: Library) -> Library:
    """Anna is in both classes, Ben and Cleo in one each, Dan in none."""
    for name in (BIOLOGY, MATHS):
        add_class(library, name)
    for name, classes in (("Anna", (MATHS, BIOLOGY)), ("Ben", (BIOLOGY,)), ("Cleo", (MATHS,))):
        library.create(name, AGREED, classes=classes)
    library.create("Dan", AGREED)
    return library


def names(library: Library, of: str) -> list[str]:
    return [one.name for one in of_class(library, of)]


def test_a_student_may_be_in_several_classes(school: Library) -> None:
    assert (names(school, BIOLOGY), names(school, MATHS)) == (["Anna", "Ben"], ["Anna", "Cleo"])
    assert school.open("s001").classes == (BIOLOGY, MATHS)
    assert names(school, "a name that is no class") == ["Anna", "Ben", "Cleo", "Dan"]
    again = library_at(school.folder)
    assert (names(again, BIOLOGY), again.classes()) == (["Anna", "Ben"], (BIOLOGY, MATHS))


def test_a_class_is_filled_at_once(school: Library) -> None:
    fill(school, BIOLOGY, ["s003", "s004"])
    assert (names(school, BIOLOGY), names(school, MATHS)) == (["Cleo", "Dan"], ["Anna", "Cleo"])
    join(school, BIOLOGY, "s001")
    join(school, "no class", "s002")
    assert names(school, BIOLOGY) == ["Anna", "Cleo", "Dan"]
    assert school.open("s002").classes == ()


def test_what_is_not_there_is_said_and_changes_nothing(school: Library) -> None:
    with pytest.raises(StudentError, match="zz"):
        fill(school, BIOLOGY, ["s004", "zz"])
    assert names(school, BIOLOGY) == ["Anna", "Ben"]
    for do in (lambda: fill(school, "9c", []), lambda: school.assign("s001", ["9c"])):
        with pytest.raises(StudentError, match="no class '9c'") as error:
            do()
        assert BIOLOGY in error.value.next_step
    for name in ("  ", "a\nb", "7B BIOLOGY"):
        with pytest.raises(StudentError):
            add_class(school, name)
    assert school.classes() == (BIOLOGY, MATHS)


def test_a_class_is_renamed_put_together_with_another_and_removed(school: Library) -> None:
    assert rename_class(school, BIOLOGY, " 8b  Biology ") == "8b Biology"
    assert (names(school, "8b Biology"), school.classes()) == (
        ["Anna", "Ben"],
        (MATHS, "8b Biology"),
    )
    rename_class(school, "8b Biology", MATHS)
    assert (names(school, MATHS), school.classes()) == (["Anna", "Ben", "Cleo"], (MATHS,))
    remove_class(school, MATHS)
    assert school.classes() == ()
    assert [one.classes for one in school.students()] == [()] * 4
    assert verify(school) == []


def test_expressions_and_classes_share_a_page_and_lose_nothing(school: Library) -> None:
    school.add_expression("confused")
    rename_class(school, BIOLOGY, "8b")
    school.remove_expression("confused")
    assert (school.class_expressions(), school.classes()) == ((), (MATHS, "8b"))


def test_who_is_deleted_is_in_no_class(school: Library) -> None:
    school.remove("s002")
    assert names(school, BIOLOGY) == ["Anna"]
    assert b"s002" not in everything(school.folder)


def test_an_export_takes_classes_along_and_brings_none_that_are_another_teachers(
    school: Library, tmp_path: Path
) -> None:
    zipped = export_student(school, "s001", tmp_path / "anna.zip")
    school.remove("s001")
    assert import_student(school, zipped).classes == (BIOLOGY, MATHS)
    other = library_at(tmp_path / "other")
    add_class(other, MATHS)
    assert import_student(other, zipped).classes == (MATHS,)


def test_a_library_of_before_there_were_classes_is_as_it_was(library: Library) -> None:
    anna = library.create("Anna", AGREED)
    page = library.folder / anna.id / "student.yaml"
    assert b"classes" not in page.read_bytes()
    assert (library.classes(), names(library, "7b")) == ((), ["Anna"])


@pytest.mark.parametrize("text", ["classes: 7b", "classes: [[]]", "classes: ['a  b']"])
def test_a_damaged_list_of_classes_is_an_error(school: Library, text: str) -> None:
    (school.folder / "_class" / "class.yaml").write_text(f"expressions: []\n{text}\n")
    with pytest.raises(LibraryError, match="classes' page"):
        school.classes()
    assert [one.where for one in verify(school)] == ["_class"]


def test_classes_have_their_own_students(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    anna, ben = terminal.enroll("Anna", "happy"), terminal.enroll("Ben", "happy")
    assert terminal.json("classes", "list") == {"classes": []}
    terminal.json("classes", "add", "7b Biology", "anna", ben)
    terminal.json("classes", "add", "8a / Maths", "Ben")
    [biology, _] = terminal.json("classes", "list")["classes"]
    assert biology == {"name": "7b Biology", "students": [anna, ben], "names": ["Anna", "Ben"]}
    terminal.json("classes", "take-out", "7b Biology", "Ben")
    listed = terminal.json("students", "list", "--class", "7b Biology")["students"]
    assert [(one["name"], one["classes"]) for one in listed] == [("Anna", ["7b Biology"])]
    assert terminal.json("students", "show", "Ben")["classes"] == ["8a / Maths"]
    for wrong in (["students", "list", "--class", "7c"], ["live", "--class", "7c"]):
        assert app.run(wrong) == 1
        said = " ".join(capsys.readouterr().err.split())
        assert "There are: 7b Biology, 8a / Maths." in said


def test_a_class_is_renamed_with_what_was_recorded_of_it(terminal: Terminal) -> None:
    terminal.enroll("Anna", "happy")
    for name in ("7b", "8a"):
        terminal.json("classes", "add", name, "Anna")
        with Store.open("sqlite:///fewshot-fer.db") as store:
            store.end(store.begin(name))
    terminal.json("classes", "rename", "7b", "8b")
    assert terminal.run("classes", "rename", "8b", "8a") == 1
    assert "--yes" in terminal.said
    [left] = terminal.json("classes", "rename", "8b", "8a", "--yes")["classes"]
    assert left["names"] == ["Anna"]
    with Store.open("sqlite:///fewshot-fer.db") as store:
        assert {one.class_name for one in store.sessions()} == {"8a"}
    assert terminal.json("classes", "remove", "8a", "--yes") == {"removed": "8a"}
    assert terminal.json("students", "list")["students"][0]["classes"] == []
