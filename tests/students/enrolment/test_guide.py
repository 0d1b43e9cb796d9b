from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fewshot_fer.arrays import Bytes
from fewshot_fer.faces.quality import Quality
from fewshot_fer.faces.values import Faces
from fewshot_fer.reasons import Code
from fewshot_fer.students.enrolment.gate import Gate, Refusal
from fewshot_fer.students.enrolment.guide import (
    Ask,
    Event,
    Guide,
    Live,
    Pace,
    Skipped,
    Took,
    guide,
    propose,
)
from fewshot_fer.students.enrolment.showing import Judge, looks_like
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.library import Library
from tests.students.recogniser import FINE, TinyRecogniser, good, shown, tiny_prior

BLACK = np.zeros((192, 192, 3), np.uint8)
PACE = Pace(settle=1.0, hold=1.0, give_up=5.0)


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
    events = list(guide(frames, gate, ["happy"], pace=PACE))
    assert isinstance(events[0], Ask)
    assert "happy" in events[0].words
    assert isinstance(events[-1], Took)
    assert events[-1].candidate.quality["sharpness"] == 90
    assert events[-1].candidate.expression == "happy"
    assert sum(isinstance(event, Live) for event in events) == 9


def test_the_guide_says_what_is_wrong_and_goes_on() -> None:
    frames = film(*[BLACK] * 21, *[shown("sad", 2)] * 9)
    events = list(guide(frames, Gate(TinyRecogniser().find, good), ["happy", "sad"], pace=PACE))
    live = [event.seen for event in events if isinstance(event, Live)]
    assert isinstance(live[0], Refusal)
    (skipped,) = [event for event in events if isinstance(event, Skipped)]
    assert skipped.expression == "happy"
    assert "No face was found" in skipped.what
    (took,) = [event for event in events if isinstance(event, Took)]
    assert took.candidate.expression == "sad"


def test_a_camera_that_stops_skips_the_rest() -> None:
    events = list(guide(film(), Gate(TinyRecogniser().find, good), ["happy", "sad"], pace=PACE))
    assert [type(event) for event in events] == [Ask, Skipped, Ask, Skipped]


def guided(library: Library, *expressions: str) -> Guide:
    recogniser = TinyRecogniser()
    judge = Judge(Roster(library, recogniser))
    return Guide(Gate(recogniser.find, good), expressions, judge, Pace(settle=0.5, hold=1.0))


def shows(guide: Guide, what: str, frames: int, start: float = 0.0) -> list[Event]:
    """So many pictures of an expression, four a second."""
    return [e for i in range(frames) for e in guide.see(start + i / 4, shown(what, i))]


def taken(events: list[Event]) -> list[str]:
    return [event.candidate.expression for event in events if isinstance(event, Took)]


def test_it_stays_while_the_face_shows_something_else(library: Library) -> None:
    asking = guided(library, "neutral", "surprise")
    asking.next()
    assert taken(shows(asking, "neutral", 12)) == ["neutral"]
    rests = shows(asking, "neutral", 40, 3.0)
    afraid = shows(asking, "fear", 40, 13.0)
    assert taken([*rests, *afraid]) == []
    why = [e.unlike.code for e in (*rests, *afraid) if isinstance(e, Live) and e.unlike]
    assert (why[0], why[-1]) == (Code.STILL_AT_REST, Code.LIKE_ANOTHER)
    assert taken(shows(asking, "surprise", 12, 23.0)) == ["surprise"]
    assert asking.over


def test_a_face_is_held_from_the_beginning_again_after_another(library: Library) -> None:
    asking = guided(library, "happy")
    asking.next()
    shows(asking, "happy", 5)
    shows(asking, "sad", 4, 1.25)
    assert taken(shows(asking, "happy", 4, 2.25)) == []
    assert taken(shows(asking, "happy", 4, 3.25)) == ["happy"]


def test_what_is_said_to_be_right_is_taken_and_may_be_taken_again(library: Library) -> None:
    asking = guided(library, "happy", "sad")
    asking.next()
    assert not asking.can_take
    shows(asking, "neutral", 3)
    took, ask = asking.take()
    assert isinstance(took, Took)
    assert isinstance(ask, Ask)
    assert asking.again("sad") == []  # It was not taken yet.
    (ask,) = asking.again("happy")
    assert isinstance(ask, Ask)
    assert ask.expression == "happy"
    assert asking.taken == (took.candidate,)
    shows(asking, "happy", 12, 5.0)
    assert asking.taken[0] is not took.candidate
    shows(asking, "sad", 12, 10.0)
    assert asking.over
    assert [one.expression for one in asking.taken] == ["happy", "sad"]


def test_an_expression_that_nobody_knows_differs_from_the_resting_face() -> None:
    assert looks_like("bored", {"neutral": 0.9, "sad": 0.1}) == "neutral"
    assert looks_like("bored", {"neutral": 0.1, "sad": 0.9}) is None
    assert looks_like("sad", {"neutral": 0.4, "sad": 0.6}) is None


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
