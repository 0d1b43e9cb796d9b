"""What everybody is told once, before the first class: law and care."""

from __future__ import annotations

from typing import Final

import streamlit as st

from fewshot_fer.files import write_atomically
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts.saying import _

_FILE: Final = "notice-was-read"


def once(app: AppState) -> None:
    """Show it until somebody says that it was read."""
    file = app.folder / _FILE
    if app.demo or file.exists() or st.session_state.get(_FILE):
        return
    with st.container(border=True):
        st.markdown(
            _(
                "**Before you begin.** This software reads what a face *shows*. It does not know "
                "what goes on in a person, and it makes mistakes."
            )
        )
        law = _(
            "**In the EU** it is prohibited to use it in education, save for medical or safety "
            "reasons (AI Act, article 5(1)(f)). Elsewhere, ask your school, your students and "
            "their parents first."
        )
        kept = _(
            "Pictures stay on this machine and are never stored, but for the references that a "
            "student agreed to. Numbers are written down only while you record."
        )
        seen = _(
            "You see the class as a whole. A single student's view is a choice, never a verdict."
        )
        st.markdown("\n".join(f"- {one}" for one in (law, kept, seen)))
        if st.button(_("I have read this"), type="primary"):
            st.session_state[_FILE] = True
            write_atomically(file, b"")
            st.rerun()
