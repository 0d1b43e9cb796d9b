from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.errors import LibraryError
from fewshot_fer.lesson.members import Enrolled, Strangers
from fewshot_fer.lesson.selfreport import SaidFace, SaidQuality, SelfReport
from fewshot_fer.lesson.who import KnownFaces
from fewshot_fer.prototypes.index import PrototypeIndex
from fewshot_fer.prototypes.prototypes import Reading
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.classes import add_class, fill
from fewshot_fer.students.recalibration import Recalibrated, history, recalibrate_class, undo
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.calibration import Calibration
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import NONE, NewReference, Summary
from tests.students.people import AGREED, NOON, library_at, portrait
from tests.students.recogniser import D, TinyRecogniser, face, mean_of, shown, tiny_prior

OFFSET = np.float32(6.0)
NOBODY = np.zeros((0, D), np.float32)

DARK = Reason(Code.DARK)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    here = library_at(tmp_path)
    for name in ("Anna", "Bo"):
        pictures = [
            NewReference("happy", portrait=shown("happy", k, float(OFFSET))) for k in (1, 2)
        ]
        here.create(name, AGREED, pictures)
    return here


@pytest.fixture
def members(library: Library) -> Enrolled:
    generic = tiny_prior().learn(NOBODY, [])
    return Enrolled(Roster(library, TinyRecogniser()), PrototypeIndex(generic))


def read(members: Enrolled | Strangers, student: str | None, z: Floats) -> dict[str, float]:
    return dict(members.read([student], z[None], [None])[0].scores)


def test_everybody_is_read_as_themselves(members: Enrolled) -> None:
    z = mean_of("happy") + OFFSET
    assert len(members) == 2
    assert (members.name("s001"), members.name("s002"), members.name("x")) == ("Anna", "Bo", None)
    assert read(members, "s001", z)["happy"] > 0.9
    assert read(members, "s001", z) != read(members, None, z)


def test_somebody_who_is_not_of_the_class_is_read_as_people_in_general(members: Enrolled) -> None:
    z = mean_of("sad")
    assert read(members, "nobody", z) == read(members, None, z)


def test_a_student_who_is_deleted_meanwhile_is_nobody_from_then_on(
    members: Enrolled, library: Library
) -> None:
    z = mean_of("happy") + OFFSET
    library.remove("s001")
    members.refresh()
    assert (len(members), members.name("s001")) == (1, None)
    assert read(members, "s001", z) == read(members, None, z)


