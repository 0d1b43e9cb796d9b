"""The tools of the one process, as pages use them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from fewshot_fer.students.enrolment.card import Card, card_of
from fewshot_fer.students.enrolment.enrolment import Enrolment
from fewshot_fer.students.enrolment.gate import Gate, Rules
from fewshot_fer.web.app_state import AppState

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
        progress=progress,
    )


def card(app: AppState, student_id: str) -> Card:
    """What is known of a student, remembered until they or the class learn something."""
    stamp = str(app.roster.stamp(student_id))
    return _card(app, student_id, stamp, app.recognizer.checkpoint_hash)


@st.cache_data(show_spinner=False, max_entries=300)
def _card(_app: AppState, student_id: str, stamp: str, checkpoint: str) -> Card:
    del stamp, checkpoint  # They are what the card depends on: other ones, another card.
    return card_of(_app.roster, student_id)


def forget(app: AppState, student_id: str) -> None:
    """Delete a student and everything that is known of them, wherever it is."""
    app.portal.forget(student_id)
    _card.clear()
