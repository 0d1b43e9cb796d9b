"""What is kept, for how long, and deleting: what is due, or everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from fewshot_fer.students.store.records import Summary
from fewshot_fer.students.store.retention import due
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import bars, desk, frame, plain
from fewshot_fer.web.pages.parts.progress import Progress

_SURE: Final = "delete everything"


def show(app: AppState) -> None:
    """Numbers, rules, and the two ways to delete."""
    everyone = app.library.students()
    with app.store() as store:
        sessions = store.sessions()
    pictures = sum(sum(one.counts.values()) for one in everyone)
    st.html(
        bars.facts(
            (
                (str(len(everyone)), "students"),
                (str(pictures), "pictures of faces, cut out"),
                (str(len(sessions)), "recorded sessions"),
                (str(sum(s.each for s in sessions)), "of them with single students"),
            )
        )
    )
    kept = f"{app.settings.keep_days} days"
    frame.table(
        {
            "What": [
                "Frames of a lesson",
                "Pictures that were enrolled",
                "The class, by the second",
                "Single students, by the second",
            ],
            "Kept": [
                "never",
                "until the student is deleted, or their date has passed",
                "only while you record; until you delete the session",
                f"only where you choose it; {kept}",
            ],
        }
    )
    _due(app, due(app.library))
    _everything(app, everyone, [session.id for session in sessions])


def _due(app: AppState, gone: Sequence[Summary]) -> None:
    st.subheader("Students whose date has passed", anchor=False)
    if not gone:
        frame.quiet("There are none.")
        return
    names = plain.text(plain.listed([one.name for one in gone]))
    st.markdown(f"The date of {names} has passed.")
    if st.button(f"Delete {plain.count(len(gone), 'student')} for good", type="primary"):
        _forget(app, [one.id for one in gone])
        frame.done(f"Nothing of {names} is left.")


def _everything(app: AppState, everyone: Sequence[Summary], sessions: Sequence[int]) -> None:
    st.subheader("Delete everything", anchor=False)
    if not everyone and not sessions:
        frame.quiet("There is nothing to delete.")
        return
    st.markdown(
        f"Deletes {plain.count(len(everyone), 'student')} with all pictures, and "
        f"{plain.count(len(sessions), 'recorded session')}. This cannot be taken back."
    )
    typed = st.text_input(f"Type “{_SURE}” to confirm", key="sure-everything")
    sure = typed.strip().casefold() == _SURE
    if st.button("Delete everything for good", type="primary", disabled=not sure):
        _forget(app, [one.id for one in everyone])
        with app.store() as store:
            store.delete(sessions)
        app.unsaved.forget()
        frame.done("Everything is deleted: students, pictures, sessions.")


def _forget(app: AppState, students: Sequence[str]) -> None:
    progress = Progress("Deleting")
    for done, student in enumerate(students):
        progress(done, len(students))
        desk.forget(app, student)
    progress.close()
