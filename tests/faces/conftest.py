"""The shipped detector and a drawn class, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from fewshot_fer.drawn.gallery import Frame, Gallery
from fewshot_fer.drawn.lesson import LessonPlan, invent_lesson
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.faces.detector import Detector

LIVELY = LessonPlan(seconds=20)


@pytest.fixture(scope="session")
def networks(repository: Path) -> Path:
    """The folder of the three networks."""
    return repository / "checkpoints" / "mtcnn"


@pytest.fixture(scope="session")
def detector(networks: Path) -> Detector:
    """With full precision, as in the comparison with the original."""
    return Detector.of(networks.parent, precision="f32")


@pytest.fixture(scope="session")
def quick_detector(networks: Path) -> Detector:
    """As in a live class."""
    return Detector.of(networks.parent)


@pytest.fixture(scope="session")
def gallery() -> Gallery:
    """Nine drawn students at 720p."""
    return Gallery(invent_class(9, 3), invent_lesson(9, 3, LIVELY))


@pytest.fixture(scope="session")
def frame(gallery: Gallery) -> Frame:
    """One moment of theirs, all faces whole."""
    for tenth in range(200):
        moment = gallery.frame(tenth / 10)
        if len(moment.visible) == 9:
            return moment
    raise AssertionError("the drawn lesson never shows all nine")
