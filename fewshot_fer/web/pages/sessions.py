"""The sessions' page: what was recorded; one that is opened; two compared."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fewshot_fer.errors import RecordError
from fewshot_fer.records.values import SessionRecord
from fewshot_fer.reports import words
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import compared, frame, plain, term
from fewshot_fer.web.pages.parts import session as one_session
from fewshot_fer.web.pages.parts.saying import _


def show(app: AppState) -> None:
    """The list, one session, or two."""
    opened = st.query_params.get("session")
    with frame.guarded():
        if opened is not None:
            one_session.show(app, _number(opened))
            return
        if "compare" in st.query_params:
            compared.show(app)
            return
        if "term" in st.query_params:
            term.show(app, st.query_params["term"])
            return
    st.query_params.clear()
    with frame.guarded():
        _list(app)


def _number(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return int(text)
    raise RecordError("There is no such session.", next_step="Choose one from the list.")


def _list(app: AppState) -> None:
    frame.head(
        _("Sessions"),
        _("What was recorded of lessons: numbers by the second, never a picture."),
    )
    frame.told()
    with app.store() as store:
        found = store.sessions()
    if not found:
        frame.empty(
            "history",
            _("Nothing was recorded yet"),
            _(
                "Open the Class page, start watching and switch the recording on. The class alone "
                "is recorded unless you choose otherwise."
            ),
        )
        return
    names = list(dict.fromkeys((*(one.class_name for one in found), *app.library.classes())))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = _class(names)
        of_class = [one for one in found if name is None or one.class_name == name]
        if len(found) > 1 and st.button(_("Compare two"), icon=":material/compare_arrows:"):
            frame.go(compare="yes")
        of_one = name if name is not None else names[0] if len(names) == 1 else None
        if of_one is not None and st.button(_("The term"), icon=":material/show_chart:"):
            frame.go(term=of_one)
    _rows(of_class)


def _class(names: Sequence[str]) -> str | None:
    """Whose sessions are shown: all, or those of one class."""
    if len(names) < 2:
        st.markdown("", width="stretch")
        return None
    every, nameless = _("All classes"), _("Without a name")
    return st.selectbox(
        _("Class"), [None, *names], width="stretch", key="sessions-class",
        format_func=lambda one: every if one is None else one or nameless,
    )  # fmt: skip


def _rows(found: Sequence[SessionRecord]) -> None:
    page_of = st.pagination(-(-len(found) // 20), key="sessions-page") if len(found) > 20 else 1
    for session in found[20 * (page_of - 1) : 20 * page_of]:
        with frame.row(f"session-{session.id}"):
            with st.container(gap=None):
                st.markdown(f"**{plain.text(_(words.title(session)))}**")
                frame.quiet(one_session.about(session))
            opens = _("Open session {id}", id=session.id)
            if st.button(_("Open"), key=f"open-{session.id}", help=opens):
                frame.go(session=str(session.id))
