"""Faces of a moment that was kept in class: who shows a new expression is ticked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from fewshot_fer.students.store.records import Student
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.live.drawn import is_elsewhere
from fewshot_fer.web.live.moments import Moment
from fewshot_fer.web.pages.parts import frame, plain
from fewshot_fer.web.pages.parts.saying import _, say
from fewshot_fer.web.pages.people import collect, in_class
from fewshot_fer.web.wire import data_url


def offer(app: AppState, name: str, everyone: Sequence[Student]) -> list[Student]:
    """The moments that wait, if any; whose faces were chosen, which are on their trays then."""
    kept = app.moments.all()
    if not kept and is_elsewhere(app):
        in_class.elsewhere()
        return []
    if not kept:
        frame.quiet(_("While a class runs, the key K keeps a moment's faces, to teach from here."))
        return []
    with st.container(border=True, key="moments"):
        st.markdown(_("**From a moment in class:** tick whose face shows it. None is stored yet."))
        moment = st.selectbox(_("Which moment?"), kept, format_func=_when, key="moment")
        here = [one for one in everyone if one.id in moment.faces]
        with st.container(horizontal=True):
            ticked = [one for one in here if _is_ticked(moment, one)]
        with st.container(horizontal=True):
            if st.button(_("Use these faces"), disabled=not ticked, icon=":material/add:"):
                for one in ticked:
                    tray = collect.tray_of(f"teach-{name}", one.id)
                    tray.add(replace(moment.faces[one.id][0], expression=name))
                return ticked
            if st.button(_("Forget all moments"), type="tertiary"):
                app.moments.forget()
                st.rerun()
    return []


def _is_ticked(moment: Moment, who: Student) -> bool:
    with st.container(width=112, gap="xsmall"):
        st.image(data_url(moment.faces[who.id][0].portrait), width=112, alt=who.name)
        return st.checkbox(plain.text(who.name), key=f"moment-{moment.at}-{who.id}")


def _when(moment: Moment) -> str:
    return say().moment(datetime.fromtimestamp(moment.at, UTC))
