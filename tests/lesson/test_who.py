"""Names that an identity network gave: looked at again, and taken back when contradicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.faces.identity import Identity
from fewshot_fer.faces.values import Faces
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.lesson.who import EnrolledNamer, KnownFaces, Rechecks
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import NewReference
from tests.lesson.colours import FINE, SIDE, Colours, Places, Pupils, picture
from tests.students.people import AGREED, library_at

GREY = {"Anna": 40, "Bo": 220}


class ByBrightness:
    """A network for which a person is how bright their picture is; 130 is a stranger."""

    def __call__(self, batch: Floats) -> tuple[Floats, ...]:
        vector = np.zeros((1, 128), np.float32)
        vector[0, int(np.argmin(np.abs(np.array([40, 220, 130]) - batch.mean())))] = 1
        return (vector,)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    here = library_at(tmp_path)
    for name, grey in GREY.items():
        flat = np.full((192, 192, 3), grey, np.uint8)
        here.create(name, AGREED, [NewReference("happy", portrait=flat)])
    return here


@pytest.fixture
def known(library: Library) -> KnownFaces:
    return KnownFaces(library, Identity(ByBrightness()))


def frame(*greys: int) -> Bytes:
    image = picture(["happy"] * len(greys))
    for i, grey in enumerate(greys):
        image[:, 50 * i : 50 * i + SIDE + 10] = grey
    return image


def doubts(namer: EnrolledNamer, greys: Sequence[int], students: Sequence[str]) -> list[float]:
    """When a name was lost, of a minute at ten looks a second."""
    lost = []
    for k in range(600):
        image = frame(*greys)
        faces = Places().follow(image, k / 10).faces
        tracks = list(range(1, len(greys) + 1))
        lost += [k / 10 for _ in namer.doubted(image, faces, tracks, students, k / 10)]
    return lost


def namer_of(known: KnownFaces) -> EnrolledNamer:
    return EnrolledNamer(lambda: known, Rechecks(quality=0.0))


def test_a_right_name_stays_and_is_seldom_looked_at(library: Library) -> None:
    looked = []

    class Counting(ByBrightness):
        def __call__(self, batch: Floats) -> tuple[Floats, ...]:
            looked.append(batch)
            return super().__call__(batch)

    known = KnownFaces(library, Identity(Counting()))
    looked.clear()
    namer = namer_of(known)
    assert doubts(namer, [40, 220], ["s001", "s002"]) == []
    assert 18 <= len(looked) <= 24


@pytest.mark.parametrize(
    ("grey", "student"),
    [(220, "s001"), (130, "s001"), (40, "s002")],
    ids=["other", "stranger", "b"],
)
def test_a_wrong_name_is_lost_after_several_looks(
    known: KnownFaces, grey: int, student: str
) -> None:
    first = doubts(namer_of(known), [grey], [student])[0]
    assert 5.0 + 2 * 0.5 <= first <= 7.0


def test_one_bad_look_takes_no_name(known: KnownFaces) -> None:
    namer, lost = namer_of(known), []
    for k in range(600):
        image = frame(130 if 50 <= k < 54 else 40)
        faces = Places().follow(image, k / 10).faces
        lost += namer.doubted(image, faces, [1], ["s001"], k / 10)
    assert lost == []


def test_who_came_or_left_is_known_after_a_refresh(known: KnownFaces, library: Library) -> None:
    assert known.refresh() is False
    assert who(known) == ["s001", "s002"]
    library.remove("s001")
    assert known.refresh() is True
    assert who(known) == ["s002"]
    flat = np.full((192, 192, 3), 40, np.uint8)
    library.create("Cem", AGREED, [NewReference("sad", portrait=flat)])
    assert known.refresh() is True
    assert who(known) == ["s002", "s003"]


def test_nobody_is_named_as_long_as_the_faces_are_not_known(known: KnownFaces) -> None:
    found: list[KnownFaces] = []
    namer = EnrolledNamer(lambda: found[0] if found else None, Rechecks(quality=0.0))
    image = frame(220)
    faces = Places().follow(image, 0.0).faces
    assert namer.name(image, faces, [1], 0.0) == {}
    assert namer.doubted(image, faces, [1], ["s001"], 30.0) == []
    found.append(known)
    assert doubts(namer, [220], ["s001"])


def who(known: KnownFaces) -> list[str]:
    return list(known.known.students)


# ---------------------------------------------------------------------- in a session


@dataclass
class Fickle:
    """Says that the first face is Ada's, until it does not believe it any more."""

    says: Mapping[int, str] = field(default_factory=lambda: {1: "a"})
    wrong: bool = False
    asked: list[int] = field(default_factory=list)

    def name(
        self, image: Bytes, faces: Faces, tracks: Sequence[int], time: float
    ) -> Mapping[int, str]:
        return {track: self.says[track] for track in tracks if track in self.says}

    def doubted(
        self, image: Bytes, faces: Faces, tracks: Sequence[int], students: Sequence[str],
        time: float,
    ) -> Sequence[int]:  # fmt: skip
        self.asked += tracks
        return list(tracks) if self.wrong else []

    def forget(self, tracks: Sequence[int]) -> None:
        """Nothing is remembered."""


def watched(namer: Fickle) -> ClassSession:
    pupils = Pupils({"a": "Ada", "b": "Bo"})
    return ClassSession(Colours(), pupils, follower=Places(), assess=FINE, namer=namer)


def test_a_name_that_was_wrong_goes_to_whose_it_is_with_nothing_of_the_other() -> None:
    namer = Fickle()
    live = watched(namer)
    for k in range(5):
        live.look(picture(["happy", "sad"]), k / 2)
    assert live.memory.students == ("a",)
    namer.wrong, namer.says = True, {2: "a"}
    seen = live.look(picture(["happy", "sad"]), 3.0).seen
    assert [face.student for face in seen] == [None, "a"]
    assert [face.expression for face in seen] == ["happy", "sad"]
    assert len(live.memory.of("a")) == 1


def test_a_name_that_a_person_gave_is_never_doubted() -> None:
    namer = Fickle(wrong=True, says={})
    live = watched(namer)
    live.look(picture(["happy"]), 0.0)
    live.name(1, "b")
    for k in range(1, 5):
        assert live.look(picture(["happy"]), k / 2).seen[0].student == "b"
    assert namer.asked == []


def test_who_left_the_class_leaves_nothing_in_the_session() -> None:
    live = watched(Fickle())
    for k in range(3):
        live.look(picture(["happy"]), k / 2)
    pupils = live.members
    assert isinstance(pupils, Pupils)
    pupils.names = {"b": "Bo"}
    live.forget_who_left(1.0)
    assert live.memory.students == ()
    namer = live.look(picture(["happy"]), 2.0).seen[0]
    assert namer.name is None
