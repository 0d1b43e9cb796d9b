from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.errors import ConsentError, FewshotFerError, ReferenceImageError, StudentError
from fewshot_fer.expressions import BASIC
from fewshot_fer.prototypes.prototypes import Reading
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.enrolment.cross_checks import Proposed, harms
from fewshot_fer.students.enrolment.gate import Picture
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.verify import verify
from tests.students.people import AGREED, tree
from tests.students.recogniser import TinyRecogniser, enrolment_at, face, mean_of, shown


def pictures(*expressions: str, seed: int = 0, offset: float = 0.0) -> list[Picture]:
    return [
        Picture(name, shown(name, seed + i, offset), f"{name}-{seed + i}.jpg")
        for i, name in enumerate(expressions)
    ]


def test_seven_pictures_make_a_student_with_a_card(library: Library) -> None:
    seen: list[tuple[int, int]] = []
    enrolment = replace(enrolment_at(library), progress=lambda done, of: seen.append((done, of)))
    enrolled = enrolment.enroll("Anna", pictures(*BASIC, offset=2.0), AGREED)
    assert enrolled.student == library.open("s001")
    assert enrolled.student.counts == dict.fromkeys(BASIC, 1)
    assert enrolled.refused == ()
    assert [learnt.references for learnt in enrolled.card.learnt] == [1] * 7
    assert seen[-1] == (7, 7)
    assert verify(library) == []
    readings = enrolment.roster.read(
        np.array([mean_of(name) + 2.0 for name in BASIC], np.float32), "s001"
    )
    assert [reading.expression for reading in readings] == list(BASIC)


@pytest.mark.parametrize("names", [("neutral",), ("sad",)])
def test_one_reference_is_a_valid_enrolment(library: Library, names: tuple[str, ...]) -> None:
    enrolled = enrolment_at(library).enroll("Anna", pictures(*names), AGREED)
    assert enrolled.student.counts == {names[0]: 1}
    assert all(learnt.checked is None for learnt in enrolled.card.learnt)


def test_nothing_is_stored_without_consent(library: Library) -> None:
    with pytest.raises(ConsentError):
        enrolment_at(library).enroll("Anna", pictures("happy"), None)
    assert tree(library.folder.parent) == {}


BAD: dict[str, tuple[Bytes, str]] = {
    "no face": (np.zeros((192, 192, 3), np.uint8), "No face"),
    "two faces": (np.hstack([shown("sad", 5), shown("sad", 6)]), "2 faces"),
    "the same picture": (shown("happy", 0), "nearly the same picture as one of happy"),
}


@pytest.mark.parametrize("name", BAD)
def test_one_bad_picture_stores_nothing_unless_it_may_be_left_out(
    library: Library, name: str
) -> None:
    image, said = BAD[name]
    given = [*pictures("happy"), Picture("sad", image, "bad.jpg")]
    enrolment = enrolment_at(library)
    with pytest.raises(ReferenceImageError, match=said):
        enrolment.enroll("Anna", given, AGREED)
    assert tree(library.folder.parent) == {}
    enrolled = replace(enrolment, skip_refused=True).enroll("Anna", given, AGREED)
    assert len(enrolled.student.references) == 1
    assert said in enrolled.refused[0].error.what


def test_every_bad_picture_is_named_at_once(library: Library) -> None:
    black = np.zeros((192, 192, 3), np.uint8)
    given = [*pictures("happy"), Picture("sad", black, "b.jpg"), Picture("fear", black, "c.jpg")]
    with pytest.raises(ReferenceImageError) as caught:
        enrolment_at(library).enroll("Anna", given, AGREED)
    assert "b.jpg" in str(caught.value)
    assert "c.jpg" in str(caught.value)


def test_only_bad_pictures_never_make_a_student(library: Library) -> None:
    given = [Picture("sad", np.zeros((192, 192, 3), np.uint8), "b.jpg")]
    with pytest.raises(ReferenceImageError, match="No face"):
        replace(enrolment_at(library), skip_refused=True).enroll("Anna", given, AGREED)
    with pytest.raises(ReferenceImageError, match="no picture to learn from"):
        enrolment_at(library).enroll("Anna", [], AGREED)
    assert tree(library.folder.parent) == {}


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 300, "\u202e"])
def test_a_bad_name_stores_nothing(library: Library, name: str) -> None:
    with pytest.raises(StudentError):
        enrolment_at(library).enroll(name, pictures("happy"), AGREED)
    assert tree(library.folder.parent) == {}


def test_the_same_name_twice_offers_to_add(library: Library) -> None:
    enrolment = enrolment_at(library)
    enrolment.enroll("Anna", pictures("happy"), AGREED)
    with pytest.raises(StudentError, match="Anna' already"):
        enrolment.enroll(" Anna", pictures("sad"), AGREED)
    assert enrolment.enroll("Anna", pictures("sad"), AGREED, another=True).student.id == "s002"


def test_an_unknown_expression_names_the_nearest(library: Library) -> None:
    with pytest.raises(StudentError, match="Did you mean 'happy'"):
        enrolment_at(library).enroll("Anna", [Picture("hapy", shown("happy", 1))], AGREED)


def test_a_reference_of_a_removed_expression_is_refused(library: Library) -> None:
    enrolment = enrolment_at(library)
    enrolment.enroll("Anna", pictures("happy"), AGREED)
    confused = Picture("confused", face(np.full(9, 3.0, np.float32)))
    enrolment.add("s001", [confused], own=["confused"])
    library.remove_expression("confused", "s001")
    with pytest.raises(StudentError, match="no expression called 'confused'"):
        enrolment.add("s001", [confused])


