"""Pictures come in, by camera or as files; each gets its verdict, and doubts become questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import streamlit as st

from fewshot_fer.images import READABLE, SUFFIXES
from fewshot_fer.languages import many
from fewshot_fer.reasons import Code
from fewshot_fer.students.enrolment.folders import expression_of
from fewshot_fer.students.enrolment.gate import Candidate, Refusal
from fewshot_fer.students.enrolment.tray import Entry, Together, Tray
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import desk, frame, plain
from fewshot_fer.web.pages.parts.progress import Progress
from fewshot_fer.web.pages.parts.saying import _
from fewshot_fer.web.unsaved import Trays
from fewshot_fer.web.wire import data_url

KINDS = sorted(suffix.removeprefix(".") for suffix in SUFFIXES)
MOST_MB: Final = 20
"""Of a picture; what a camera makes is smaller."""


def trays() -> Trays:
    """What this tab has not saved yet."""
    found: Trays = st.session_state.setdefault("trays", {})
    return found


def tray_of(what: str, student: str = "") -> Tray:
    """The tray of an enrolment, or of a student: for their own page, an expression to teach."""
    tray: Tray = trays().setdefault((what, student), Tray())
    return tray


def clear(what: str, student: str = "") -> None:
    """Everything on the tray is stored, or not wanted any more."""
    trays().pop((what, student), None)


def files(
    app: AppState, tray: Tray, known: Sequence[str], label: str, *, only: str | None = None
) -> None:
    """A place to drop pictures; `only` says what they all show."""
    dropped = st.file_uploader(
        label,
        type=KINDS,
        accept_multiple_files=True,
        key=f"files-{id(tray)}-{tray.batch}",
        max_upload_size=MOST_MB,
        help=_(
            "{kinds}. Pictures are looked at here and stored only when you save; then only the "
            "face, cut out.",
            kinds=READABLE,
        ),
    )
    if not dropped:
        return
    progress = Progress(_("Looking at pictures"))
    gate = desk.gate(app)
    for done, file in enumerate(dropped):
        progress(done, len(dropped))
        named = only or expression_of(file.name, known)
        tray.put(file.name, file.getvalue(), gate, named)
    progress.close()
    tray.batch += 1
    st.rerun()


def entries(app: AppState, tray: Tray, known: Sequence[str], together: Together | None) -> None:
    """Every picture of the tray with its verdict."""
    if not tray.entries:
        return
    with st.grid(min_column_width=285):
        for entry in list(tray.entries.values()):
            with st.container(border=True, key=f"entry-{entry.key[:16]}"):
                _entry(app, tray, entry, known, together)


def _entry(
    app: AppState, tray: Tray, entry: Entry, known: Sequence[str], together: Together | None
) -> None:
    picture = entry.seen.portrait if isinstance(entry.seen, Candidate) else entry.view
    with st.container(horizontal=True, vertical_alignment="center"):
        if picture is not None:
            st.image(
                data_url(picture),
                width=96,
                alt=_("{name}, the face as it is stored", name=entry.source),
            )
        else:
            st.markdown("## :material/broken_image:", anchors=False, width="content")
        frame.quiet(entry.source)
    _verdict(tray, entry, together)
    if isinstance(entry.seen, Candidate):
        _what(tray, entry, known)
    if entry.image is not None:
        which_face(app, tray, entry)
    doubt = together.doubts.get(entry.key) if together else None
    asked = doubt is not None and (entry.key, doubt.expression) not in tray.confirmed
    if doubt is not None and asked:
        st.markdown(_(plain.stressed(doubt).question))
    with st.container(horizontal=True):
        if doubt is not None and asked and st.button(_("Keep it"), key=f"keep-{entry.key}"):
            tray.confirmed.add((entry.key, doubt.expression))
            st.rerun()
        kind: Literal["secondary", "tertiary"] = "secondary" if asked else "tertiary"
        if st.button(_("Take out"), key=f"out-{entry.key}", type=kind, icon=":material/close:"):
            tray.drop(entry.key)
            st.rerun()


def _verdict(tray: Tray, entry: Entry, together: Together | None) -> None:
    refusal = together.refused.get(entry.key) if together else None
    if isinstance(entry.seen, Refusal):
        refusal = entry.seen
    if refusal is not None:
        words = plain.text(f"{_(refusal.error.what)} {_(refusal.error.next_step)}")
        st.markdown(f":material/block: **{_('Cannot be used.')}** {words}")
    elif entry.expression is None:
        said = [f":material/help: **{_('Good picture.')}**"]
        if len(entry.came_as) > 1:
            named = plain.text(plain.listed([_(name) for name in entry.came_as]))
            said.append(_("But the same picture was taken twice, for {names}.", names=named))
        st.markdown(" ".join([*said, _("Say below what it shows.")]))
    elif together and entry.key in together.doubts:
        if (entry.key, entry.expression) in tray.confirmed:
            st.markdown(f":material/check_circle: **{_('Kept.')}**")
        else:
            st.markdown(f":material/help: **{_('One question.')}**")
    else:
        st.markdown(f":material/check_circle: **{_('Good.')}**")


def which_face(app: AppState, tray: Tray, entry: Entry) -> None:
    """Of several faces, somebody says which is meant."""
    chosen = st.pills(
        _("Which face, counted from the left?"),
        list(range(1, entry.faces + 1)),
        key=f"face-{entry.key}",
    )
    if chosen is not None and st.session_state.get(f"faced-{entry.key}") != chosen:
        st.session_state[f"faced-{entry.key}"] = chosen
        tray.choose_face(entry.key, chosen - 1, desk.gate(app))
        st.rerun()


def _what(tray: Tray, entry: Entry, known: Sequence[str]) -> None:
    chosen = st.selectbox(
        _("What does it show?"),
        known,
        format_func=_,
        index=known.index(entry.expression) if entry.expression in known else None,
        placeholder=_("Choose what it shows"),
        label_visibility="collapsed",
        key=f"shows-{entry.key}-{len(entry.came_as)}",
    )
    if chosen != entry.expression:
        tray.call(entry.key, chosen)
        st.rerun()


def strangers(tray: Tray, together: Together | None) -> None:
    """Where pictures seem to show somebody else: whoever knows better says so."""
    if tray.same_person or not together:
        return
    if any(refusal.error.has(Code.SOMEBODY_ELSE) for refusal in together.refused.values()):
        st.warning(_("Some pictures seem to show somebody else."), icon=":material/group:")
        if st.button(_("They all show the same person"), icon=":material/person_check:"):
            tray.same_person = True
            st.rerun()


def waiting(tray: Tray, together: Together | None) -> str | None:
    """Why nothing can be saved yet; None when it can."""
    if not tray.entries:
        return _("Take or drop at least one picture.")
    unnamed = len(tray.unnamed())
    if unnamed:
        return _(
            many(
                unnamed, "Say what one picture shows, or take it out.",
                "Say what {count} pictures show, or take them out.",
            )
        )  # fmt: skip
    if together is None:
        return _("No picture can be used so far.")
    open_ = tray.unanswered(together)
    if open_:
        wait = "{count} questions wait for your answer."
        return _(many(len(open_), "{count} question waits for your answer.", wait))
    return None if tray.kept(together) else _("No picture is left to learn from.")
