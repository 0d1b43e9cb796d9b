"""The students' page: everybody in a line; who is opened; who is new."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import streamlit as st

from fewshot_fer.languages import Phrase, many
from fewshot_fer.students.enrolment.card import Card
from fewshot_fer.students.store.records import Student, Summary
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import bars, desk, frame, plain
from fewshot_fer.web.pages.parts.progress import Progress
from fewshot_fer.web.pages.parts.saying import _
from fewshot_fer.web.pages.people import classes, enrol, in_class, student
from fewshot_fer.web.pages.people import many as several

_MANY: Final = 12
"""From so many students on there is a search."""
_OPENS: Final = 88
"""Pixels of the button at a line's end; the head of the list leaves as many."""
_NEED, _NAME = Phrase("who needs pictures most"), Phrase("name")
_ORDERS: Final[dict[str, Callable[[Student, Card], tuple[float, str]]]] = {
    _NEED: lambda who, card: (card.expected, who.name.casefold()),
    _NAME: lambda who, _: (0.0, who.name.casefold()),
}


_PARTS: Final[Mapping[str, Callable[[AppState], None]]] = {
    "new": enrol.show, "class": several.show, "live": in_class.show, "classes": classes.show
}  # fmt: skip


def show(app: AppState) -> None:
    """Everybody, one who is opened, or who is new."""
    opened = st.query_params.get("student")
    with frame.guarded():
        if opened is not None:
            student.show(app, opened)
            return
        for name, part in _PARTS.items():
            if name in st.query_params:
                part(app)
                return
    with frame.guarded():
        _everybody(app)


def _everybody(app: AppState) -> None:
    frame.head(
        _("Students"),
        _("A few pictures teach how each one looks, so that nobody is read as the average."),
    )
    frame.told()
    found = app.library.students()
    if not found and not app.library.classes():
        frame.empty(
            "person_add",
            _("Nobody is enrolled yet"),
            _(
                "Read the agreement together, then bring a picture of each resting face. One "
                "picture a student is enough to begin with."
            ),
            _class_button,
            _new_button,
        )
        student.importing(app)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = _search(found)
        of = classes.choose(app)
        order = st.selectbox(
            _("Sorted by"), list(_ORDERS), key="students-order", width=230, format_func=_
        )
    with st.container(horizontal=True):
        if st.button(_("Classes"), icon=":material/groups:"):
            frame.go(classes=of)
        in_class.button(app)
        _class_button()
        _new_button()
    shown = [one for one in found if wanted.casefold() in one.name.casefold()]
    shown = [one for one in shown if not of or of in one.classes]
    if not shown:
        none = "Nobody has a name like this." if wanted else "Nobody is in this class yet."
        st.info(_(none))
    _lines(app, shown, order)
    st.space("small")
    student.importing(app)


def _new_button() -> None:
    if st.button(_("Enrol a student"), type="primary", icon=":material/person_add:"):
        frame.go(new="yes")


def _class_button() -> None:
    if st.button(_("Enrol a class"), icon=":material/group_add:"):
        frame.go(**{"class": "yes"})


def _search(found: Sequence[Summary]) -> str:
    if len(found) < _MANY:
        count = _(many(len(found), "{count} student", "{count} students"))
        st.markdown(f"**{count}**", width="stretch")
        return ""
    return st.text_input(
        _("Find one of {count} students", count=len(found)), placeholder=_("A name")
    )


def _lines(app: AppState, found: Sequence[Summary], order: str) -> None:
    """One line each: face, name, pictures, what is expected, what would help."""
    progress = Progress(_("Reading what is known"))
    known = []
    for done, one in enumerate(found):
        progress(done, len(found))
        with frame.guarded():
            who = app.library.open(one.id)
            known.append((who, desk.card(app, who.id), desk.face(app, who)))
    progress.close()
    if not known:
        return
    with st.container(key="students-lines", gap=None):
        st.html(
            bars.line_head(_("Student"), _("Pictures"), _("Expected right"), _("Would help most"))
        )
        for who, card, face in sorted(known, key=lambda line: _ORDERS[order](line[0], line[1])):
            with st.container(horizontal=True, vertical_alignment="center", wrap=False):
                st.html(
                    bars.line(face, who.name, _pictures(who, card), card.expected, _helps(card))
                )
                opens = _("Open {name}", name=plain.text(who.name))
                if st.button(_("Open"), key=f"open-{who.id}", help=opens, width=_OPENS):
                    frame.go(student=who.id)


def _pictures(who: Student, card: Card) -> str:
    total, known = len(who.references), len(card.learnt)
    said = Phrase(
        "{total} ({some} of {all} expressions)", total=total, some=len(who.counts), all=known
    )
    return _(said if total else "none yet")


def _helps(card: Card) -> str:
    """The next step in two words; the student's own page has the whole sentence."""
    if card.set_aside:
        return _("enrol again")
    if card.disagreeing:
        return _("look at {expression}", expression=card.disagreeing[0])
    return _(card.helps_most or "nothing more")
