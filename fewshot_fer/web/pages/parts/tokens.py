"""Who may come in: the password, and tokens for programs."""

from __future__ import annotations

from html import escape

import streamlit as st

from fewshot_fer.languages import Phrase
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import frame, plain
from fewshot_fer.web.pages.parts.saying import _

_TEACHER = Phrase("Everything, as the teacher")


def show(app: AppState) -> None:
    """The password and the tokens."""
    credentials = app.credentials
    _password(credentials)
    st.subheader(_("Tokens for programs"), anchor=False)
    st.markdown(_("Programs reach the same as these pages under [/api/docs](/api/docs)."))
    with st.container():
        _made()
    _listed(app, credentials)
    _make(app, credentials)


def _password(credentials: Credentials) -> None:
    st.subheader(_("Password"), anchor=False)
    if not credentials.has_password:
        st.markdown(
            _(
                "There is none: only this machine can open these pages, by the link that the app "
                "shows where it was started. Others can come in only after a password is set."
            )
        )
    else:
        st.markdown(_("Teachers sign in with a password."))
    st.html(f'<a href="/sign-out">{escape(_("Sign out"))}</a>')
    if credentials.password_is_fixed:
        frame.quiet(_("It was given at the start, with --password or a variable; change it there."))
        return
    with st.popover(_("Change it") if credentials.has_password else _("Set a password")):
        new = st.text_input(_("New password"), type="password", key="new-password")
        again = st.text_input(_("Once more"), type="password", key="new-password-again")
        if st.button(_("Set"), type="primary", disabled=not new or new != again):
            with frame.guarded():
                credentials.set_password(new)
                frame.done(_("The password is set. Everybody has to sign in with it."))


def _made() -> None:
    """A token is shown once, in the run after it was made."""
    made = st.session_state.pop("token-made", None)
    if made is not None:
        st.success(_("This token is shown once. Copy it now."), icon=":material/key:")
        st.code(made, language=None)


def _listed(app: AppState, credentials: Credentials) -> None:
    names = {one.id: one.name for one in app.library.students()}
    for token in credentials.tokens.listed():
        with frame.row(f"token-{token.id}"):
            whose = names.get(token.student or "", _("a student"))
            reach = whose if token.student else _(_TEACHER)
            with st.container(gap=None):
                st.markdown(f"**{plain.text(token.name)}**")
                until = _("until {day}", day=plain.day_of(token.until))
                frame.quiet(f"{reach} · {until}")
            if st.button(_("Revoke"), key=f"revoke-{token.id}"):
                credentials.tokens.revoke(token.id)
                frame.done(_("The token is worthless from now on."))


def _make(app: AppState, credentials: Credentials) -> None:
    with st.expander(_("Make a token")), st.form("make-token", border=False, clear_on_submit=True):
        name = st.text_input(_("What is it for?"), placeholder=_("The school's dashboard"))
        student = st.selectbox(
            _("What may it reach?"),
            [None, *app.library.students()],
            format_func=lambda one: (
                _(_TEACHER) if one is None else _("{name} alone", name=one.name)
            ),
        )
        days = st.number_input(_("For how many days?"), 1, 366, 90)
        if st.form_submit_button(_("Make"), type="primary"):
            made = credentials.tokens.make(
                name, student=student.id if student else None, lifetime_s=86_400.0 * days
            )
            st.session_state["token-made"] = made[0]
            st.rerun()
