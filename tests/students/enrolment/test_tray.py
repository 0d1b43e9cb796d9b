"""The tray: pictures with their verdicts, names from files, questions and answers."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.expressions import BASIC
from fewshot_fer.reasons import Code
from fewshot_fer.students.enrolment.gate import Candidate, Picture, Refusal
from fewshot_fer.students.enrolment.tray import Tray
from fewshot_fer.students.store.library import Library
from fewshot_fer.web.pages.people.collect import waiting
from tests.students.people import library_at
from tests.students.recogniser import TinyRecogniser, enrolment_at, shown


def png(image: Bytes) -> bytes:
    return cv2.imencode(".png", image[..., ::-1])[1].tobytes()


@pytest.fixture
def library(tmp_path: object) -> Library:
    return library_at(tmp_path)  # type: ignore[arg-type]


def test_a_picture_that_is_none_is_refused_in_words(library: Library) -> None:
    tray, gate = Tray(), enrolment_at(library).gate
    entry = tray.put("notes.jpg", b"these are words", gate, "happy")
    assert isinstance(entry.seen, Refusal)
    assert "not a picture" in entry.seen.error.what
    assert entry.candidate is None


def test_the_same_file_twice_is_one_entry(library: Library) -> None:
    tray, gate = Tray(), enrolment_at(library).gate
    data = png(shown("happy", 1))
    assert tray.put("a.png", data, gate, "happy") is tray.put("b.png", data, gate, "happy")
    assert len(tray.entries) == 1


def test_one_picture_taken_for_two_expressions_waits_until_somebody_says_which(
    library: Library,
) -> None:
    tray, enrolment = Tray(), enrolment_at(library)
    seen = enrolment.gate.look(Picture("happy", shown("happy", 1), "camera happy"))
    assert isinstance(seen, Candidate)
    tray.add(seen)
    tray.add(replace(seen, expression="sad", source="camera sad"))
    (entry,) = tray.entries.values()
    assert (entry.expression, entry.came_as) == (None, ("happy", "sad"))
    why = waiting(tray, tray.together(enrolment.look))
    assert why == "Say what one picture shows, or take it out."
    tray.call(entry.key, "happy")
    tray.add(seen)
    assert waiting(tray, tray.together(enrolment.look)) is None


def test_a_picture_without_a_name_is_not_left_behind_in_silence(library: Library) -> None:
    tray, enrolment = Tray(), enrolment_at(library)
    tray.put("happy.png", png(shown("happy", 1)), enrolment.gate, "happy")
    unnamed = tray.put("IMG_2041.png", png(shown("sad", 2)), enrolment.gate, None)
    assert "one picture" in (waiting(tray, tray.together(enrolment.look)) or "")
    tray.drop(unnamed.key)
    assert waiting(tray, tray.together(enrolment.look)) is None


def test_of_several_faces_one_is_chosen(library: Library) -> None:
    tray, gate = Tray(), enrolment_at(library).gate
    both = np.hstack([shown("happy", 1), shown("sad", 2)])
    entry = tray.put("both.png", png(both), gate, "sad")
    assert isinstance(entry.seen, Refusal)
    assert entry.faces == 2
    tray.choose_face(entry.key, 1, gate)
    chosen = tray.entries[entry.key].seen
    assert isinstance(chosen, Candidate)
    z = TinyRecogniser().vectors_of(np.stack([chosen.portrait, shown("sad", 2)]))
    assert np.abs(z[0] - z[1]).max() < 0.5


def test_a_doubtful_picture_waits_for_its_answer(library: Library) -> None:
    tray, enrolment = Tray(), enrolment_at(library)
    for seed, name in enumerate(BASIC):
        tray.put(f"{name}.png", png(shown(name, seed)), enrolment.gate, name)
    wrong = tray.put("odd.png", png(shown("happy", 50)), enrolment.gate, "sad")
    together = tray.together(enrolment.look)
    assert together is not None
    assert wrong.key in tray.unanswered(together)
    tray.drop(wrong.key)
    together = tray.together(enrolment.look)
    assert together is not None
    for key in tray.unanswered(together):
        tray.confirmed.add((key, together.doubts[key].expression))
    assert tray.unanswered(together) == []
    kept = [candidate.source for candidate in tray.kept(together)]
    assert sorted(kept) == sorted(f"{name}.png" for name in BASIC)


def test_another_name_asks_anew(library: Library) -> None:
    tray, enrolment = Tray(), enrolment_at(library)
    for seed, name in enumerate(BASIC):
        tray.put(f"{name}.png", png(shown(name, seed)), enrolment.gate, name)
    entry = tray.put("odd.png", png(shown("happy", 50)), enrolment.gate, "sad")
    before = tray.together(enrolment.look)
    assert before is tray.together(enrolment.look), "nothing changed, so nothing is looked at again"
    tray.call(entry.key, "happy")
    after = tray.together(enrolment.look)
    assert before is not None
    assert after is not None
    assert entry.key in before.doubts
    assert entry.key not in after.doubts


def test_a_double_is_refused_at_its_own_picture(library: Library) -> None:
    tray, enrolment = Tray(), enrolment_at(library)
    first = shown("happy", 1)
    darker = np.clip(first.astype(int) - 2, 0, 255).astype(np.uint8)
    tray.put("same.png", png(first), enrolment.gate, "happy")
    tray.put("same.png", png(darker), enrolment.gate, "happy")
    tray.put("same.png", png(shown("sad", 3)), enrolment.gate, "sad")
    together = tray.together(enrolment.look)
    assert together is not None
    ((key, refusal),) = together.refused.items()
    assert refusal.error.has(Code.SAME_PICTURE)
    assert tray.entries[key].expression == "happy"
