"""Who may come in: the password, and tokens for programs."""

from __future__ import annotations

import streamlit as st

from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import frame, plain

_TEACHER = "Everything, as the teacher"


def show(app: AppState) -> None:
    """The password and the tokens."""
    credentials = app.credentials
    _password(credentials)
    st.subheader("Tokens for programs", anchor=False)
    st.markdown("Programs reach the same as these pages under [/api/docs](/api/docs).")
    with st.container():
        _made()
    _listed(app, credentials)
    _make(app, credentials)


def _password(credentials: Credentials) -> None:
    st.subheader("Password", anchor=False)
    if not credentials.has_password:
        st.markdown(
            "There is none: only this machine can open these pages, by the link that the app shows "
            "where it was started. Others can come in only after a password is set."
        )
    else:
        st.markdown("Teachers sign in with a password.")
    st.html('<a href="/sign-out">Sign out</a>')
    if credentials.password_is_fixed:
        frame.quiet("It was given at the start, with --password or a variable; change it there.")
        return
    with st.popover("Set a password" if not credentials.has_password else "Change it"):
        new = st.text_input("New password", type="password", key="new-password")
        again = st.text_input("Once more", type="password", key="new-password-again")
        if st.button("Set", type="primary", disabled=not new or new != again):
            with frame.guarded():
                credentials.set_password(new)
                frame.done("The password is set. Everybody has to sign in with it.")


def _made() -> None:
    """A token is shown once, in the run after it was made."""
    made = st.session_state.pop("token-made", None)
    if made is not None:
        st.success("This token is shown once. Copy it now.", icon=":material/key:")
        st.code(made, language=None)


def _listed(app: AppState, credentials: Credentials) -> None:
    names = {one.id: one.name for one in app.library.students()}
    for token in credentials.tokens.listed():
        with frame.row(f"token-{token.id}"):
            reach = names.get(token.student or "", "a student") if token.student else _TEACHER
            with st.container(gap=None):
                st.markdown(f"**{plain.text(token.name)}**")
                frame.quiet(f"{reach} · until {plain.day_of(token.until)}")
            if st.button("Revoke", key=f"revoke-{token.id}"):
                credentials.tokens.revoke(token.id)
                frame.done("The token is worthless from now on.")


def _make(app: AppState, credentials: Credentials) -> None:
    with st.expander("Make a token"), st.form("make-token", border=False, clear_on_submit=True):
        name = st.text_input("What is it for?", placeholder="The school's dashboard")
        student = st.selectbox(
            "What may it reach?",
            [None, *app.library.students()],
            format_func=lambda one: _TEACHER if one is None else f"{one.name} alone",
        )
        days = st.number_input("For how many days?", 1, 366, 90)
        if st.form_submit_button("Make", type="primary"):
            text, _ = credentials.tokens.make(
                name, student=student.id if student else None, lifetime_s=86_400.0 * days
            )
            st.session_state["token-made"] = text
            st.rerun()
