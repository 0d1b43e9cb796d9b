"""Which expressions can be read, whose they are, and teaching new ones."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fewshot_fer.languages import many
from fewshot_fer.students.store.records import Student
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import bars, frame, plain
from fewshot_fer.web.pages.parts.saying import _
from fewshot_fer.web.pages.people import teach


def show(app: AppState) -> None:
    """The basic ones, the class's own, the students' own, and teaching one more."""
    frame.head(
        _("Expressions"),
        _(
            "Some are known from the start. Teach the class or one student any other, such as "
            "confused or bored, from a few pictures."
        ),
    )
    frame.told()
    with frame.guarded():
        everyone = [app.library.open(one.id) for one in app.library.students()]
        _basic(app)
        _class(app, everyone)
        _own(app, everyone)
        st.divider()
        teach.show(app, everyone)


def _basic(app: AppState) -> None:
    st.subheader(_("Known from the start"), anchor=False)
    st.html(bars.legend(app.library.basic))


def _class(app: AppState, everyone: Sequence[Student]) -> None:
    st.subheader(_("Of the whole class"), anchor=False)
    names = app.library.class_expressions()
    if not names:
        frame.quiet(_("None yet. Pictures of two or three students teach one that is read of all."))
    for name in names:
        shown = {one.name: one.counts[name] for one in everyone if name in one.counts}
        about = many(
            sum(shown.values()), "{count} picture of {names}", "{count} pictures of {names}",
            names=plain.listed(sorted(shown)),
        )  # fmt: skip
        _line(app, name, _(about if shown else "no pictures yet"), None)


def _own(app: AppState, everyone: Sequence[Student]) -> None:
    having = [(one, name) for one in everyone for name in app.library.own_expressions(one)]
    st.subheader(_("Of single students"), anchor=False)
    if not having:
        frame.quiet(_("None yet. A student's own is read of that student alone."))
    for one, name in having:
        pictures = many(one.counts.get(name, 0), "{count} picture", "{count} pictures")
        _line(app, name, f"{one.name}, {_(pictures)}", one)


def _line(app: AppState, name: str, about: str, of: Student | None) -> None:
    key = f"{of.id if of else 'class'}-{name}"
    named, whose = plain.text(_(name)), plain.text(of.name if of else "")
    with frame.row(f"own-{key}"):
        with st.container(gap=None):
            st.markdown(f"**{named}**")
            frame.quiet(about)
        of_one = "Forget **{name}** of {student}, with all its pictures? This cannot be taken back."
        of_all = "Forget **{name}** of the class, with all its pictures? This cannot be taken back."
        question = _(of_one, name=named, student=whose) if of else _(of_all, name=named)
        if frame.sure(_("Remove"), question, _("Forget it"), key):
            app.library.remove_expression(name, of.id if of else None)
            frame.done(_("{name} is forgotten.", name=named))