def test_who_is_deleted_while_the_class_is_looked_through_stands_in_no_log(
    members: Enrolled,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen = library.students()
    library.remove("s001")
    monkeypatch.setattr(Library, "students", lambda _: seen)
    members.refresh()
    assert members.name("s001") is None
    assert "s001" not in caplog.text


def test_what_is_learnt_or_renamed_meanwhile_counts_after_a_refresh(
    members: Enrolled, library: Library
) -> None:
    z = np.asarray((mean_of("sad") + mean_of("fear")) / 2 + OFFSET, np.float32)
    before = read(members, "s002", z)
    library.add("s002", [NewReference("sad", portrait=face(z))])
    library.rename("s002", "Bodil")
    members.refresh()
    assert members.name("s002") == "Bodil"
    assert read(members, "s002", z)["sad"] > before["sad"] + 0.05


def test_what_the_class_is_taught_meanwhile_reaches_everybody(
    members: Enrolled, library: Library
) -> None:
    bored = np.asarray((mean_of("sad") + mean_of("happy")) / 2, np.float32)
    library.add_expression("bored")
    library.add("s001", [NewReference("bored", portrait=face(bored + OFFSET))])
    members.refresh()
    once = read(members, "s002", bored + OFFSET)
    assert once["bored"] > 0.2
    library.add("s001", [NewReference("bored", portrait=face(bored + OFFSET + 0.2))])
    members.refresh()
    assert read(members, "s002", bored + OFFSET)["bored"] != once["bored"]
    library.remove_expression("bored")
    members.refresh()
    assert "bored" not in read(members, "s002", bored + OFFSET)


def test_a_library_in_which_nothing_happens_is_not_listed_again(
    members: Enrolled, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago(library)
    members.refresh()
    listed: list[None] = []
    monkeypatch.setattr(Library, "students", counted(Library.students, listed))
    members.refresh()
    assert listed == []
    library.rename("s002", "Bodil")
    members.refresh()
    assert (len(listed) > 0, members.name("s002")) == (True, "Bodil")


def long_ago(library: Library) -> None:
    """As if the last change were older than a file system's grain of time."""
    os.utime(library.folder, ns=(10**18, 10**18))


def counted(
    students: Callable[[Library], list[Summary]], calls: list[None]
) -> Callable[[Library], list[Summary]]:
    def listing(library: Library) -> list[Summary]:
        calls.append(None)
        return students(library)

    return listing


def test_a_class_may_be_a_part_of_the_library(library: Library) -> None:
    add_class(library, "7b")
    library.assign("s002", ["7b"])
    generic = tiny_prior().learn(NOBODY, [])
    some = Enrolled(Roster(library, TinyRecogniser()), PrototypeIndex(generic), "7b")
    assert (len(some), some.name("s001")) == (1, None)
    fill(library, "7b", ["s001"])
    some.refresh()
    assert (set(some.names), some.purposes("s002")) == ({"s001"}, NONE)


def test_what_a_device_says_is_a_view_of_its_student_and_marked(members: Enrolled) -> None:
    reading = Reading("happy", {"happy": 0.9, "sad": 0.1})
    said = SelfReport(SaidFace(120, reading, SaidQuality(0.8)))
    view = said.view("s001", members, 7.0)
    (own,) = view.seen
    assert (own.name, own.expression, own.on_device, own.read_at) == ("Anna", "happy", True, 7.0)
    assert (view.shares.shares, view.shares.expected) == ({"happy": 1.0}, 2)
    assert SelfReport(None).view("s001", members, 7.0).seen == ()
    # Of who is not of the class, or has taken it back, it is a face and no more.
    for other in ("x", None):
        (face,) = said.view(other, members, 7.0).seen
        assert (face.student, face.name, face.reading, face.quality) == (None,) * 4
        assert not face.may_be_read


def test_strangers_may_have_names_and_are_read_alike() -> None:
    generic = tiny_prior().learn(NOBODY, [])
    strangers = Strangers(generic, {"a": "Ada"})
    z = mean_of("fear")
    assert (len(strangers), strangers.name("a"), strangers.name("b")) == (1, "Ada", None)
    assert read(strangers, "a", z) == read(strangers, None, z)
    assert strangers.read(["a"], z[None], [DARK])[0].unsure == DARK


def test_faces_are_known_from_pictures_and_nobody_from_vectors_alone(tmp_path: Path) -> None:
    library = library_at(tmp_path / "other")
    library.create("Anna", AGREED, [NewReference("happy", portrait=portrait(1))])
    vector = NewReference("happy", vector=mean_of("happy"), checkpoint="a" * 64)
    library.create("Bo", AGREED, [vector], keeps="vectors")

    def identity(portraits: Bytes) -> Floats:
        vectors = np.zeros((len(portraits), 128), np.float32)
        vectors[:, 0] = 1
        return vectors

    known = KnownFaces(library, identity).known  # type: ignore[arg-type]
    assert known.students == ("s001",)
    assert known.vectors.shape == (1, 128)


def test_what_is_damaged_of_one_student_costs_that_student_alone(library: Library) -> None:
    library.add_expression("confused")
    for student in ("s001", "s002"):
        library.add(student, [NewReference("confused", portrait=shown("sad", 9))])
    picture = library.folder / "s002" / library.open("s002").references[0].file
    picture.write_bytes(picture.read_bytes()[:1000])
    roster = Roster(library, TinyRecogniser())
    with pytest.raises(LibraryError, match="damaged"):
        roster.prototypes("s002")
    assert "confused" in roster.prototypes("s001").names
    assert "confused" in roster.prototypes(None).names
    members = Enrolled(roster, PrototypeIndex(roster.prototypes(None)))
    assert members.names == {"s001": "Anna"}
    z = mean_of("happy") + OFFSET
    assert read(members, "s001", z) != read(members, "s002", z) == read(members, None, z)
    looks = {"s002": np.tile(z, (6, 1)), "s001": np.tile(z, (6, 1))}
    results = recalibrate_class(roster, looks, label="happy")
    assert isinstance(results["s002"], Reason)
    assert results["s002"].code is Code.FILE_DAMAGED
    assert isinstance(results["s001"], Recalibrated)


@pytest.mark.parametrize(
    "z", [np.zeros((3, 5)), np.full((3, D), np.inf)], ids=["narrow", "endless"]
)
def test_a_damaged_calibration_is_not_used_and_can_be_taken_back(
    library: Library, z: Floats
) -> None:
    roster = Roster(library, TinyRecogniser())
    before = roster.prototypes("s002").points
    library.calibrate("s002", Calibration(z.astype(np.float32), None, "a" * 64, NOON, "x"))
    np.testing.assert_array_equal(roster.prototypes("s002").points, before)
    assert [entry.in_use for entry in history(roster, "s002")] == [False]
    assert "damaged" in undo(roster, "s002").in_words
    assert library.open("s002").calibrations == ()
