"""The term: a class's lessons side by side, and what clearly changed from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from fewshot_fer.records.values import Recorded
from fewshot_fer.reports import words
from fewshot_fer.reports.summary import timeline_of
from fewshot_fer.reports.term import Term, class_term, student_term
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import bars, charts, frame, plain
from fewshot_fer.web.pages.parts import session as one_session
from fewshot_fer.web.pages.parts.saying import _

_MOST = 40
"""Lessons of a term; earlier ones are left out."""
_POINTS = 60


def show(app: AppState, class_name: str) -> None:
    """All lessons of a class."""
    frame.head(
        _("{name}: the term", name=class_name or _("The class")),
        _("Lesson by lesson, compared with nothing but the class's own usual."),
    )
    if frame.back(_("All sessions")):
        frame.go()
    now = datetime.fromtimestamp(app.now(), UTC)
    with st.spinner(_("Reading the lessons")), app.store() as store:
        lessons = (one for one in store.sessions() if one.class_name == class_name)
        over = [one for one in lessons if one.is_over(now)]
        recorded = [store.read(one.id, students=True) for one in over[:_MOST]]
    found = class_term(recorded)
    _told(found, "term")
    _side_by_side(recorded)
    _one_student(app, recorded)


def _told(found: Term, key: str) -> None:
    """What changed, in sentences, and the chart."""
    if len(found.lessons) < 2:
        st.info(_("A term needs two lessons or more in which faces were clearly read."))
        return
    st.html(bars.headlines(words.of_term(found)))
    st.html(bars.legend(found.names))
    frame.quiet(
        _("Share of each expression in each lesson; the pale bands hold it 95 times in 100.")
    )
    st.altair_chart(
        charts.term(found), key=f"chart-{key}", alt=_("Share of each expression, lesson by lesson")
    )


def _side_by_side(recorded: Sequence[Recorded]) -> None:
    st.subheader(_("Lessons side by side"), anchor=False)
    for one in recorded:
        session, whole = one.session, one.whole
        if not len(whole.seconds):
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(gap=None, width="stretch"):
                st.markdown(f"**{plain.text(_(words.title(session)))}**")
                frame.quiet(one_session.about(session))
            opens = _("Open session {id}", id=session.id)
            if st.button(_("Open"), key=f"open-{session.id}", help=opens):
                frame.go(session=str(session.id))
        line = timeline_of(whole, session.seconds, max(10, session.seconds // _POINTS))
        st.altair_chart(
            charts.strip(line, session.names),
            key=f"side-{session.id}",
            alt=_("What the class showed in session {id} over time", id=session.id),
        )


def _one_student(app: AppState, recorded: Sequence[Recorded]) -> None:
    there = {student for one in recorded for student in one.students}
    names = {who: name for who, name in one_session.called(app).items() if who in there}
    if not names:
        return
    st.subheader(_("One student"), anchor=False)
    frame.quiet(_("Compared with their own lessons alone; a choice, and never a verdict."))
    chosen = st.selectbox(
        _("Whose lessons?"), sorted(names, key=lambda who: names[who].casefold()), index=None,
        format_func=names.__getitem__, placeholder=_("Choose a student"), key="term-student",
    )  # fmt: skip
    if chosen is not None:
        _told(student_term(recorded, chosen), f"term-{chosen}")
