"""Enrolling a class: the agreement once, photographs of everybody, one tray, what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Final

import streamlit as st

from fewshot_fer.images import READABLE
from fewshot_fer.languages import many
from fewshot_fer.reasons import Code
from fewshot_fer.sentences import sentence
from fewshot_fer.students.enrolment.bundles import LISTS, dropped
from fewshot_fer.students.enrolment.class_list import sort_out
from fewshot_fer.students.enrolment.gate import Refusal
from fewshot_fer.students.enrolment.many import ClassTray, Standing, enrol_all, settle
from fewshot_fer.students.store.records import Consent
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import bars, desk, frame, plain
from fewshot_fer.web.pages.parts.progress import Progress
from fewshot_fer.web.pages.parts.saying import _
from fewshot_fer.web.pages.people import classes, collect, enrol

_KINDS: Final = [*collect.KINDS, "zip", *(suffix.removeprefix(".") for suffix in sorted(LISTS))]
_MOST_MB: Final = 200
_CLASS: Final = "class"


def show(app: AppState) -> None:
    """The page on which a class is enrolled."""
    frame.head(
        _("Enrol a class"),
        _("One photograph a student is enough. Nothing is stored before you save."),
    )
    if frame.back(_("All students")):
        collect.clear(_CLASS)
        frame.go()
    frame.told()
    consent = enrol.agreement(
        app,
        _("Who has agreed, for all of them?"),
        _("Their parents, on the forms of 12 September"),
        _("All who are in the photographs agree to this, or a parent or guardian does:"),
    )
    if consent is None:
        return
    st.subheader(_("2. Photographs"), anchor=False)
    tray: ClassTray = collect.trays().setdefault((_CLASS, ""), ClassTray())
    _files(app, tray)
    names = [one.name for one in app.library.students()]
    with st.spinner(_("Looking at the faces"), show_time=False):
        standing = tray.standing(desk.enrolment(app).look, names)
    if standing:
        st.subheader(_("3. Who is who"), anchor=False)
        _everybody(app, tray, standing)
    _left_out(tray)
    if standing:
        _save(app, tray, standing, consent, classes.of_new(app))


def _files(app: AppState, tray: ClassTray) -> None:
    frame.quiet(
        _(
            "Name each photograph after its student, such as Anna Meyer.jpg, or bring a list (CSV) "
            "with the columns name and photo. A resting face is best to begin with."
        )
    )
    given = st.file_uploader(
        _("Drop photographs, or a zip of them, with or without a list"),
        type=_KINDS,
        accept_multiple_files=True,
        key=f"class-files-{tray.batch}",
        max_upload_size=_MOST_MB,
        help=_(
            "{kinds}. Of each photograph only the face, cut out, is stored, and only when you "
            "save.",
            kinds=READABLE,
        ),
    )
    if not given:
        return
    with frame.guarded():
        files = dropped([(one.name, BytesIO(one.getvalue())) for one in given])
        found = sort_out(files, app.library.expressions())
        progress = Progress(_("Looking at photographs"))
        tray.bring(found, desk.gate(app), progress)
        progress.close()
        st.rerun()


def _everybody(app: AppState, tray: ClassTray, standing: Sequence[Standing]) -> None:
    """Who waits for an answer first; a line each."""
    waiting = [one for one in standing if not one.ready]
    doubtful = [one for one in waiting if one.doubtful]
    with st.container(horizontal=True, vertical_alignment="center"):
        ready = len(standing) - len(waiting)
        words = f"**{_('{count} ready', count=ready)}**"
        words += ", " + _("{count} to look at", count=len(waiting)) if waiting else ""
        st.markdown(words, width="stretch")
        if len(doubtful) > 1 and st.button(_("All faces are as named"), icon=":material/done_all:"):
            settle(doubtful)
            st.rerun()
    with st.container(key="newcomers-lines", gap=None):
        for one in [*waiting, *(each for each in standing if each.ready)]:
            with st.container(horizontal=True, vertical_alignment="center"), frame.guarded():
                _line(app, tray, one)


def _line(app: AppState, tray: ClassTray, one: Standing) -> None:
    who, key = one.who, f"{id(one.who):x}"
    face = desk.small(one.candidates[0].portrait) if one.candidates else ""
    st.html(bars.face(face), width="content")
    name = st.text_input(
        _("Name of {name}", name=who.name),
        who.name,
        key=f"called-{key}",
        label_visibility="collapsed",
        width=220,
    )
    if name.strip() != who.name:
        tray.rename(who, name)
        st.rerun()
    with st.container(gap=None, width="stretch"):
        _verdict(app, one)
    for reason in one.asked:
        if reason.code is Code.NAME_TWICE and st.button(_("The same student"), key=f"same-{key}"):
            tray.join(who)
            st.rerun()
    if one.doubtful and st.button(_("Keep it"), key=f"keep-{key}"):
        settle([one])
        st.rerun()
    if st.button(_("Leave out"), key=f"out-{key}", type="tertiary", icon=":material/close:"):
        tray.people.remove(who)
        st.rerun()


def _verdict(app: AppState, one: Standing) -> None:
    """What is asked, or what the pictures show."""
    for reason in one.asked:
        st.markdown(f":material/help: {plain.text(_(sentence(reason)))}")
    for refusal in one.refused:
        st.markdown(plain.text(f"{refusal.source}: {_(refusal.error.what)}"))
    if one.ready:
        shown = plain.listed(sorted({_(each.expression) for each in one.candidates}))
        st.markdown(f":material/check_circle: {plain.text(shown)}")
    for entry in one.who.tray.entries.values():
        if entry.image is not None and isinstance(entry.seen, Refusal):
            collect.which_face(app, one.who.tray, entry)


def _left_out(tray: ClassTray) -> None:
    if tray.left_out:
        more = "{count} files and rows led nowhere"
        lines = many(len(tray.left_out), "{count} file or row led nowhere", more)
        with st.expander(_(lines)):
            st.markdown("\n".join(f"- {plain.text(_(line))}" for line in tray.left_out))


def _save(
    app: AppState,
    tray: ClassTray,
    standing: Sequence[Standing],
    consent: Consent,
    of: Sequence[str],
) -> None:
    ready = [one for one in standing if one.ready]
    some = many(len(ready), "Enrol {count} student", "Enrol {count} students")
    words = _(some if ready else "Enrol")
    if not st.button(words, type="primary", icon=":material/save:", disabled=not ready):
        return
    with frame.guarded():
        progress = Progress(_("Enrolling"))
        enrolment = desk.enrolment(app)
        came = enrol_all(ready, enrolment, consent, classes=of, progress=progress)
        progress.close()
        gone = [one.who for one in ready]
        tray.people = [who for who in tray.people if who not in gone]
        said = many(len(came), "{count} student is enrolled.", "{count} students are enrolled.")
        frame.tell("done", _(said))
        if tray.people:
            st.rerun()
        collect.clear(_CLASS)
        frame.go()
