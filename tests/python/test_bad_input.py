"""The longer objects say in our words what is wrong, too."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fewshot_fer as ff
from fewshot_fer.recognizer import Recognizer
from tests.python.people import picture

HAPPY = picture("happy").astype(np.float32)
PICTURES: dict[str, Any] = {
    "text": "photo.jpg",
    "nothing": None,
    "an empty list": [],
    "not a number": HAPPY * np.nan,
    "infinite": HAPPY / 0.0001 + np.inf,
    "beyond 255": HAPPY * 3,
    "below 0": HAPPY - 128,
    "seven channels": np.zeros((50, 50, 7), np.uint8),
    "no pixels": np.zeros((0, 50, 3), np.uint8),
}


@cache
def looking(ours: ff.Class) -> ff.ClassSession:
    return ff.OpenClass.open(ours.settings, ours.recognizer).watch()


Takes = Callable[[ff.Class, Any], object]
TAKERS: dict[str, Takes] = {
    "find": lambda ours, image: ours.recognizer.find(image),
    "name_faces": lambda ours, image: ff.name_faces(image, ours.roster),
    "look": lambda ours, image: looking(ours).look(image, 0),
    "read": lambda ours, image: ours.read(image),
    "enroll": lambda ours, image: ours.enroll("Ben", consent="Ben", happy=image),
    "recalibrate": lambda ours, image: ours.recalibrate("Anna", happy=image),
}


def words(ours: ff.Class) -> Path:
    return ours.library.folder.parent / "words.txt"


OTHERS: dict[str, tuple[Callable[[ff.Class], object], str]] = {
    "no checkpoint": (lambda _: ff.Recognizer.open("nowhere"), "nowhere.*missing"),
    "a file for a checkpoint": (lambda c: ff.Recognizer.open(words(c)), "words.txt"),
    "a file for a library": (lambda c: ff.Library(words(c)), "not a folder"),
    "an id that leads elsewhere": (lambda c: c.library.open("../x"), "not a student's id"),
    "nobody by that id": (lambda c: c.roster.prototypes("ab2"), "no student 'ab2'"),
    "nobody's picture": (lambda c: ff.name_faces(picture("sad"), c.roster, "ab2"), "no student"),
}


@pytest.fixture(scope="module")
def ours(recognizer: Recognizer, tmp_path_factory: pytest.TempPathFactory) -> ff.Class:
    """Anna's class; none of the mistakes changes it."""
    folder = tmp_path_factory.mktemp("school")
    (folder / "words.txt").write_text("words")
    made = ff.Class(folder / "students", recognizer=recognizer)
    made.enroll("Anna", consent="Anna", neutral=picture("neutral"))
    return made


@pytest.mark.parametrize("what", PICTURES)
@pytest.mark.parametrize("taker", TAKERS)
def test_a_bad_picture(taker: str, what: str, ours: ff.Class) -> None:
    with pytest.raises(ff.FewshotFerError) as caught:
        TAKERS[taker](ours, PICTURES[what])
    assert caught.value.next_step
    assert [one.name for one in ours.students] == ["Anna"]


@pytest.mark.parametrize("what", OTHERS)
def test_another_mistake(what: str, ours: ff.Class) -> None:
    do, said = OTHERS[what]
    with pytest.raises(ff.FewshotFerError, match=said):
        do(ours)
