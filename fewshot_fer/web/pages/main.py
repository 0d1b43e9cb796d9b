"""The frame of all pages: what there is, and what everybody is told before the first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from secrets import token_urlsafe
from typing import Final

import streamlit as st

from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages import PAGES, door, notice
from fewshot_fer.web.pages.parts import bars, frame, languages
from fewshot_fer.web.pages.parts.saying import _

_LOOK_S: Final = 3.0
# A sign of Streamlit's own would be fetched from another host.
_STATIC: Final = Path(__file__).parents[1] / "static"
_ICON: Final = _STATIC / "icon.svg"
_NAME: Final = _STATIC / "logo.svg"


def main() -> None:
    """Show the page that was chosen."""
    st.set_page_config(page_title="fewshot-fer", page_icon=str(_ICON), layout="wide")
    st.logo(str(_NAME), size="large", icon_image=str(_ICON))
    app = door.state_of_the_app()
    chosen = st.navigation(
        [
            st.Page(
                partial(_show, module, app),
                title=_(title),
                icon=f":material/{icon}:",
                url_path=address,
                default=module == "live_class",
            )
            for module, title, icon, address in PAGES
        ]
    )
    ticket = _unsaved(app)
    with st.sidebar:
        languages.show()
        _meanwhile(app)  # Last: it comes and goes, and moves nothing.
    notice.once(app)
    chosen.run()
    if any(_shown()):
        st.query_params["tab"] = ticket  # A tab that is loaded again has its pictures back.


@st.fragment(run_every=_LOOK_S)
def _meanwhile(app: AppState) -> None:
    """On every page: the sign that a class is recorded; and no picture of who was deleted."""
    if st.session_state["shown"] - st.session_state["trays"].keys():
        st.rerun()
    for lesson in app.running():
        if lesson.recording.mode != "off":
            recording = _("Recording {name}", name=lesson.name or _("the class"))
            st.html(bars.words("chip recording", f"● {recording}"))


def _unsaved(app: AppState) -> str:
    """Bring back what this tab has not saved; its ticket."""
    ticket = st.query_params.get("tab") or st.session_state.get("tab") or token_urlsafe(16)
    st.session_state["tab"] = ticket
    st.session_state["trays"] = app.unsaved.of(ticket)
    _shown()
    return ticket


def _shown() -> tuple[object, ...]:
    """The trays of this tab; it is noted which the page shows."""
    trays = dict(st.session_state["trays"])
    st.session_state["shown"] = set(trays)
    return tuple(trays.values())


def _show(module: str, app: AppState) -> None:
    # A page's own imports wait until somebody opens it: the first page shows sooner.
    show: Callable[[AppState], None] = import_module(f"fewshot_fer.web.pages.{module}").show
    show(app)
    frame.heard()


main()
