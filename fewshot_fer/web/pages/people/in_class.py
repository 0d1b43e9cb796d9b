"""Pictures of everybody who agreed, from the last minute of the class: looked at, then stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from fewshot_fer.languages import many
from fewshot_fer.lesson.commands import Collect
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.students.enrolment.gate import Candidate
from fewshot_fer.students.enrolment.tray import Together, Tray
from fewshot_fer.students.store.records import Purpose, Student
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.live.drawn import is_elsewhere
from fewshot_fer.web.pages.parts import desk, frame, plain
from fewshot_fer.web.pages.parts.saying import _
from fewshot_fer.web.pages.people import collect

_IN_CLASS: Final = "in-class"
_EACH: Final = 3
"""Pictures of a student at once: more are not looked at."""
_PLENTY: Final = 2
"""Of an expression with so many pictures no more are proposed."""
_PAGE: Final = 6
_PATIENCE_S: Final = 20.0

Look = tuple[Student, Tray, Together | None]


def button(app: AppState) -> None:
    """The way here, while somebody is seen in a class."""
    if (_running(app) or is_elsewhere(app)) and st.button(
        _("From the class"), icon=":material/photo_camera:"
    ):
        frame.go(live="yes")


def show(app: AppState) -> None:
    """Take the last minute; look at everybody's pictures; save."""
    frame.head(
        _("Pictures from the class"),
        _(
            "The clearest faces of the last minute, of those who agreed that pictures are kept. "
            "Nothing is stored before you save."
        ),
    )
    if frame.back(_("All students")):
        for student in _trays():
            collect.clear(_IN_CLASS, student)
        frame.go()
    frame.told()
    running = _running(app)
    if running and st.button(_("Take the last minute"), icon=":material/photo_camera:"):
        with frame.guarded():
            _take(app, running[-1])
    elif is_elsewhere(app):
        elsewhere()
    elif not running:
        st.info(_("No class is watched now: open the Class page first."))
    found = _looked(app)
    if not found:
        return
    pages = -(-len(found) // _PAGE)
    page = st.pagination(pages, key="in-class-page") if pages > 1 else 1
    for who, tray, together in found[_PAGE * (page - 1) : _PAGE * page]:
        with st.container(border=True, key=f"of-{who.id}"), frame.guarded():
            _one(app, who, tray, together)
    _save(app, found)


def elsewhere() -> None:
    """Why there are no pictures of a class that runs."""
    st.info(
        _(
            "A class runs that was not opened in this browser: its pictures are in the memory of "
            "another process of this server. Of a class that is opened in this browser they are "
            "here."
        )
    )


def _running(app: AppState) -> list[LessonEngine]:
    return [one for one in app.lessons.all() if one.state.sources]


def _trays() -> dict[str, Tray]:
    """Everybody's, by the student's id, as they stand now."""
    every = tuple(collect.trays().items())
    return {student: tray for (what, student), tray in every if what == _IN_CLASS and tray}


def _take(app: AppState, lesson: LessonEngine) -> None:
    """Put the minute's pictures on everybody's tray: what they have least pictures of first."""
    faces = lesson.ask(Collect()).result(_PATIENCE_S)
    proposed = {who: _proposed(app, who, some) for who, some in faces.items()}
    for who, some in proposed.items():
        for face in some:
            collect.tray_of(_IN_CLASS, who).add(face)
    if not any(proposed.values()):
        st.info(
            _(
                "There is no clear picture that would teach anything new. Only who is recognised "
                "and agreed that pictures are kept is looked at: click a face to say who it is."
            )
        )


def _proposed(app: AppState, student: str, faces: Sequence[Candidate]) -> Sequence[Candidate]:
    who = app.library.open(student)
    if Purpose.PICTURES not in who.purposes:
        return ()
    missing = [one for one in faces if who.counts.get(one.expression, 0) < _PLENTY]
    return sorted(missing, key=lambda one: who.counts.get(one.expression, 0))[:_EACH]


def _looked(app: AppState) -> list[Look]:
    """Everybody with pictures, by name, and what is said of each one's together."""
    names: Mapping[str, str] = {one.id: one.name for one in app.library.students()}
    found, trays = [], _trays()
    for student in sorted(names.keys() & trays, key=lambda one: names[one].casefold()):
        who = app.library.open(student)
        found.append((who, trays[student], _together(app, who, trays[student])))
    return found


def _together(app: AppState, who: Student, tray: Tray) -> Together | None:
    checks = desk.enrolment(app, same_person=tray.same_person)
    stamp = repr(app.library.stamp(who.id))
    return tray.together(lambda given: checks.look(given, who.id), stamp)


def _one(app: AppState, who: Student, tray: Tray, together: Together | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain.text(who.name)}**", width="stretch")
        out, icon = _("Leave out"), ":material/close:"
        if st.button(out, key=f"leave-{who.id}", type="tertiary", icon=icon):
            collect.clear(_IN_CLASS, who.id)
            st.rerun()
    collect.strangers(tray, together)
    collect.entries(app, tray, app.library.expressions(who), together)


def _save(app: AppState, found: Sequence[Look]) -> None:
    """Store what is answered; whose question waits stays here."""
    ready = [
        (who, tray, together)
        for who, tray, together in found
        if together is not None and collect.waiting(tray, together) is None
    ]
    more = "Save the pictures of {count} students"
    words = _(many(len(ready), "Save the pictures of {count} student", more))
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(words, type="primary", icon=":material/save:", disabled=not ready)
        if len(ready) < len(found):
            waiting = many(
                len(found) - len(ready), "{count} student has a question to answer.",
                "{count} students have a question to answer.",
            )  # fmt: skip
            st.markdown(f":material/info: {_(waiting)}", width="content")
    if not pressed:
        return
    with frame.guarded():
        stored = 0
        for who, tray, together in ready:
            enrolment = desk.enrolment(app, same_person=tray.same_person)
            stored += enrolment.add(who.id, tray.kept(together)).added
            collect.clear(_IN_CLASS, who.id)
        told = many(stored, "{count} picture is stored.", "{count} pictures are stored.")
        frame.tell("done", _(told))
        if _trays():
            st.rerun()
        frame.go()
