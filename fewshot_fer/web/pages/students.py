"""The students' page: everybody as a card; who is opened; who is new."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.students.store.records import Student, Summary
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import bars, desk, frame, plain
from fewshot_fer.web.pages.parts.progress import Progress
from fewshot_fer.web.pages.people import enrol, student

_MANY = 12
"""From so many students on there is a search."""


def show(app: AppState) -> None:
    """Everybody, one who is opened, or who is new."""
    opened = st.query_params.get("student")
    with frame.guarded():
        if opened is not None:
            student.show(app, opened)
            return
        if "new" in st.query_params:
            enrol.show(app)
            return
    with frame.guarded():
        _everybody(app)


def _everybody(app: AppState) -> None:
    frame.head(
        "Students",
        "A few pictures teach how each one looks, so that nobody is read as the average.",
    )
    frame.told()
    found = app.library.students()
    if not found:
        frame.empty(
            "person_add",
            "Nobody is enrolled yet",
            "Begin with one student: read the agreement together, then take a picture of their "
            "resting face. One picture is enough to begin with.",
            _new_button,
        )
        student.importing(app)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = _search(found)
        _new_button()
    shown = [one for one in found if wanted.casefold() in one.name.casefold()]
    if not shown:
        st.info("Nobody has a name like this.")
    _cards(app, shown)
    st.space("small")
    student.importing(app)


def _new_button() -> None:
    if st.button("Enrol a student", type="primary", icon=":material/person_add:"):
        frame.go(new="yes")


def _search(found: Sequence[Summary]) -> str:
    if len(found) < _MANY:
        st.markdown(f"**{plain.count(len(found), 'student')}**", width="stretch")
        return ""
    return st.text_input(f"Find one of {len(found)} students", placeholder="A name")


def _cards(app: AppState, found: Sequence[Summary]) -> None:
    progress = Progress("Reading what is known")
    with st.grid(min_column_width=270):
        for done, one in enumerate(found):
            progress(done, len(found))
            with st.container(border=True, key=f"card-{one.id}"), frame.guarded():
                _card(app, one)
    progress.close()


def _card(app: AppState, one: Summary) -> None:
    who, card = app.library.open(one.id), desk.card(app, one.id)
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        _face(app, who)
        with st.container(gap=None):
            st.markdown(f"**{plain.text(who.name)}**")
            frame.quiet(_pictures(who))
    st.html(bars.learnt(card))
    frame.quiet(card.advice)
    if st.button("Open", key=f"open-{one.id}", width="stretch", help=f"Open {who.name}"):
        frame.go(student=one.id)


def _face(app: AppState, who: Student) -> None:
    pictures = [r for r in who.references if r.kind == "image"]
    if not pictures:
        st.markdown("## :material/account_circle:", anchors=False, width="content")
        return
    resting = [r for r in pictures if r.expression == NEUTRAL]
    chosen = (resting or pictures)[0]
    picture = app.library.portrait(who, chosen)
    st.image(picture, width=64, alt=f"{who.name}, {chosen.expression}")


def _pictures(who: Student) -> str:
    total, kinds = len(who.references), len(who.counts)
    if not total:
        return "no pictures"
    return f"{plain.count(total, 'picture')} of {plain.count(kinds, 'expression')}"
