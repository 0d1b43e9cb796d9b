from __future__ import annotations

import numpy as np
import pytest

from fewshot_fer.errors import LibraryError, ReferenceImageError, StudentError
from fewshot_fer.students.custom_expressions import teach_class, teach_student
from fewshot_fer.students.enrolment.gate import Picture
from fewshot_fer.students.store.library import Library
from tests.students.people import AGREED, tree
from tests.students.recogniser import enrolment_at, face, shown

LOOK = np.array([9, -9, 0, 0, 9, 0, 0, -9, 0], np.float32)


@pytest.fixture
def anna_and_ben(library: Library) -> Library:
    enrolment = enrolment_at(library)
    for i, name in enumerate(("Anna", "Ben")):
        enrolment.enroll(name, [Picture("neutral", shown("neutral", i, i))], AGREED)
    return library


def test_a_student_learns_an_expression_of_their_own(anna_and_ben: Library) -> None:
    enrolment = enrolment_at(anna_and_ben)
    taught = teach_student(enrolment, "s001", "Confused", [Picture("confused", face(LOOK))])
    assert taught.student.own_expressions == ("confused",)
    assert enrolment.roster.read(LOOK[None], "s001")[0].expression == "confused"
    assert "confused" not in enrolment.roster.prototypes("s002").names


def test_the_class_learns_from_several_students(anna_and_ben: Library) -> None:
    enrolment = enrolment_at(anna_and_ben)
    teach_class(
        enrolment,
        "confused",
        {
            "s001": [Picture("confused", face(LOOK))],
            "s002": [Picture("confused", face(LOOK + 1))],
        },
    )
    assert anna_and_ben.class_expressions() == ("confused",)
    assert anna_and_ben.open("s001").own_expressions == ()
    assert "confused" in enrolment.roster.prototypes(None).names


def test_the_class_learns_all_or_nothing(anna_and_ben: Library) -> None:
    before = tree(anna_and_ben.folder)
    black = Picture("confused", np.zeros((192, 192, 3), np.uint8), "black.jpg")
    with pytest.raises(ReferenceImageError):
        teach_class(
            enrolment_at(anna_and_ben),
            "confused",
            {"s001": [Picture("confused", face(LOOK))], "s002": [black]},
        )
    after = tree(anna_and_ben.folder)
    after.pop("_class/class.yaml")
    assert after == before
    assert anna_and_ben.class_expressions() == ()


def test_a_basic_expression_cannot_be_added(anna_and_ben: Library) -> None:
    with pytest.raises(StudentError, match="one of the basic expressions"):
        teach_student(enrolment_at(anna_and_ben), "s001", "Happy", [])


def test_a_class_page_that_was_meddled_with_is_an_error(library: Library) -> None:
    library.add_expression("confused")
    page = library.folder / "_class" / "class.yaml"
    for text in ("expressions: [../x]", "{", "expressions: 3", "[]"):
        page.write_text(text)
        with pytest.raises(LibraryError, match="classes' page"):
            library.class_expressions()
