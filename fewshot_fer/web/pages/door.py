"""The one door through which Streamlit's pages reach the state of the app.

Streamlit runs pages as scripts and hands them nothing. What all of them share is Streamlit's
runtime, of which a process has one: the school hangs on it, and lives as long as it does. Whose
state a page shows is said by the headers of its own connection, as the guard has read them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import streamlit as st
from starlette.requests import HTTPConnection
from streamlit import runtime

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState
    from fewshot_fer.web.school.school import School

_NAME: Final = "fewshot_fer"


def open_to_pages(school: School) -> None:
    """Let pages reach their states, where Streamlit runs them."""
    if runtime.exists():
        setattr(runtime.get_instance(), _NAME, school)


def state_of_the_app() -> AppState:
    """The state of the teacher who looks at the page."""
    school = cast("School", getattr(runtime.get_instance(), _NAME))
    headers = [(k.lower().encode(), v.encode("latin-1")) for k, v in st.context.headers.items()]
    asking = school.teacher_of(HTTPConnection({"type": "http", "headers": headers}))
    if st.session_state.setdefault(_NAME, asking.teacher) != asking.teacher:
        # A tab that goes on for another teacher holds nothing of the first.
        st.session_state.clear()
    return school.state_of(asking)
