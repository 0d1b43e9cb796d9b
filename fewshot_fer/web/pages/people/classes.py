"""The teacher's classes: what each is called, and who is in it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fewshot_fer.languages import many
from fewshot_fer.students.classes import add_class, fill, remove_class
from fewshot_fer.students.store.records import Student, Summary
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import frame, plain
from fewshot_fer.web.pages.parts.saying import _

_MOST = 60
"""Letters of a name, so that it fits above a class."""
_CHOSEN = "students-class"


def choose(app: AppState) -> str:
    """Whose students the list shows, where there are classes."""
    there = app.library.classes()
    if not there:
        return ""
    everybody = _("All students")
    return st.selectbox(
        _("Class"), ["", *there], key=_CHOSEN, width=200,
        format_func=lambda name: name or everybody,
    )  # fmt: skip


def of_new(app: AppState) -> Sequence[str]:
    """Which classes somebody new is in: the one whose list was looked at, unless it is said."""
    there = app.library.classes()
    chosen = [name for name in there if name == st.session_state.get(_CHOSEN)]
    return _pills(there, chosen, "new-classes") if there else ()


def of_student(app: AppState, who: Student) -> None:
    """Which classes a student is in; a change is stored at once."""
    there = app.library.classes()
    if not there:
        return
    now = [name for name in there if name in who.classes]
    chosen = _pills(there, now, f"classes-{who.id}")
    if set(chosen) != set(now):
        app.library.assign(who.id, chosen)
        st.rerun()


def _pills(there: Sequence[str], now: Sequence[str], key: str) -> list[str]:
    return st.pills(_("Classes"), there, selection_mode="multi", default=now, key=key)


def show(app: AppState) -> None:
    """All classes; each is filled, renamed and removed in its place."""
    frame.head(
        _("Classes"),
        _("Each with its own students, lessons and term. A student may be in several."),
    )
    if frame.back(_("All students")):
        frame.go()
    frame.told()
    there, students = app.library.classes(), app.library.students()
    if not there:
        st.info(_("There is no class yet: all students are one."), icon=":material/groups:")
    with frame.guarded(), st.form("new-class", clear_on_submit=True, border=False):
        new, example = _("A new class"), _("7b Biology")
        name = st.text_input(new, placeholder=example, max_chars=_MOST)
        if st.form_submit_button(_("Add"), icon=":material/add:"):
            added = add_class(app.library, name)
            frame.done(_("{name} is added.", name=plain.text(added)), classes=added)
    opened = st.query_params.get("classes")
    for place, name in enumerate(there):
        inside = [one.id for one in students if name in one.classes]
        count = _(many(len(inside), "{count} student", "{count} students"))
        label = f"**{plain.text(name)}** · {count}"
        with st.expander(label, expanded=name == opened), frame.guarded():
            _fill(app, name, students, inside, place)
            with st.container(horizontal=True):
                _rename(app, name, there, place)
                question = _(
                    "Remove the class **{name}**? Its students stay, and what was recorded of it.",
                    name=plain.text(name),
                )
                if frame.sure(_("Remove"), question, _("Remove it"), f"class-{place}"):
                    remove_class(app.library, name)
                    gone = _("{name} is no class any more.", name=plain.text(name))
                    frame.done(gone, classes="")


def _fill(
    app: AppState, name: str, students: Sequence[Summary], inside: Sequence[str], place: int
) -> None:
    """Everybody as a button that is pressed or not: a class of thirty is told in a minute."""
    names = {one.id: one.name for one in students}
    if not names:
        frame.quiet(_("Nobody is enrolled yet. Who joins by a link of this class is in it."))
        return
    with st.form(f"fill-{place}", border=False):
        chosen = st.pills(
            _("Who is in {name}?", name=name), list(names), selection_mode="multi", default=inside,
            format_func=names.__getitem__, key=f"in-{place}",
        )  # fmt: skip
        if st.form_submit_button(_("Save"), type="primary", icon=":material/save:"):
            fill(app.library, name, chosen)
            told = many(
                len(chosen), "{count} student is in {name}.", "{count} students are in {name}.",
                name=plain.text(name),
            )  # fmt: skip
            frame.done(_(told), classes=name)


def _rename(app: AppState, name: str, there: Sequence[str], place: int) -> None:
    with st.popover(_("Rename"), icon=":material/edit:"):
        asks = _("New name")
        new = st.text_input(asks, name, key=f"rename-{place}", max_chars=_MOST).strip()
        both = new != name and new in there
        if both:
            st.warning(_("There is a class {name}: the two will be one.", name=plain.text(new)))
        words = _("Put them together" if both else "Save")
        if st.button(words, disabled=new in ("", name), key=f"renamed-{place}"):
            frame.done(_("The class is renamed."), classes=app.rename_class(name, new))
