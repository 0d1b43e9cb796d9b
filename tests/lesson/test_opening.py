"""A class that is opened once for every front."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from fewshot_fer.cli.commands.live import in_words
from fewshot_fer.drawn.files import reference_picture, reference_pictures
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.faces.align import portraits
from fewshot_fer.lesson.commands import Source
from fewshot_fer.lesson.naming import OneStudent
from fewshot_fer.lesson.opening import OpenClass, class_name
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.settings import Settings
from fewshot_fer.students.classes import add_class
from fewshot_fer.students.recalibration import Recalibrated
from fewshot_fer.students.store.records import NewReference
from tests.students.people import AGREED


@pytest.fixture
def opened(tmp_path: Path, recognizer: Recognizer) -> OpenClass:
    return OpenClass.open(Settings(support_sets=tmp_path / "7b"), recognizer)


def portraits_of(opened: OpenClass, count: int) -> list[NewReference]:
    """Pictures of one drawn student, as enrolment keeps them."""
    (drawn,) = invent_class(1, 0)
    found = []
    for expression, image in islice(reference_pictures(drawn, session=0), count):
        faces = opened.recognizer.find(image)
        found.append(NewReference(expression, portrait=portraits(image, faces.landmarks)[0]))
    return found


def test_who_enrols_or_leaves_meanwhile_is_known_after_a_refresh(opened: OpenClass) -> None:
    assert (len(opened.members), opened.name) == (0, "7b")
    opened.know_faces()
    anna = opened.library.create("Anna", AGREED, portraits_of(opened, 3))
    opened.refresh()
    assert opened.members.names == {anna.id: "Anna"}
    assert opened.namer(anna.id) == OneStudent(anna.id)
    opened.library.remove(anna.id)
    opened.refresh()
    assert opened.members.names == {}


def test_a_class_names_and_expects_its_own_students_alone(opened: OpenClass) -> None:
    anna, ben = invent_class(2, 0)
    library = opened.library
    add_class(library, "8a")
    for person, classes in ((anna, []), (ben, ["8a"])):
        image = reference_picture(person, "neutral")
        aligned = portraits(image, opened.recognizer.find(image).landmarks)[0]
        pictures = [NewReference("neutral", portrait=aligned)]
        library.create(person.name, AGREED, pictures, classes=classes)
    opened.refresh()
    opened.know_faces()
    here = opened.opened("8a")
    assert (here.name, list(here.members.names.values())) == ("8a", [ben.name])
    assert here.opened("8a") is here
    assert here.opened("no class") is opened
    room = np.hstack([reference_picture(one, "neutral") for one in (anna, ben)])
    for of, named, unread in ((opened, {anna.name, ben.name}, 0), (here, {ben.name}, 1)):
        session = of.watch()
        for k in range(6):
            view = session.look(room, 0.3 * k)
        assert {one.name for one in view.seen} - {None} == named
        assert (view.shares.expected, view.shares.unread) == (len(named), unread)
    library.assign(next(iter(here.members.ids)), [])
    opened.refresh()
    assert not here.members.ids


def test_a_class_is_recalibrated_from_what_was_seen_of_it(opened: OpenClass) -> None:
    pictures = portraits_of(opened, 7)
    anna = opened.library.create("Anna", AGREED, pictures)
    opened.refresh()
    aligned = np.stack([one.portrait for one in pictures if one.portrait is not None])
    z = np.repeat(opened.recognizer.vectors_of(aligned), 4, axis=0)
    results = opened.recalibrate({anna.id: z, "nobody": z})
    assert list(results) == [anna.id]
    assert isinstance(results[anna.id], Recalibrated)
    assert opened.library.open(anna.id).calibrations
    assert in_words(results, opened.members.names) == "1 of 1 recalibrated."


def test_what_a_recalibration_brought_is_said_in_a_line() -> None:
    assert "Nobody" in in_words({}, {})
    few = Reason(Code.TOO_FEW_SURE)
    left = in_words({"a": few, "b": few}, {"a": "Ada", "b": "Bo"})
    assert left == "0 of 2 recalibrated. Left as they were, too few sure looks: Ada, Bo."


def test_a_class_is_called_after_a_folder_that_was_chosen() -> None:
    assert class_name(Settings()) == ""
    assert class_name(Settings(support_sets=Path("classes/8a"))) == "8a"


def test_a_source_may_change_its_size_in_mid_stream(opened: OpenClass) -> None:
    (drawn,) = invent_class(1, 0)
    _, large = next(iter(reference_pictures(drawn, session=0)))
    small = cv2.resize(large, None, fx=0.5, fy=0.6, interpolation=cv2.INTER_AREA).astype(np.uint8)
    session = opened.watch(Source("drawn", "drawn"))
    for k, image in enumerate((large, large, small, small, large)):
        (face,) = session.look(image, k / 2).seen
        x0, y0, x1, y1 = face.box
        assert 0 <= (x0 + x1) / 2 <= image.shape[1]
        assert 0 <= (y0 + y1) / 2 <= image.shape[0]
        assert face.reading is not None
