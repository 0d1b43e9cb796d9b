"""The tools of the one process, as pages use them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import partial
from typing import Final

from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.files import to_jpeg
from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.images import at_most
from fewshot_fer.students.enrolment.card import Card, card_of
from fewshot_fer.students.enrolment.enrolment import Enrolment
from fewshot_fer.students.enrolment.gate import Gate, Rules
from fewshot_fer.students.store.records import Student
from fewshot_fer.web.app_state import AppState

_FACE: Final = 96
"""Pixels of a face in a line, for sharp screens."""

Steps = Callable[[int, int], None]


def gate(app: AppState, rules: Rules | None = None) -> Gate:
    """The gate for pictures that are to teach, or with rules of their own."""
    return Gate(app.recognizer.find, rules=rules or Rules())


def enrolment(
    app: AppState, *, same_person: bool = False, progress: Steps = lambda _done, _all: None
) -> Enrolment:
    """Enrolment of pictures about which every question was answered on the page."""
    return Enrolment(
        roster=app.roster,
        gate=gate(app),
        identify=app.opened().identity,
        same_person=same_person,
        skip_refused=True,
        keep=lambda _: True,
        progress=progress,
    )


def card(app: AppState, student_id: str) -> Card:
    """What is known of a student, remembered until they or the class learn something."""
    roster = app.roster
    taught = roster.stamp(student_id)
    return app.remembered.of(student_id, "card", taught, lambda: card_of(roster, student_id))


def face(app: AppState, who: Student) -> str:
    """A small picture of a student, resting where there is one, as an address; else nothing."""
    pictures = [r for r in who.references if r.kind == "image"]
    resting = [r for r in pictures if r.expression == NEUTRAL]
    chosen = next(iter(resting or pictures), None)
    if chosen is None:
        return ""
    picture = partial(app.library.portrait, who, chosen)
    return app.remembered.of(who.id, "face", chosen.sha, lambda: small(picture()))


def small(portrait: Bytes) -> str:
    """A portrait, small, as an address that holds the picture itself."""
    data = b64encode(to_jpeg(at_most(portrait, _FACE), 85)).decode()
    return f"data:image/jpeg;base64,{data}"
