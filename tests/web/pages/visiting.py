"""A page that runs without a browser, and a session for it to show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape

from streamlit.testing.v1 import AppTest

from fewshot_fer.drawn.files import reference_picture
from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.expressions import BASIC
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import ClassSecond, Mark, Second, StudentSecond
from fewshot_fer.students.enrolment.enrolment import Enrolment, kept
from fewshot_fer.students.enrolment.gate import Gate, Picture
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.students.store.records import Student
from fewshot_fer.web.app_state import AppState

Opens = Callable[..., AppTest]
"""Opens a page, at an address of its own if need be."""


def run(test: AppTest) -> AppTest:
    test.run()
    assert [one.value for one in test.exception] == []
    return test


def said(test: AppTest) -> str:
    """Everything that a page says."""
    parts = (*test.title, *test.markdown, *test.info, *test.error, *test.success, *test.warning)
    return "\n".join(
        [*(str(one.value) for one in parts), *(unescape(one.proto.body) for one in test.html)]
    )


def press(test: AppTest, words: str, place: int = 0) -> AppTest:
    [one for one in test.button if one.label == words][place].click()
    return run(test)


RECORDED = datetime(2026, 11, 17, 9, tzinfo=UTC)


def record(service: AppState, student: str | None, seconds: int = 300, *, ends: bool = True) -> int:
    """A session in which the class is neutral at first, and then happy; or one that is cut off."""
    with Store.open(service.settings.records, now=lambda: RECORDED) as store:
        session = store.begin("7b", per_student=student is not None)
        rows = []
        for t in range(seconds):
            shown = "neutral" if t < seconds // 2 else "happy"
            counts = {one: 3.0 if one == shown else 0.0 for one in BASIC}
            scores = {one: 0.9 if one == shown else 0.01 for one in BASIC}
            each = (StudentSecond(student, 1, 1.0, 1.0, 0.8, shown, scores),) if student else ()
            rows.append(Second(ClassSecond(t, 5, 4.0, 3.0, counts), each))
        store.write(session, rows, [Mark(seconds // 2, "Quiz *begins*")])
        if ends:
            store.end(session)
    return session


def enroll(service: AppState, name: str, drawn: DrawnStudent, *expressions: str) -> Student:
    """Somebody with pictures of some expressions."""
    pictures = [Picture(one, reference_picture(drawn, one)) for one in expressions]
    consent = agreed("Ada's mother", service.library.now())
    enrolment = Enrolment(service.roster, Gate(service.recognizer.find), keep=kept)
    return enrolment.enroll(name, pictures, consent).student
