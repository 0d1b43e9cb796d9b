"""Consent by purpose, and taken back in the middle of a lesson."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.errors import ConsentError
from fewshot_fer.lesson.commands import Heed, Name, Notice, Watch
from fewshot_fer.lesson.events import Event, Noticed
from fewshot_fer.lesson.members import Enrolled
from fewshot_fer.lesson.naming import Namer, OneStudent
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.prototypes.index import PrototypeIndex
from fewshot_fer.records.views import Seen
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import EVERY, NONE, NewReference, Purpose, Purposes
from tests.fakes.lessons import Hall, done, held, looked
from tests.lesson.colours import FINE, Colours, Places, picture
from tests.students.people import AGREED, calibration, everything
from tests.students.recogniser import TinyRecogniser, mean_of, shown, tiny_prior

MANNER = np.float32(5.0)


@dataclass
class AlwaysSmiling(Colours):
    """Every face is Anna's smile."""

    def vectors_of(self, portraits: Bytes) -> Floats:
        return np.tile(mean_of("happy") + MANNER, (len(portraits), 1))


def enrolled(library: Library, purposes: Purposes = EVERY) -> str:
    smiles = [NewReference("happy", portrait=shown("happy", k, float(MANNER))) for k in (1, 2)]
    consent = replace(AGREED, purposes=purposes)
    return library.create("Anna", consent, smiles if Purpose.PICTURES in purposes else ()).id


def members_of(library: Library) -> Enrolled:
    generic = tiny_prior().learn(np.zeros((0, 9), np.float32), [])
    return Enrolled(Roster(library, TinyRecogniser()), PrototypeIndex(generic))


def watching(members: Enrolled, namer: Namer | None, *, everybody: bool = False) -> ClassSession:
    return ClassSession(
        AlwaysSmiling(), members, follower=Places(), assess=FINE, namer=namer, everybody=everybody
    )


def looks(lesson: ClassSession, since: float = 0.0) -> Seen:
    """The one face, after some looks."""
    view = [lesson.look(picture(["happy"]), since + 0.1 * i) for i in range(5)][-1]
    (face,) = view.seen
    assert view.shares.unread == (not face.may_be_read)
    return face


def is_unread(face: Seen) -> bool:
    return (face.student, face.name, face.reading, face.quality) == (None,) * 4


def test_only_who_agreed_is_read(library: Library) -> None:
    anna = enrolled(library)
    members = members_of(library)
    assert looks(watching(members, OneStudent(anna))).expression == "happy"
    assert is_unread(looks(watching(members, None)))
    assert looks(watching(members, None, everybody=True)).expression == "happy"


def test_who_is_known_and_did_not_agree_is_never_read(library: Library) -> None:
    anna = enrolled(library, frozenset({Purpose.PICTURES, Purpose.NUMBERS}))
    members = members_of(library)
    assert len(members) == 0
    assert is_unread(looks(watching(members, OneStudent(anna), everybody=True)))


@pytest.mark.parametrize("everybody", [False, True])
def test_who_deleted_themselves_is_not_read_as_a_stranger(
    library: Library, *, everybody: bool
) -> None:
    anna = enrolled(library)
    members = members_of(library)
    lesson = watching(members, OneStudent(anna), everybody=everybody)
    assert looks(lesson).name == "Anna"
    Library(library.folder).remove(anna)  # Another process does so.
    members.refresh()
    lesson.forget_who_left(0.5)
    assert is_unread(looks(lesson, 0.5))
    assert lesson.memory.students == ()
    assert anna.encode() not in everything(library.folder)


def test_reading_that_is_taken_back_ends_at_once_and_leaves_nothing(library: Library) -> None:
    anna = enrolled(library)
    members = members_of(library)
    lesson = watching(members, OneStudent(anna), everybody=True)
    assert looks(lesson).name == "Anna"
    left = replace(AGREED, purposes=EVERY - {Purpose.READ})
    library.agree(anna, left)
    members.refresh()
    lesson.forget_who_left(0.5)
    assert is_unread(looks(lesson, 0.5))
    assert lesson.memory.students == ()


def test_pictures_that_are_taken_back_are_gone_and_come_no_more(library: Library) -> None:
    anna = enrolled(library)
    pictures = [library.portrait(library.open(anna), r) for r in library.open(anna).references]
    library.agree(anna, replace(AGREED, purposes=EVERY - {Purpose.PICTURES}))
    assert not library.open(anna).references
    assert not list((library.folder / anna).rglob("*.png"))
    with pytest.raises(ConsentError):
        library.add(anna, [NewReference("happy", portrait=pictures[0])])
    with pytest.raises(ConsentError):
        library.calibrate(anna, calibration(1))
    members = members_of(library)
    assert looks(watching(members, OneStudent(anna))).name == "Anna"  # As people in general.


def test_what_a_student_takes_back_holds_once_it_is_answered() -> None:
    hall = Hall()
    told: list[Event] = []
    with held(hall) as here:
        done(here.lesson.ask(Watch(told.append)))
        here.show("happy", "sad")
        done(here.lesson.ask(Name("class", 1, "a")))
        hall.members.agreed["a"] = NONE
        assert done(here.lesson.ask(Heed())) is None
        view = looked(here.show("happy", "sad")).view
        assert [face.may_be_read for face in view.seen] == [False, True]
        assert view.seen[0].reading is None
        assert view.shares.unread == 1
        done(here.lesson.ask(Notice(Noticed("withdrew", "Ada", (Purpose.READ,)))))
    assert Noticed("withdrew", "Ada", (Purpose.READ,)) in told
