"""Pictures from the camera, one expression after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.students.gate import Refusal
from fewshot_fer.web.pages.parts import desk, plain
from fewshot_fer.web.pages.parts.tray import Tray

if TYPE_CHECKING:
    from fewshot_fer.web.service import Service


def take(service: Service, tray: Tray, known: Sequence[str]) -> None:
    """Choose an expression, show it, take the picture; the gate answers at once."""
    order = [NEUTRAL, *(name for name in known if name != NEUTRAL)]
    wanted = st.pills(
        "Which expression?", order, default=_next(tray, order), required=True,
        key=f"wanted-{id(tray)}-{tray.batch}",
    )  # fmt: skip
    words = "Relax your face" if wanted == NEUTRAL else f"Show: {wanted}"
    shot = st.camera_input(
        f"{words}, and look into the camera", key=f"shot-{id(tray)}-{tray.batch}"
    )
    if shot is None or wanted is None:
        return
    entry = tray.put(f"camera {wanted}", shot.getvalue(), desk.gate(service), wanted)
    tray.batch += 1
    if isinstance(entry.seen, Refusal):
        tray.drop(entry.key)
        words = plain.text(f"{entry.seen.what} {plain.advice(entry.seen.next_step)}")
        st.session_state[f"camera-{id(tray)}"] = words
    st.rerun()


def _next(tray: Tray, order: Sequence[str]) -> str:
    taken = {entry.expression for entry in tray.entries.values()}
    return next((name for name in order if name not in taken), order[0])
