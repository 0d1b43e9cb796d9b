"""Teaching an expression that no data set has, from pictures of several students or of one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.languages import Phrase
from fewshot_fer.students.custom_expressions import teach_class, teach_student
from fewshot_fer.students.enrolment.enrolment import EnrolmentResult
from fewshot_fer.students.enrolment.gate import Candidate
from fewshot_fer.students.store.names import expression_name
from fewshot_fer.students.store.records import Purpose, Student
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import desk, frame, plain
from fewshot_fer.web.pages.parts.components import guide
from fewshot_fer.web.pages.parts.saying import _
from fewshot_fer.web.pages.people import collect, moments

_CLASS, _ONE = Phrase("The whole class"), Phrase("One student")


def show(app: AppState, everyone: Sequence[Student]) -> None:
    """Name it, choose who shows it, drop pictures, save."""
    st.subheader(_("Teach one"), anchor=False)
    everyone = [one for one in everyone if Purpose.PICTURES in one.purposes]
    if not everyone:
        st.info(_("Enrol students first: an expression is taught from pictures of them."))
        return
    typed = st.text_input(
        _("What is it called?"), key="teach-name", placeholder=_("confused"),
        help=_("One or two words of letters and digits."),
    )  # fmt: skip
    whose = st.segmented_control(
        _("Who is to have it?"),
        [_CLASS, _ONE],
        default=_CLASS,
        required=True,
        key="teach-whose",
        format_func=_,
    )
    name = _name(typed)
    if name is not None and whose == _CLASS and (ticked := moments.offer(app, name, everyone)):
        there = st.session_state.get("teach-many", [])
        st.session_state["teach-many"] = [one for one in everyone if one in (*there, *ticked)]
    shown_by = _shown_by(everyone, several=whose == _CLASS)
    if name is None or not shown_by:
        return
    kept = {one.id: _pictures(app, name, one) for one in shown_by}
    missing = [one.name for one in shown_by if not kept[one.id]]
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            _("Teach {name}", name=plain.text(name)), type="primary", disabled=bool(missing),
            icon=":material/school:",
        )  # fmt: skip
        if missing:
            st.markdown(
                ":material/info: "
                + _(
                    "Pictures of {names} are missing, or a question waits.",
                    names=plain.text(plain.listed(missing)),
                ),
                width="content",
            )
    if pressed:
        _teach(app, name, kept, of_class=whose == _CLASS)


def _shown_by(everyone: Sequence[Student], *, several: bool) -> list[Student]:
    if several:
        return st.multiselect(
            _("Who shows it in the pictures?"),
            everyone,
            format_func=lambda one: one.name,
            key="teach-many",
            placeholder=_("Choose a student"),
            help=_("Two or three students are plenty; it is then read of everybody."),
        )
    chosen = st.selectbox(
        _("Whose is it?"), everyone, index=None, format_func=lambda one: one.name,
        placeholder=_("Choose a student"), key="teach-one",
    )  # fmt: skip
    return [chosen] if chosen is not None else []


def _name(typed: str) -> str | None:
    if not typed.strip():
        return None
    try:
        return expression_name(typed)
    except FewshotFerError as error:
        frame.show(error)
        return None


def _pictures(app: AppState, name: str, one: Student) -> tuple[Candidate, ...]:
    """The pictures of one student that are ready to teach."""
    tray = collect.tray_of(f"teach-{name}", one.id)
    with st.container(key=f"teach-{one.id}"):
        student, shows = plain.text(one.name), plain.text(name)
        st.markdown(_("**{name}** shows {expression}", name=student, expression=shows))
        by_file, by_camera = st.tabs([_("Files"), _("Camera")], key=f"by-{name}-{one.id}")
        with by_file:
            collect.files(app, tray, [name], _("Pictures of {names}", names=one.name), only=name)
        with by_camera:
            for taken in guide(app, "teach", [name], key=f"camera-{name}-{one.id}", student=one.id):
                tray.add(taken)
        checks = desk.enrolment(app, same_person=tray.same_person)
        stamp = (repr(app.library.stamp(one.id)), name)
        together = tray.together(lambda given: checks.look(given, one.id, own=[name]), stamp)
        collect.strangers(tray, together)
        collect.entries(app, tray, [name], together)
        if together is None or collect.waiting(tray, together):
            return ()
        return tray.kept(together)


def _teach(
    app: AppState, name: str, kept: dict[str, tuple[Candidate, ...]], *, of_class: bool
) -> None:
    same = all(collect.tray_of(f"teach-{name}", one).same_person for one in kept)
    enrolment = desk.enrolment(app, same_person=same)
    with frame.guarded():
        taught: list[EnrolmentResult]
        with st.spinner(_("Learning {name}", name=name)):
            if of_class:
                taught = teach_class(enrolment, name, kept)
            else:
                ((student, pictures),) = kept.items()
                taught = [teach_student(enrolment, student, name, pictures)]
        for one in kept:
            collect.clear(f"teach-{name}", one)
        for key in ("teach-name", "teach-many", "teach-one"):
            st.session_state.pop(key, None)
        names = plain.listed([one.student.name for one in taught])
        said = _("{name} is learnt, from pictures of {names}.", name=name, names=names)
        frame.done(plain.text(said))
