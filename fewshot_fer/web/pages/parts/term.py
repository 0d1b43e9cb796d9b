"""The term: a class's lessons side by side, and what clearly changed from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from fewshot_fer.records.values import Recorded
from fewshot_fer.reports import words
from fewshot_fer.reports.summary import timeline_of
from fewshot_fer.reports.term import Term, class_term, student_term
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import bars, charts, frame, plain
from fewshot_fer.web.pages.parts import session as one_session

_MOST = 40
"""Lessons of a term; earlier ones are left out."""
_POINTS = 60


def show(app: AppState, class_name: str) -> None:
    """All lessons of a class."""
    frame.head(
        f"{class_name or 'The class'}: the term",
        "Lesson by lesson, compared with nothing but the class's own usual.",
    )
    if frame.back("All sessions"):
        frame.go()
    with st.spinner("Reading the lessons"), app.store() as store:
        ended = [one for one in store.sessions() if one.class_name == class_name and one.ended]
        recorded = [store.read(one.id, students=True) for one in ended[:_MOST]]
    found = class_term(recorded)
    _told(found, "term")
    _side_by_side(recorded)
    _one_student(app, recorded)


def _told(found: Term, key: str) -> None:
    """What changed, in sentences, and the chart."""
    if len(found.lessons) < 2:
        st.info("A term needs two lessons or more in which faces were clearly read.")
        return
    said = "".join(f"<p>{escape(line)}</p>" for line in words.of_term(found))
    st.html(f'<div class="headlines">{said}</div>')
    st.html(bars.legend(found.names))
    frame.quiet("Share of each expression in each lesson; the pale bands hold it 95 times in 100.")
    st.altair_chart(
        charts.term(found), key=f"chart-{key}", alt="Share of each expression, lesson by lesson"
    )


def _side_by_side(recorded: Sequence[Recorded]) -> None:
    st.subheader("Lessons side by side", anchor=False)
    for one in recorded:
        session, whole = one.session, one.whole
        if not len(whole.seconds):
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(gap=None, width="stretch"):
                st.markdown(f"**{plain.text(words.title(session))}**")
                frame.quiet(one_session.about(session))
            if st.button("Open", key=f"open-{session.id}", help=f"Open session {session.id}"):
                frame.go(session=str(session.id))
        line = timeline_of(whole, session.seconds, max(10, session.seconds // _POINTS))
        st.altair_chart(
            charts.strip(line, session.names),
            key=f"side-{session.id}",
            alt=f"What the class showed in session {session.id} over time",
        )


def _one_student(app: AppState, recorded: Sequence[Recorded]) -> None:
    there = {student for one in recorded for student in one.students}
    names = {who: name for who, name in one_session.called(app).items() if who in there}
    if not names:
        return
    st.subheader("One student", anchor=False)
    frame.quiet("Compared with their own lessons alone; a choice, and never a verdict.")
    chosen = st.selectbox(
        "Whose lessons?", sorted(names, key=lambda who: names[who].casefold()), index=None,
        format_func=names.__getitem__, placeholder="Choose a student", key="term-student",
    )  # fmt: skip
    if chosen is not None:
        _told(student_term(recorded, chosen), f"term-{chosen}")
