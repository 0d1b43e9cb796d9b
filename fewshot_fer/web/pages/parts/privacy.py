"""What is kept, for how long, and deleting: what is due, or everything."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fewshot_fer.languages import many
from fewshot_fer.students.store.records import Summary
from fewshot_fer.students.store.retention import due
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import bars, frame, plain
from fewshot_fer.web.pages.parts.progress import Progress
from fewshot_fer.web.pages.parts.saying import _


def show(app: AppState) -> None:
    """Numbers, rules, and the two ways to delete."""
    everyone = app.library.students()
    with app.store() as store:
        sessions = store.sessions()
    pictures = sum(sum(one.counts.values()) for one in everyone)
    st.html(
        bars.facts(
            (
                (str(len(everyone)), _("students")),
                (str(pictures), _("pictures of faces, cut out")),
                (str(len(sessions)), _("recorded sessions")),
                (str(sum(s.each for s in sessions)), _("of them with single students")),
            )
        )
    )
    frame.table(
        {
            _("What"): [
                _("Frames of a lesson"),
                _("Pictures that were enrolled"),
                _("The class, by the second"),
                _("Single students, by the second"),
            ],
            _("Kept"): [
                _("never"),
                _("until the student is deleted, or their date has passed"),
                _("only while you record; until you delete the session"),
                _("only where you choose it; {days} days", days=app.settings.keep_days),
            ],
        }
    )
    _due(app, due(app.library))
    _everything(app, everyone, [session.id for session in sessions])


def _due(app: AppState, gone: Sequence[Summary]) -> None:
    st.subheader(_("Students whose date has passed"), anchor=False)
    if not gone:
        frame.quiet(_("There are none."))
        return
    names = plain.text(plain.listed([one.name for one in gone]))
    st.markdown(_("The date of {names} has passed.", names=names))
    delete = many(len(gone), "Delete {count} student for good", "Delete {count} students for good")
    if st.button(_(delete), type="primary"):
        _forget(app, [one.id for one in gone])
        frame.done(_("Nothing of {names} is left.", names=names))


def _everything(app: AppState, everyone: Sequence[Summary], sessions: Sequence[int]) -> None:
    st.subheader(_("Delete everything"), anchor=False)
    if not everyone and not sessions:
        frame.quiet(_("There is nothing to delete."))
        return
    st.markdown(
        _(
            "Deletes {students} with all pictures, and {sessions}. This cannot be taken back.",
            students=many(len(everyone), "{count} student", "{count} students"),
            sessions=many(len(sessions), "{count} recorded session", "{count} recorded sessions"),
        )
    )
    wanted = _("delete everything")
    typed = st.text_input(_("Type “{words}” to confirm", words=wanted), key="sure-everything")
    sure = typed.strip().casefold() == wanted.casefold()
    if st.button(_("Delete everything for good"), type="primary", disabled=not sure):
        _forget(app, [one.id for one in everyone])
        with app.store() as store:
            store.delete(sessions)
        app.audit.note("deleted all sessions")
        app.unsaved.forget()
        frame.done(_("Everything is deleted: students, pictures, sessions."))


def _forget(app: AppState, students: Sequence[str]) -> None:
    progress = Progress(_("Deleting"))
    for done, student in enumerate(students):
        progress(done, len(students))
        app.portal.forget(student)
    progress.close()
