"""Enrolling somebody: consent first, then pictures, then the card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

import streamlit as st

from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.sentences import sentence
from fewshot_fer.students.enrolment.enrolment import EnrolmentResult
from fewshot_fer.students.enrolment.gate import Candidate
from fewshot_fer.students.enrolment.tray import Together, Tray
from fewshot_fer.students.store.consent import CURRENT, agreed
from fewshot_fer.students.store.records import Consent, Purpose
from fewshot_fer.web import html
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import desk, frame, plain
from fewshot_fer.web.pages.parts.components import guide
from fewshot_fer.web.pages.parts.progress import Progress
from fewshot_fer.web.pages.parts.saying import _, say
from fewshot_fer.web.pages.people import classes, collect
from fewshot_fer.web.portal.telling import purposes

_NEW = "new"


def show(app: AppState) -> None:
    """The page on which somebody is enrolled."""
    frame.head(
        _("Enrol a student"),
        _("Read the agreement together. Nothing is stored before you save."),
    )
    if frame.back(_("All students")):
        collect.clear(_NEW)
        frame.go()
    frame.told()
    consent = agreement(
        app,
        _("Who has read this and agrees?"),
        _("The student, or a parent or guardian of a child"),
        _("They have read the agreement, and agree to this:"),
    )
    if consent is None:
        return
    name = _who(app)
    st.subheader(_("3. Pictures"), anchor=False)
    tray = collect.tray_of(_NEW)
    together = pictures(app, tray, app.library.expressions(), None)
    _save(app, name, consent, tray, together)


def pictures(
    app: AppState, tray: Tray, known: Sequence[str], student_id: str | None
) -> Together | None:
    """Take or drop pictures; what is said of all of them together."""
    frame.quiet(
        _(
            "One picture of the resting face is enough to begin with; one or two of each "
            "expression are plenty. Alone in the picture, in good light, looking at the camera."
        )
    )
    by_camera, by_file = st.tabs([_("Camera"), _("Files")])
    with by_camera:
        have = app.library.open(student_id).counts if student_id is not None else {}
        _by_camera(app, tray, known, tuple(have), student_id)
    with by_file:
        collect.files(
            app,
            tray,
            known,
            _(
                "Drop pictures here. Names such as happy-1.jpg, or folders named after "
                "expressions, say what they show."
            ),
        )
    checks = desk.enrolment(app, same_person=tray.same_person)
    stamp = repr(app.library.stamp(student_id)) if student_id else None
    together = tray.together(lambda given: checks.look(given, student_id), stamp)
    collect.strangers(tray, together)
    collect.entries(app, tray, known, together)
    return together


def _by_camera(
    app: AppState, tray: Tray, known: Sequence[str], have: Sequence[str], student_id: str | None
) -> None:
    """Choose expressions and be guided through them; `have` are known already."""
    key = f"camera-{student_id or _NEW}"
    order = [NEUTRAL, *(name for name in known if name != NEUTRAL)]
    wanted = st.pills(
        _("Which expressions?"),
        order,
        format_func=_,
        selection_mode="multi",
        default=[name for name in order if name not in have] or order,
        key=f"{key}-wanted",
    )
    frame.quiet(
        _(
            "The camera asks for one after the other, waits until the face shows it, and says what "
            "is off. Show each as you really do it. You see the pictures before they are used."
        )
    )
    names = [name for name in order if name in wanted]
    for candidate in guide(app, "teach", names, key=f"{key}-guide", student=student_id):
        tray.add(candidate)


def save_button(tray: Tray, together: Together | None, words: str, missing: str = "") -> bool:
    """The button that stores, and beside it what still keeps it from doing so."""
    why = missing or collect.waiting(tray, together)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(words, type="primary", icon=":material/save:", disabled=bool(why))
        if why:
            st.markdown(f":material/info: {why}", width="content")
    return pressed


def after(enrolled: EnrolmentResult) -> None:
    """Say what came of it, and open the student's card."""
    frame.tell("done", plain.text(_(enrolled.in_words)))
    if enrolled.unchecked:
        frame.tell("look", _(sentence(enrolled.unchecked)))
    for refusal in enrolled.refused:
        left_out = _("Left out {name}: {why}", name=refusal.source, why=refusal.error.what)
        frame.tell("note", plain.text(left_out))
    frame.go(student=enrolled.student.id)


def agreement(app: AppState, asks: str, example: str, they: str) -> Consent | None:
    """Who agreed, and to what; None until somebody has, and pictures may be kept."""
    st.subheader(_("1. Agreement"), anchor=False)
    spoken = say()
    text = html.agreement(CURRENT, spoken.language, app.settings.keep_days)
    # What scrolls must be reached by keys too, which a container of Streamlit's cannot.
    st.html(
        '<div class="text" tabindex="0" role="region" '
        f'aria-label="{escape(_("The agreement"))}">{text}</div>'
    )
    by = st.text_input(
        asks,
        placeholder=example,
        key="agreed-by",
        help=_("The name is kept with the day and the text's number ({number}).", number=CURRENT),
    ).strip()
    st.markdown(they)
    to = [
        one
        for one, title, words in purposes(app.settings.keep_days, spoken)
        if st.checkbox(f"**{title}.** {words}", key=f"agreed-{one}")
    ]
    if by and Purpose.PICTURES in to:
        return agreed(
            by, app.library.now(), purposes=to, language=spoken.language,
            days=app.settings.keep_days,
        )  # fmt: skip
    st.info(
        _(
            "Pictures come after the agreement: say who agrees, and tick what they agree to. "
            "Without pictures nobody can be enrolled here; students can join by your link without "
            "any."
        ),
        icon=":material/handshake:",
    )
    return None


def _who(app: AppState) -> str:
    st.subheader(_("2. Name"), anchor=False)
    name = st.text_input(
        _("The student's name, as you call them"), key="new-name", placeholder="Anna"
    ).strip()
    st.session_state["new-in"] = classes.of_new(app)
    with st.expander(_("More choices")):
        st.checkbox(
            _("Another student of this name is enrolled already; this is a second one."),
            key="new-another",
        )
        st.checkbox(_("Keep no pictures, only numbers computed from them."), key="new-vectors")
        frame.quiet(_("A new model then needs a new enrolment."))
        frame.day(_("Delete the student after"), None, key="new-until", min_value="today")
    return name


def _save(
    app: AppState, name: str, consent: Consent, tray: Tray, together: Together | None
) -> None:
    missing = "" if name else _("Give the student's name.")
    if not save_button(tray, together, _("Enrol"), missing) or together is None:
        return
    with frame.guarded():
        enrolled = _enrolled(app, name, tray, tray.kept(together), consent)
        collect.clear(_NEW)
        keys = ("agreed-by", "new-name", "new-another", "new-vectors")
        for key in (*keys, *(f"agreed-{one}" for one in Purpose)):
            st.session_state.pop(key, None)
        after(enrolled)


def _enrolled(
    app: AppState, name: str, tray: Tray, kept: tuple[Candidate, ...], consent: Consent
) -> EnrolmentResult:
    until = st.session_state.get("new-until")
    progress = Progress(_("Learning"))
    enrolment = desk.enrolment(app, same_person=tray.same_person, progress=progress)
    with st.spinner(_("Learning how this student looks")):
        enrolled = enrolment.enroll(
            name,
            kept,
            consent,
            keeps="vectors" if st.session_state.get("new-vectors") else "images",
            keep_until=until if isinstance(until, date) else None,
            classes=st.session_state["new-in"],
            another=bool(st.session_state.get("new-another")),
        )
    progress.close()
    return enrolled
