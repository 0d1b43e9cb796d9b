"""The class, live."""

from __future__ import annotations

from typing import Final

import streamlit as st

from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.live.drawn import id_now, page_data
from fewshot_fer.web.pages.parts import frame
from fewshot_fer.web.pages.parts.components import live

# The picture gets all the room there is.
_WIDE: Final = '<style>[data-testid="stMainBlockContainer"] { max-width: none; }</style>'


def show(app: AppState) -> None:
    """The whole page; the component does the rest."""
    st.html(_WIDE)
    with frame.guarded():
        id_ = id_now(app)
        result = live(id_, page_data(app), key="live")
        if isinstance(result.again, dict):
            # Another class begins where this one is over and written.
            app.chosen = str(result.again.get("class"))
            app.lessons.get(id_).close()
        if result.again:
            st.rerun()
