"""A student's own link into the class that is watched now."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from fewshot_fer.lesson.events import LessonState
from fewshot_fer.students.store.records import Student
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.live.inviting import personal_link
from fewshot_fer.web.pages.parts import plain
from fewshot_fer.web.pages.parts.saying import _
from fewshot_fer.web.portal.invitations import JoinLink


def show(app: AppState, who: Student) -> None:
    """A button for the link; nothing while no class is watched."""
    running = app.running()
    if not running:
        return
    with st.popover(_("Join link"), icon=":material/link:"):
        name = plain.text(who.name)
        st.markdown(
            _(
                "With this link {name} joins the class from a device of their own, and nobody has "
                "to confirm it. Whoever holds it is taken for them: give it to nobody else.",
                name=name,
            )
        )
        _link(app, running[-1], who)


def _link(app: AppState, running: LessonState, who: Student) -> None:
    """The link once it was made; in this tab it is made once a class."""
    made: dict[tuple[str, str], JoinLink] = st.session_state.setdefault("join-links", {})
    about = running.id, who.id
    if about not in made:
        if not st.button(_("Make a link"), type="primary", key=f"join-{who.id}"):
            return
        made[about] = personal_link(app, running, who.id, _address(app))
    link = made[about]
    st.code(link.url, language=None, wrap_lines=True)
    if link.qr:
        st.image(link.qr, width=220)
    until = datetime.fromtimestamp(link.until, UTC)
    st.markdown(_("It is good until {time}, or until the class ends.", time=until))
    if link.warning is not None:
        st.warning(_(link.warning))


def _address(app: AppState) -> str:
    """What the teacher's browser calls this server."""
    settings = app.settings
    return st.context.url or f"http://{settings.host}:{settings.port}"
