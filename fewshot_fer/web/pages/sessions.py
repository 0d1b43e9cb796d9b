"""The sessions' page: what was recorded; one that is opened; two compared."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fewshot_fer.errors import RecordError
from fewshot_fer.records.values import SessionRecord
from fewshot_fer.reports import words
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import compared, frame, plain
from fewshot_fer.web.pages.parts import session as one_session


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
    st.query_params.clear()
    with frame.guarded():
        _list(app)


def _number(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return int(text)
    raise RecordError("There is no such session.", next_step="Choose one from the list.")


def _list(app: AppState) -> None:
    frame.head("Sessions", "What was recorded of lessons: numbers by the second, never a picture.")
    frame.told()
    with app.store() as store:
        found = store.sessions()
    if not found:
        frame.empty(
            "history",
            "Nothing was recorded yet",
            "Open the Class page, start watching and switch the recording on. The class alone is "
            "recorded unless you choose otherwise.",
        )
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain.count(len(found), 'session')}**", width="stretch")
        if len(found) > 1 and st.button("Compare two", icon=":material/compare_arrows:"):
            frame.go(compare="yes")
    _rows(found)


def _rows(found: Sequence[SessionRecord]) -> None:
    page_of = st.pagination(-(-len(found) // 20), key="sessions-page") if len(found) > 20 else 1
    for session in found[20 * (page_of - 1) : 20 * page_of]:
        with frame.row(f"session-{session.id}"):
            with st.container(gap=None):
                st.markdown(f"**{plain.text(words.title(session))}**")
                frame.quiet(about(session))
            if st.button("Open", key=f"open-{session.id}", help=f"Open session {session.id}"):
                frame.go(session=str(session.id))


def about(session: SessionRecord) -> str:
    """A session in a line."""
    facts = [words.clock(session.seconds), f"session {session.id}"]
    facts.append(plain.count(session.students, "student") if session.each else "class only")
    if session.marks:
        facts.append(plain.count(session.marks, "mark"))
    if session.ended is None:
        facts.append("not ended: it still runs, or was cut off")
    return " · ".join(facts)
