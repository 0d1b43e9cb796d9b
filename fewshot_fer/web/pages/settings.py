"""Settings: the model, thresholds in words, privacy, tokens, what this machine has."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fewshot_fer import doctor
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import frame, model, plain, privacy, tokens

_SIGNS = {
    "fine": ":material/check_circle: fine",
    "note": ":material/info: worth knowing",
    "broken": ":material/error: to be mended",
}


def show(app: AppState) -> None:
    """One tab for each concern."""
    frame.head("Settings", "What reads the faces, what is kept, who may come in.")
    frame.told()
    keeping, reading, access, machine = st.tabs(
        ["Privacy", "Model", "Access", "This machine"], key="settings-tabs"
    )
    with keeping, frame.guarded():
        privacy.show(app)
    with reading, frame.guarded():
        model.show(app)
    with access, frame.guarded():
        tokens.show(app)
    with machine, frame.guarded():
        _machine(app)


def _machine(app: AppState) -> None:
    st.subheader("Where things lie", anchor=False)
    settings = app.settings
    frame.table(
        {
            "What": ["Students", "Record of sessions", "The web app's own files"],
            "Where": [
                str(settings.support_sets.absolute()),
                settings.records.rsplit("@", 1)[-1],
                str(app.folder.absolute()),
            ],
        }
    )
    st.subheader("Checks", anchor=False)
    frame.quiet("Opens the model, tries the camera, and says what is missing.")
    if st.button("Check this machine", icon=":material/stethoscope:"):
        with st.spinner("Checking"):
            st.session_state["checks"] = [
                check for check in doctor.examine(settings) if check.name != "port"
            ]
    checks: Sequence[doctor.Check] = st.session_state.get("checks", ())
    for check in checks:
        st.markdown(
            f"**{plain.text(check.name)}** · {_SIGNS[check.state]}  \n{plain.text(check.found)}"
        )
    if any(check.state != "fine" for check in checks):
        frame.quiet("How to mend it: whoever installed this runs the doctor in a terminal.")
