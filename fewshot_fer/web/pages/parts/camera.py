"""Pictures from the camera, one expression after the other, with a guide."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.guide.component import guide
from fewshot_fer.web.pages.parts import frame
from fewshot_fer.web.pages.parts.tray import Tray


def take(app: AppState, tray: Tray, known: Sequence[str], have: Sequence[str], *, key: str) -> None:
    """Choose expressions and be guided through them; `have` are known already."""
    order = [NEUTRAL, *(name for name in known if name != NEUTRAL)]
    wanted = st.pills(
        "Which expressions?",
        order,
        selection_mode="multi",
        default=[name for name in order if name not in have] or order,
        key=f"{key}-wanted",
    )
    frame.quiet(
        "The camera asks for one after the other, says what to change, and takes the sharpest of "
        "a second. Show each as you really do it."
    )
    taken = guide(app, "teach", [name for name in order if name in wanted], key=f"{key}-guide")
    for candidate in taken:
        tray.add(candidate)