def test_a_picture_of_a_known_reference_is_refused(library: Library) -> None:
    enrolment = enrolment_at(library)
    enrolment.enroll("Anna", pictures("happy"), AGREED)
    darker = np.asarray(shown("happy", 0) * 0.8, np.uint8)
    with pytest.raises(ReferenceImageError, match="nearly the same picture as another of happy"):
        enrolment.add("s001", [Picture("happy", darker, "dark.jpg")])


def test_an_unlikely_label_is_a_question_not_a_refusal(library: Library) -> None:
    asked = []

    def keep(doubt: object) -> bool:
        asked.append(doubt)
        return False

    enrolment = enrolment_at(library)
    given = [*pictures(*BASIC), Picture("sad", shown("neutral", 77), "odd.jpg")]
    kept = enrolment.enroll("Anna", given, AGREED)
    assert [doubt.source for doubt in kept.doubts] == ["odd.jpg"]
    names = {"expression": "sad", "looks_like": "neutral"}
    assert kept.doubts[0].reason == Reason(Code.LIKE_YOUR, **names)
    assert kept.doubts[0].question == (
        "This picture for sad looks more like your neutral. Keep it? "
        "It may be your way of showing sad."
    )
    assert kept.student.counts["sad"] == 2
    refused = replace(enrolment, keep=keep).enroll("Ben", given, AGREED)
    assert refused.student.counts["sad"] == 1
    assert len(asked) == 1


def by_brightness(portraits: Bytes) -> Floats:
    """Takes the brightness for the person."""
    which = (portraits[:, 48:144, 48:144].mean(axis=(1, 2, 3)) > 140).astype(int)
    return np.asarray(np.eye(2)[which], np.float32)


def test_another_person_is_refused(library: Library) -> None:
    enrolment = replace(enrolment_at(library), identify=by_brightness)
    mine = pictures("happy", "sad", "neutral", offset=-2.0)
    theirs = pictures("fear", seed=9, offset=4.0)
    with pytest.raises(ReferenceImageError, match=r"fear-9\.jpg: This seems to be somebody else"):
        enrolment.enroll("Anna", [*theirs, *mine], AGREED)
    enrolment.enroll("Anna", mine, AGREED)
    with pytest.raises(ReferenceImageError, match="somebody else"):
        enrolment.add("s001", theirs)


def test_the_order_of_pictures_does_not_matter(library: Library, tmp_path: Path) -> None:
    other = Library(tmp_path / "other", now=library.now, new_id=lambda: "s001")
    given = [*pictures(*BASIC), *pictures("happy"), *pictures("sad", "fear", seed=40)]
    one = replace(enrolment_at(library), skip_refused=True)
    two = replace(enrolment_at(other), skip_refused=True)
    one.enroll("Anna", given, AGREED)
    two.enroll("Anna", given[::-1], AGREED)
    assert tree(library.folder) == tree(other.folder)
    np.testing.assert_array_equal(
        one.roster.prototypes("s001").points, two.roster.prototypes("s001").points
    )


def test_kept_vectors_need_their_checkpoint(library: Library) -> None:
    enrolment = enrolment_at(library)
    enrolment.enroll("Anna", pictures("happy", offset=2.0), AGREED, keeps="vectors")
    assert not list(library.folder.rglob("*.png"))
    mine = enrolment.roster.prototypes("s001").points
    other = enrolment_at(library, TinyRecogniser(checkpoint_hash="b" * 64))
    generic = other.roster.prototypes(None).points
    np.testing.assert_array_equal(other.roster.prototypes("s001").points, generic)
    assert not np.allclose(mine, generic)
    added = other.add("s001", pictures("sad"))
    assert "vectors of another checkpoint" in added.card.advice


def test_files_are_read_as_pictures(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "Anna smiles.png"
    cv2.imwrite(str(path), cv2.cvtColor(shown("happy", 3), cv2.COLOR_RGB2BGR))
    enrolled = enrolment_at(library).enroll("Anna", [Picture("happy", path)], AGREED)
    notes = library.notes(enrolled.student, enrolled.student.references[0])
    assert notes.source == "Anna smiles.png"
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(FewshotFerError, match="not a picture"):
        enrolment_at(library).add("s001", [Picture("happy", tmp_path / "text.png")])


def test_two_enrolments_of_one_student_at_once_make_one(library: Library) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def enrol(seed: int) -> str:
        other = Library(library.folder, new_id=lambda: f"x00{seed}")
        try:
            enrolled = enrolment_at(other).enroll("Anna", pictures("happy", seed=seed), AGREED)
        except StudentError as error:
            return "" if error.reason is None else error.reason.code
        return enrolled.student.id

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(enrol, range(4)))
    assert answers.count(Code.NAMESAKE) == 3
    assert len(library.students()) == 1


class Nearest:
    """Names what is nearest."""

    def __init__(self, z: Floats, labels: Sequence[str]) -> None:
        self.z, self.labels = z, labels

    def read(self, z: Floats) -> list[Reading]:
        name = self.labels[int(np.abs(self.z - z).argmin())]
        return [Reading(name, {name: 1.0}, None)]


def test_a_picture_that_makes_others_read_worse_is_left_out_unless_somebody_says_so() -> None:
    there, labels = np.array([[0.0], [0.2], [1.0], [1.2]], np.float32), ["happy"] * 2 + ["sad"] * 2
    given: Any = [
        SimpleNamespace(expression="happy", source="wrong.jpg"),
        SimpleNamespace(expression="sad", source="right.jpg"),
    ]
    learn: Any = Nearest
    z = np.array([[1.1], [0.9]], np.float32)
    proposed = Proposed(given, z, there, labels, learn)
    (harm,) = harms(proposed)
    assert (harm.source, harm.place, harm.kept, harm.harms) == ("wrong.jpg", 0, False, True)
    assert "fewer" in harm.question
    assert harms(proposed.only([1])) == []
