"""One student: what was learnt, the pictures, today's light, and everything about their data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.languages import many
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.sentences import sentence
from fewshot_fer.students.store.moving import import_student
from fewshot_fer.students.store.names import random_id
from fewshot_fer.students.store.records import Purpose, Reference, Student
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import charts, desk, frame, plain
from fewshot_fer.web.pages.parts.progress import Progress
from fewshot_fer.web.pages.parts.saying import _, say
from fewshot_fer.web.pages.people import classes, collect, coming, enrol, light
from fewshot_fer.web.portal.telling import PURPOSES, purposes
from fewshot_fer.web.wire import data_url

_MORE: Final = "more"
"""Pictures that are added."""


def show(app: AppState, student_id: str) -> None:
    """The student's page."""
    who = _who(app, student_id)
    _head(app, who)
    learnt, pictures, today, data = st.tabs(
        [_("What was learnt"), _("Pictures"), _("Today's light"), _("Name and data")],
        key=f"tabs-{who.id}",
    )
    with learnt, frame.guarded():
        _learnt(app, who)
    with pictures, frame.guarded():
        _pictures(app, who)
        _add(app, who)
    with today, frame.guarded():
        light.show(app, who)
    with data, frame.guarded():
        _data(app, who)


def _who(app: AppState, student_id: str) -> Student:
    """The student; an address that names nobody leads back to the list, which says so."""
    try:
        return app.library.open(student_id)
    except FewshotFerError:
        st.query_params.clear()
        raise


def _head(app: AppState, who: Student) -> None:
    consent = who.consent
    said = [
        _("Enrolled on {day}.", day=plain.day(who.created)),
        _(
            "{name} agreed on {day} to version {version} of the agreement.",
            name=consent.by, day=plain.day(consent.at), version=consent.text.removeprefix("v"),
        ),
        _("Agreed to: {purposes}.", purposes=_agreed_to(who)),
    ]  # fmt: skip
    if who.keep_until:
        said.append(_("Kept until {day}.", day=plain.day(who.keep_until)))
    frame.head(who.name, " ".join(said))
    with st.container(horizontal=True, vertical_alignment="center"):
        if frame.back(_("All students")):
            collect.clear(_MORE, who.id)
            frame.go()
        with frame.guarded():
            coming.show(app, who)
    frame.told()
    with frame.guarded():
        classes.of_student(app, who)


def _learnt(app: AppState, who: Student) -> None:
    card = desk.card(app, who.id)
    st.markdown(plain.text(_(card.whose)))
    st.info(plain.text(_(card.advice)), icon=":material/lightbulb:")
    st.altair_chart(
        charts.learnt(card),
        key=f"learnt-{who.id}",
        alt=_("How sure each expression of {name} is", name=who.name),
    )
    frame.table(
        {
            _("Expression"): [_(one.expression) for one in card.learnt],
            _("Pictures"): [str(one.references or "–") for one in card.learnt],
            _("Expected right"): [plain.percent(one.estimated) for one in card.learnt],
            _("Read right by the others"): [plain.percent(one.checked) for one in card.learnt],
        }
    )
    frame.quiet(
        _(
            "Expected right is an estimate from the model: of 100 looks that show the expression, "
            "so many would be named rightly. Read right by the others is measured: each picture is "
            "read by what the other pictures teach (the grey mark in the chart)."
        )
    )


def _pictures(app: AppState, who: Student) -> None:
    if not who.references:
        st.info(_("There are no pictures. Without any, this student is read as people in general."))
        return
    if who.keeps == "vectors":
        frame.quiet(_("Of this student only numbers are kept, no pictures."))
    order = app.library.expressions(who)
    frame.quiet(_("A picture that shows something else than it says can be moved there."))
    with st.container(horizontal=True, gap="small"):
        for reference in sorted(who.references, key=lambda r: order.index(r.expression)):
            _picture(app, who, reference, order)


def _picture(app: AppState, who: Student, reference: Reference, order: Sequence[str]) -> None:
    with st.container(width=132, gap="xsmall"):
        if reference.kind == "image":
            picture = app.library.portrait(who, reference)
            st.image(data_url(picture), width=132, alt=f"{who.name}, {_(reference.expression)}")
        shown = st.selectbox(
            _("What does it show?"),
            order,
            format_func=_,
            index=order.index(reference.expression),
            key=f"shows-{reference.sha}-{reference.expression}",
            label_visibility="collapsed",
        )
        if shown != reference.expression:
            app.library.relabel(who.id, reference, shown)
            moved = _(
                "The picture is moved from {before} to {after}.",
                before=reference.expression, after=shown,
            )  # fmt: skip
            frame.done(moved, student=who.id)
        shows = plain.text(_(reference.expression))
        question = _("Remove this picture of {expression} for good?", expression=shows)
        if frame.sure(_("Remove"), question, _("Remove it"), reference.sha):
            app.library.drop(who.id, [reference])
            gone = _("One picture of {expression} is deleted.", expression=reference.expression)
            frame.done(gone, student=who.id)


