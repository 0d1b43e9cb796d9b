"""`Class`: enrol, read, recalibrate, watch and report in a line each, and what may go wrong."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fewshot_fer as ff
from fewshot_fer.drawn.files import to_jpeg
from fewshot_fer.errors import (
    ConsentError,
    FewshotFerError,
    FolderError,
    LibraryError,
    RecordError,
    SettingsError,
    SourceError,
)
from fewshot_fer.python.pictures import Pictures
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.records.store import Store
from fewshot_fer.settings import Settings
from fewshot_fer.students import undo
from tests.python.people import jpeg, picture


@pytest.fixture
def ours(recognizer: Recognizer, empty_folder: Path) -> ff.Class:
    return ff.Class("students", recognizer=recognizer)


@pytest.fixture(scope="module")
def with_anna(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("school") / "students"
    looks: Pictures = {"happy": picture("happy"), "neutral": [picture("neutral")]}
    ff.Class(folder, recognizer=recognizer).enroll("Anna", looks, consent="Anna")
    return folder


@pytest.fixture
def anna(ours: ff.Class, with_anna: Path) -> str:
    shutil.copytree(with_anna, "students")
    return ours.students[0].id


def test_from_a_few_pictures_to_a_student(ours: ff.Class, empty_folder: Path) -> None:
    assert repr(ours) == "Class('students'): no students yet"
    assert not (empty_folder / "students").exists()
    happy, sad = jpeg(empty_folder, "happy"), jpeg(empty_folder, "sad")
    came = ours.enroll("Anna", consent="Anna's mother", happy=str(happy), sad=[sad])
    assert str(came).startswith(f"Anna ({came.student.id}) is enrolled.")
    assert came.student.consent.by == "Anna's mother"
    assert set(came.student.purposes) == {"read", "numbers", "pictures"}
    assert "in class" in ours.consent_text()
    assert [(one.name, dict(one.counts)) for one in ours.students] == [
        ("Anna", {"happy": 1, "sad": 1})
    ]
    assert repr(ours) == "Class('students'): Anna"
    more = ours.add("Anna", {"neutral": picture("neutral")})
    assert more.student.counts == {"happy": 1, "neutral": 1, "sad": 1}
    result = ours.read(picture("happy"), student="Anna")
    assert [(face.expression, face.student) for face in result.faces] == [
        ("happy", came.student.id)
    ]
    assert "Anna" in repr(result)
    again = ff.Class("students", recognizer=ours.recognizer)
    assert [one.name for one in again.students] == ["Anna"]
    ours.remove("Anna")
    assert ours.students == ()


def test_another_light_is_learnt_and_taken_back(ours: ff.Class, anna: str) -> None:
    before = ours.roster.prototypes(anna).points
    came = ours.recalibrate("Anna", neutral=picture("neutral", session=1))
    assert str(came) == came.in_words
    assert not np.array_equal(ours.roster.prototypes(anna).points, before)
    undo(ours.roster, anna)
    assert np.array_equal(ours.roster.prototypes(anna).points, before)


def test_an_expression_of_ones_own_is_asked_for(ours: ff.Class, anna: str) -> None:
    thinking = picture("disgust", session=2)
    with pytest.raises(LibraryError, match="no expression called 'thinking'"):
        ours.add("Anna", thinking=thinking)
    assert ours.add("Anna", own=True, thinking=thinking).student.own_expressions == ("thinking",)


def test_a_lesson_is_watched_recorded_and_reported(ours: ff.Class, anna: str, clip: Path) -> None:
    seen = [view for view in ours.watch(clip, record="class") if view.seen]
    assert seen
    assert all(view.shares.expected == 1 for view in seen)
    assert any(view.shares.unread for view in seen)  # Nobody asked the others.
    assert f"{seen[-1].shares.sure} of 1 clearly read" in str(seen[-1])
    page = ours.report()
    assert page.startswith("<!doctype html>")
    assert "students" in page


def test_of_a_students_own_camera_only_they_are_read(ours: ff.Class, anna: str) -> None:
    (seen,) = next(view.seen for view in ours.watch("drawn:1", student="Anna") if view.seen)
    assert seen.student == anna


def test_a_lesson_ends_with_the_loop(ours: ff.Class) -> None:
    for view in ours.watch("drawn:2", record="class"):
        if view.time > 1.5:
            break
    assert len([face for face in view.seen if face.reading is not None]) == 2, "drawn people"
    assert "<!doctype html>" in ours.report(1)


def test_a_face_of_a_group_is_chosen_by_its_number(ours: ff.Class, empty_folder: Path) -> None:
    both = np.hstack([picture("happy"), picture("sad", person=1)])
    (empty_folder / "group.jpg").write_bytes(to_jpeg(both, 95))
    came = ours.enroll("Ben", consent="Ben", sad="group.jpg#2")
    (sad,) = came.student.references
    chosen = ours.library.notes(came.student, sad).source
    assert chosen == "group.jpg#2"
    with pytest.raises(LibraryError, match="no face number 3"):
        ours.add("Ben", sad="group.jpg#3")


def newer(ours: ff.Class) -> ff.Class:
    (ours.library.folder / "library.yaml").write_text("format: 99\n")
    return ff.Class("students")


Bad = tuple[Callable[[ff.Class], Any], type[FewshotFerError], str]
BAD: dict[str, Bad] = {
    "nobody agreed": (
        lambda c: c.enroll("Ben", happy=picture("happy")), ConsentError, "consent_text.*consent="),
    "agreed by True": (
        lambda c: c.enroll("Ben", consent=True, happy=picture("happy")),  # type: ignore[arg-type]
        ConsentError, "say who agreed"),
    "agreed to what nobody asked": (
        lambda c: c.enroll("Ben", consent="Ben", agrees_to=["nubmers"], happy=picture("happy")),
        ConsentError, "'nubmers'.*read, numbers, pictures"),
    "agreed to no pictures": (
        lambda c: c.enroll("Ben", consent="Ben", agrees_to="read", happy=picture("happy")),
        ConsentError, "pictures"),
    "no pictures": (
        lambda c: c.enroll("Ben", consent="Ben"), LibraryError, "no picture to learn from"),
    "an empty list": (
        lambda c: c.enroll("Ben", consent="Ben", happy=[]), LibraryError, "in the list for happy"),
    "a misspelt expression": (
        lambda c: c.enroll("Ben", consent="Ben", hapy=picture("happy")),
        LibraryError, "Did you mean 'happy'"),
    "an empty name": (
        lambda c: c.enroll(" ", consent="Ben", happy=picture("happy")),
        LibraryError, "name is empty"),
    "a namesake": (
        lambda c: c.enroll("Anna", consent="Anna", happy=picture("happy")),
        LibraryError, "called 'Anna' already"),
    "a missing picture": (
        lambda c: c.enroll("Ben", consent="Ben", happy="no.jpg"),
        FewshotFerError, "no.jpg: There is no such file"),
    "a folder": (
        lambda c: c.enroll("Ben", consent="Ben", happy="."), FewshotFerError, "This is a folder"),
    "a video": (
        lambda c: c.enroll("Ben", consent="Ben", happy="a.mp4"), FewshotFerError, "is a video"),
    "not finite": (
        lambda c: c.enroll("Ben", consent="Ben", happy=np.full((99, 99), np.nan)),
        FewshotFerError, "the picture for happy: .* finite"),
    "no face": (
        lambda c: c.enroll("Ben", consent="Ben", happy=np.zeros((99, 99, 3), np.uint8)),
        LibraryError, "No face was found"),
    "two faces": (
        lambda c: c.enroll("Ben", consent="Ben", sad=np.hstack([picture("sad")] * 2)),
        LibraryError, "2 faces"),
    "an unknown student": (lambda c: c.read(picture("sad"), "Ben"), LibraryError, "'Ben'"),
    "nobody to recalibrate": (
        lambda c: c.recalibrate("Ben", neutral="a.jpg"), LibraryError, "'Ben'"),
    "nothing to recalibrate from": (
        lambda c: c.recalibrate("Anna"), FewshotFerError, "no usable face"),
    "a misspelt light": (
        lambda c: c.recalibrate("Anna", neutrall=picture("neutral")),
        LibraryError, "Did you mean 'neutral'"),
    "a missing source": (lambda c: c.watch("no.mp4"), SourceError, "no such file or folder"),
    "too many drawn": (lambda c: c.watch("drawn:50"), SourceError, "1 to 49"),
    "no camera": (lambda c: list(c.watch(97)), SourceError, "no such camera"),
    "no video": (lambda c: list(c.watch("words.mp4")), SourceError, "No picture can be read"),
    "no session": (lambda c: c.report(), RecordError, "No session"),
    "no such session": (lambda c: c.report(7), RecordError, "no session 7"),
    "a number for a folder": (lambda c: ff.Class(7), SettingsError, "support_sets"),  # type: ignore[arg-type]
    "a file for a folder": (lambda c: ff.Class("words.mp4"), FolderError, "This is a file"),
    "a newer library": (
        newer, LibraryError, "format 99; this version reads"),
}  # fmt: skip


def test_a_program_may_end_in_the_middle_of_a_lesson(empty_folder: Path) -> None:
    code = """if True:
        from itertools import islice
        import fewshot_fer as ff
        lesson = ff.Class('k').watch('drawn:2', record='class')
        print(len([*islice(lesson, 30)]))
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("30\n", "")
    with Store.open(Settings().records) as store:
        (session,) = store.sessions()
    assert session.ended is not None


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_done_is_said(what: str, ours: ff.Class, empty_folder: Path) -> None:
    (empty_folder / "words.mp4").write_text("words")
    do, kind, words = BAD[what]
    with pytest.raises(kind, match=words):
        do(ours)
    if what != "a newer library":
        assert [one.name for one in ours.students] == ["Anna"]


def test_a_name_that_two_have_is_asked_about(ours: ff.Class, anna: str) -> None:
    other = ours.enroll("Anna", consent="Anna", another=True, happy=picture("happy", person=1))
    with pytest.raises(LibraryError, match=f"2 students could be 'Anna'.*{other.student.id}"):
        ours.read(picture("happy"), "Anna")
    assert ours.read(picture("happy"), other.student.id).faces
