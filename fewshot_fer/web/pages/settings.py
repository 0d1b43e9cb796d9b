"""Settings: the model, thresholds in words, privacy, tokens, what this machine has."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fewshot_fer import doctor
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import frame, model, plain, privacy, tokens
from fewshot_fer.web.pages.parts.saying import _

_SIGNS = {"fine": "check_circle", "note": "info", "broken": "error"}


def show(app: AppState) -> None:
    """One tab for each concern."""
    frame.head(_("Settings"), _("What reads the faces, what is kept, who may come in."))
    frame.told()
    keeping, reading, access, machine = st.tabs(
        [_("Privacy"), _("Model"), _("Access"), _("This machine")], key="settings-tabs"
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
    st.subheader(_("Where things lie"), anchor=False)
    settings = app.settings
    frame.table(
        {
            _("What"): [_("Students"), _("Record of sessions"), _("The web app's own files")],
            _("Where"): [
                str(settings.support_sets.absolute()),
                settings.records.rsplit("@", 1)[-1],
                str(app.folder.absolute()),
            ],
        }
    )
    st.subheader(_("Checks"), anchor=False)
    frame.quiet(_("Opens the model, tries the camera, and says what is missing."))
    if st.button(_("Check this machine"), icon=":material/stethoscope:"):
        with st.spinner(_("Checking")):
            st.session_state["checks"] = [
                check for check in doctor.examine(settings) if check.name != "port"
            ]
    checks: Sequence[doctor.Check] = st.session_state.get("checks", ())
    for check in checks:
        words = {"fine": _("fine"), "note": _("worth knowing"), "broken": _("to be mended")}
        sign = f":material/{_SIGNS[check.state]}: {words[check.state]}"
        found = plain.text(_(check.found))
        st.markdown(f"**{plain.text(_(check.name))}** · {sign}  \n{found}")
    if any(check.state != "fine" for check in checks):
        frame.quiet(_("How to mend it: whoever installed this runs the doctor in a terminal."))