def _add(app: AppState, who: Student) -> None:
    st.divider()
    st.subheader(_("Add pictures"), anchor=False)
    if Purpose.PICTURES not in who.purposes:
        frame.quiet(_(sentence(Reason(Code.PICTURES_NOT_AGREED, name=who.name))))
        return
    tray = collect.tray_of(_MORE, who.id)
    known = app.library.expressions(who)
    together = enrol.pictures(app, tray, known, who.id)
    if not enrol.save_button(tray, together, _("Save pictures")) or together is None:
        return
    progress = Progress(_("Learning"))
    adding = desk.enrolment(app, same_person=tray.same_person, progress=progress)
    with st.spinner(_("Learning from the new pictures")):
        enrolled = adding.add(who.id, tray.kept(together))
    progress.close()
    collect.clear(_MORE, who.id)
    enrol.after(enrolled)


def _data(app: AppState, who: Student) -> None:
    with st.container(border=True):
        st.subheader(_("Name"), anchor=False)
        name = st.text_input(_("The student's name"), value=who.name, key=f"name-{who.id}")
        if st.button(_("Rename"), disabled=name.strip() == who.name):
            app.library.rename(who.id, name)
            frame.done(_("The name is changed."), student=who.id)
    with st.container(border=True):
        st.subheader(_("How long"), anchor=False)
        until = frame.day(_("Delete after"), who.keep_until, key=f"until-{who.id}")
        frame.quiet(_("Empty: kept until somebody deletes it."))
        if st.button(_("Keep until then"), disabled=until == who.keep_until):
            app.library.keep(who.id, until)
            frame.done(_("This is noted."), student=who.id)
    with st.container(border=True):
        st.subheader(_("Export"), anchor=False)
        frame.quiet(_("One file with everything that is known. It holds pictures of a face."))
        # A link, not a download of Streamlit's: that would keep a copy after the student is gone.
        address = f"/api/v1/students/{who.id}/export"
        st.link_button(_("Download"), address, icon=":material/download:")
    _agreement(app, who)
    _removing(app, who)


def _agreed_to(who: Student) -> str:
    named = [_(PURPOSES[one][0]) for one in Purpose if one in who.purposes]
    return plain.listed(named) or _("nothing")


def _agreement(app: AppState, who: Student) -> None:
    """What the student agreed to, and taking it back for them."""
    with st.container(border=True):
        st.subheader(_("What was agreed to"), anchor=False)
        for purpose, title, words in purposes(app.settings.keep_days, say()):
            if purpose not in who.purposes:
                frame.quiet(_("{purpose}: no.", purpose=title))
                continue
            st.markdown(f"**{title}.** {words}")
            back = _("Take it back")
            question = f"{_(PURPOSES[purpose][2])} {_('This cannot be taken back.')}"
            if frame.sure(back, question, back, f"{purpose}-{who.id}"):
                left = replace(who.consent, purposes=who.purposes - {purpose})
                app.portal.agree(who.id, left)
                done = _("It is taken back, and what was kept for it is deleted.")
                frame.done(done, student=who.id)


def _removing(app: AppState, who: Student) -> None:
    with st.container(border=True):
        st.subheader(_("Delete"), anchor=False)
        st.markdown(
            _(
                "Deletes {name} with {pictures}, {recalibrations} and everything recorded of them "
                "in any session. This cannot be taken back.",
                name=plain.text(who.name),
                pictures=many(len(who.references), "{count} picture", "{count} pictures"),
                recalibrations=many(
                    len(who.calibrations), "{count} recalibration", "{count} recalibrations"
                ),
            )
        )
        typed = st.text_input(
            _("Type the student's name to confirm"), key=f"sure-{who.id}", placeholder=who.name
        )
        same = typed.strip().casefold() == who.name.casefold()
        delete = _("Delete for good")
        if st.button(delete, type="primary", disabled=not same, key=f"gone-{who.id}"):
            app.portal.forget(who.id)
            gone = _("Nothing of {names} is left.", names=plain.text(who.name))
            frame.done(f"{gone} {_(app.audit.copies())}".strip())


def importing(app: AppState) -> None:
    """Bring a student in from an export."""
    with st.expander(_("Import a student from an export")):
        batch = st.session_state.setdefault("import-batch", 0)
        zipped = st.file_uploader(_("The zip that was exported"), type=["zip"], key=f"zip-{batch}")
        as_new = st.checkbox(_("Give a new id, where this student is here already."))
        if st.button(_("Import"), disabled=zipped is None) and zipped is not None:
            with frame.guarded():
                new = random_id() if as_new else None
                came = import_student(app.library, zipped.getvalue(), as_new=new)
                st.session_state["import-batch"] = batch + 1
                here = _("{name} is here.", name=plain.text(came.name))
                frame.done(here, student=came.id)
