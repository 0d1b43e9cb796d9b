"""The one door through which Streamlit's pages reach the state of the app.

Streamlit runs pages as scripts and hands them nothing. What all of them share is Streamlit's
runtime, of which a process has one: the state hangs on it, and lives as long as it does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from streamlit import runtime

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState

_NAME: Final = "fewshot_fer"


def open_to_pages(app: AppState) -> None:
    """Let pages reach this state, where Streamlit runs them."""
    if runtime.exists():
        setattr(runtime.get_instance(), _NAME, app)


def state_of_the_app() -> AppState:
    """The state, for a page."""
    return cast("AppState", getattr(runtime.get_instance(), _NAME))
