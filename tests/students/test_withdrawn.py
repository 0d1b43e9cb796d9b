"""Consent that is withdrawn in the middle of a lesson."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.lesson.members import Enrolled
from fewshot_fer.lesson.naming import OneStudent
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.prototypes.index import PrototypeIndex
from fewshot_fer.records.views import Seen
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import NewReference
from tests.lesson.colours import FINE, Colours, Places, picture
from tests.students.people import AGREED, everything
from tests.students.recogniser import TinyRecogniser, mean_of, shown, tiny_prior

MANNER = np.float32(5.0)


@dataclass
class AlwaysSmiling(Colours):
    """Every face is Anna's smile."""

    def vectors_of(self, portraits: Bytes) -> Floats:
        return np.tile(mean_of("happy") + MANNER, (len(portraits), 1))


def test_a_student_is_not_labelled_any_more_once_consent_is_withdrawn(library: Library) -> None:
    smiles = [NewReference("happy", portrait=shown("happy", k, float(MANNER))) for k in (1, 2)]
    anna = library.create("Anna", AGREED, smiles).id
    generic = tiny_prior().learn(np.zeros((0, 9), np.float32), [])
    members = Enrolled(Roster(library, TinyRecogniser()), PrototypeIndex(generic))
    lesson = ClassSession(
        AlwaysSmiling(), members, follower=Places(), assess=FINE, namer=OneStudent(anna)
    )

    def anna_s_face(time: float) -> Seen:
        (seen,) = lesson.look(picture(["happy"]), time).seen
        return seen

    before = [anna_s_face(0.1 * i) for i in range(5)][-1]
    assert before.name == "Anna"
    Library(library.folder).remove(anna)  # Another process does so.
    members.refresh()
    after = [anna_s_face(0.5 + 0.1 * i) for i in range(5)]
    assert [seen.name for seen in after] == [None] * 5
    stranger = members.read([None], mean_of("happy")[None] + MANNER, [None])[0]
    assert after[0].reading is not None
    assert dict(members.read([anna], mean_of("happy")[None] + MANNER, [None])[0].scores) == dict(
        stranger.scores
    )
    assert anna.encode() not in everything(library.folder)
