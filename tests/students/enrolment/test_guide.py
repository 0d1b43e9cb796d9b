from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fewshot_fer.arrays import Bytes
from fewshot_fer.faces.quality import Quality
from fewshot_fer.faces.values import Faces
from fewshot_fer.students.enrolment.gate import Gate, Refusal
from fewshot_fer.students.enrolment.guide import Ask, Live, Pace, Skipped, Took, guide, propose
from tests.students.recogniser import FINE, TinyRecogniser, good, shown, tiny_prior

BLACK = np.zeros((192, 192, 3), np.uint8)
PACE = Pace(settle=1.0, choose=1.0, give_up=5.0)


def film(*images: Bytes) -> Iterator[tuple[float, Bytes]]:
    """Four frames a second."""
    return ((i / 4, image) for i, image in enumerate(images))


def by_brightness(_image: Bytes, faces: Faces) -> list[Quality]:
    """The first corner's brightness is the sharpness."""
    return [replace(FINE, sharpness=float(_image[0, 0, 0]))] * len(faces)


def with_sharpness(image: Bytes, sharpness: int) -> Bytes:
    image = image.copy()
    image[0, 0] = sharpness
    return image


def test_the_guide_asks_waits_and_takes_the_sharpest_of_a_second() -> None:
    happy = shown("happy", 1)
    # Sharp before the settling is over (not taken), then sharpest in the third frame of it.
    levels = [250, 250, 250, 250, 10, 20, 90, 30, 40, 250, 250]
    frames = film(*(with_sharpness(happy, level) for level in levels))
    gate = Gate(TinyRecogniser().find, by_brightness)
    events = list(guide(frames, gate, ["happy"], PACE))
    assert isinstance(events[0], Ask)
    assert "happy" in events[0].words
    assert isinstance(events[-1], Took)
    assert events[-1].candidate.quality["sharpness"] == 90
    assert events[-1].candidate.expression == "happy"
    assert sum(isinstance(event, Live) for event in events) == 9


def test_the_guide_says_what_is_wrong_and_goes_on() -> None:
    frames = film(*[BLACK] * 21, *[shown("sad", 2)] * 9)
    events = list(guide(frames, Gate(TinyRecogniser().find, good), ["happy", "sad"], PACE))
    live = [event.seen for event in events if isinstance(event, Live)]
    assert isinstance(live[0], Refusal)
    (skipped,) = [event for event in events if isinstance(event, Skipped)]
    assert skipped.expression == "happy"
    assert "No face was found" in skipped.what
    (took,) = [event for event in events if isinstance(event, Took)]
    assert took.candidate.expression == "sad"


def test_a_camera_that_stops_skips_the_rest() -> None:
    events = list(guide(film(), Gate(TinyRecogniser().find, good), ["happy", "sad"], PACE))
    assert [type(event) for event in events] == [Ask, Skipped, Ask, Skipped]


def test_a_video_proposes_the_best_frame_of_every_expression() -> None:
    recogniser = TinyRecogniser()
    images = [BLACK] * 4 + [shown("happy", i) for i in range(8)]
    images += [shown("sad", i) for i in range(8)] + [np.hstack([images[5]] * 2)]
    read = tiny_prior().learn(np.zeros((0, 9), np.float32), ()).read
    gate = Gate(recogniser.find, good)
    found = propose(film(*images), gate, recogniser.vectors_of, read)
    assert [proposal.candidate.expression for proposal in found] == ["happy", "sad"]
    assert 1.0 <= found[0].time < 3.0 <= found[1].time < 5.0
    assert propose(film(BLACK), gate, recogniser.vectors_of, read) == []
