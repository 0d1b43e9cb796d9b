"""Which expressions can be read, whose they are, and teaching new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from fewshot_fer.expressions import BASIC
from fewshot_fer.palette import COLOURS
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import frame, plain, teach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fewshot_fer.students.store.records import Student


def show(app: AppState) -> None:
    """The seven, the class's own, the students' own, and teaching one more."""
    frame.head(
        "Expressions",
        "Seven are known from the start. Teach the class or one student any other, such as "
        "confused or bored, from a few pictures.",
    )
    frame.told()
    with frame.guarded():
        everyone = [app.library.open(one.id) for one in app.library.students()]
        _basic()
        _class(app, everyone)
        _own(app, everyone)
        st.divider()
        teach.show(app, everyone)


def _basic() -> None:
    st.subheader("Known from the start", anchor=False)
    items = "".join(f'<li><i style="background:{COLOURS[name]}"></i>{name}</li>' for name in BASIC)
    st.html(f'<ul class="ff-legend">{items}</ul>')


def _class(app: AppState, everyone: Sequence[Student]) -> None:
    st.subheader("Of the whole class", anchor=False)
    names = app.library.class_expressions()
    if not names:
        frame.quiet("None yet. Pictures of two or three students teach one that is read of all.")
    for name in names:
        shown = {one.name: one.counts[name] for one in everyone if name in one.counts}
        pictures = plain.count(sum(shown.values()), "picture")
        about = f"{pictures} of {plain.listed(sorted(shown))}" if shown else "no pictures yet"
        _line(app, name, about, None)


def _own(app: AppState, everyone: Sequence[Student]) -> None:
    having = [(one, name) for one in everyone for name in one.own_expressions]
    st.subheader("Of single students", anchor=False)
    if not having:
        frame.quiet("None yet. A student's own is read of that student alone.")
    for one, name in having:
        pictures = plain.count(one.counts.get(name, 0), "picture")
        _line(app, name, f"{one.name}, {pictures}", one)


def _line(app: AppState, name: str, about: str, of: Student | None) -> None:
    key = f"{of.id if of else 'class'}-{name}"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"own-{key}"):
        with st.container(gap=None):
            st.markdown(f"**{plain.text(name)}**")
            frame.quiet(about)
        with st.popover("Remove", type="tertiary", key=f"remove-{key}"):
            whose = f"of {of.name}" if of else "of the class"
            st.markdown(
                f"Forget **{plain.text(name)}** {plain.text(whose)}, with all its pictures? This "
                "cannot be taken back."
            )
            if st.button("Forget it", type="primary", key=f"forget-{key}"):
                app.library.remove_expression(name, of.id if of else None)
                frame.tell("done", f"{plain.text(name)} {plain.text(whose)} is forgotten.")
                frame.go()
