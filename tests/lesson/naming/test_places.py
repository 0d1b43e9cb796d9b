"""Names that a person gave outlive cuts: a slide, another layout, a face that was away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.drawn.gallery import Frame, Gallery
from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.faces.follower import Tracked
from fewshot_fer.faces.values import Faces
from fewshot_fer.lesson.places import Places
from fewshot_fer.lesson.session import ClassSession
from tests.lesson.colours import FINE, Colours, Pupils

STUDENTS = 9
BLANK: Bytes = np.full((720, 1280, 3), 60, np.uint8)


class Cut:
    """A follower that is told where faces are; after every cut all are new to it."""

    def __init__(self) -> None:
        self.boxes: Floats = np.zeros((0, 4), np.float32)
        self.first = 1

    def follow(self, image: Bytes, time: float) -> Tracked:
        count = len(self.boxes)
        faces = Faces(self.boxes, np.zeros((count, 5, 2), np.float32), np.ones(count, np.float32))
        ids = np.arange(self.first, self.first + count)
        return Tracked(faces, ids, np.zeros(count, bool), searched=True)


@pytest.fixture(scope="module")
def galleries() -> tuple[Gallery, Gallery]:
    """A class in a grid, and the same in a strip beside a slide."""
    people = invent_class(STUDENTS, 0)
    lesson = invent_lesson(STUDENTS, 0, LessonPlan(seconds=120.0))
    return Gallery(people, lesson), Gallery(people, lesson, presenting=True)


class Watched:
    """A session of a drawn class in which a person names everybody at the beginning."""

    def __init__(self, first: Frame) -> None:
        self.follower = Cut()
        names = {one.student: one.name for one in first.truth}
        self.session = ClassSession(Colours(), Pupils(names), follower=self.follower, assess=FINE)
        self.time = 0.0
        self.show(first)
        for track, one in enumerate(first.visible, start=1):
            self.session.name(track, one.student)
        self.show(first)

    def show(self, frame: Frame) -> Iterator[tuple[str | None, str]]:
        """Who each face is said to be, and who it is."""
        self.follower.boxes = np.array([one.box for one in frame.visible], np.float32)
        self.time += 0.2
        seen = self.session.look(frame.image, self.time).seen
        return zip(
            (one.student for one in seen), (one.student for one in frame.visible), strict=True
        )

    def cut(self, seconds: float) -> None:
        """Nobody is seen for a while, and all who come then are new."""
        self.follower.first += 100
        self.follower.boxes = np.zeros((0, 4), np.float32)
        for _ in range(3):
            self.time += seconds / 3
            self.session.look(BLANK, self.time)


@pytest.mark.parametrize("seconds", [4.0, 60.0])
def test_names_are_back_after_a_slide(galleries: tuple[Gallery, Gallery], seconds: float) -> None:
    watched = Watched(galleries[0].frame(1.0))
    watched.cut(seconds)
    found = list(watched.show(galleries[0].frame(40.0)))
    assert all(said in (None, true) for said, true in found)
    assert sum(said == true for said, true in found) >= len(found) - 1


def test_another_layout_gives_nobody_a_wrong_name(galleries: tuple[Gallery, Gallery]) -> None:
    grid, strip = galleries
    watched = Watched(grid.frame(1.0))
    watched.cut(30.0)
    found = list(watched.show(strip.frame(30.0)))
    assert all(said in (None, true) for said, true in found)
    assert sum(said == true for said, true in found) >= len(found) / 2
    watched.cut(30.0)
    back = list(watched.show(grid.frame(60.0)))
    assert all(said in (None, true) for said, true in back)


def test_somebody_else_in_the_same_place_has_no_name() -> None:
    places = Places()
    image = np.random.default_rng(0).integers(0, 255, (100, 100, 3)).astype(np.uint8)
    box = np.array([[20, 20, 80, 80]], np.float32)
    places.saw(image, box, [1], {1: "ada"}, 0.0)
    other = np.random.default_rng(1).integers(0, 255, (100, 100, 3)).astype(np.uint8)
    assert places.found(other, box, [2], [2], []) == {}
    assert places.found(image, box, [2], [2], ["ada"]) == {}
    assert places.found(image, box, [1], [1], []) == {}  # It was there beside her.
    assert places.found(image, box, [2], [2], []) == {2: "ada"}
    places.forget("ada")
    assert places.found(image, box, [2], [2], []) == {}


def test_what_a_person_takes_back_does_not_come_back(galleries: tuple[Gallery, Gallery]) -> None:
    frame = galleries[0].frame(1.0)
    watched = Watched(frame)
    ada = frame.visible[0].student
    watched.session.name(1, None)
    watched.show(frame)
    watched.cut(30.0)
    assert ada not in {said for said, _ in watched.show(frame)}
