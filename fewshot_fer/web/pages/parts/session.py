"""One recorded session: the report inside the page, and what can be taken from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from fewshot_fer.languages import Phrase, many
from fewshot_fer.records.values import Mark, SessionRecord
from fewshot_fer.reports import tables, words
from fewshot_fer.reports.page import CARE
from fewshot_fer.reports.summary import AROUND_S, Report, StudentSummary, read_report
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import bars, charts, frame, plain
from fewshot_fer.web.pages.parts.saying import _, say

_CHANGED: Final = Phrase("The class changed")


def show(app: AppState, number: int) -> None:
    """The session with this number."""
    with app.store() as store:
        session = store.find(number)
    frame.head(_(words.title(session)), _("{time} long", time=words.clock(session.seconds)))
    with st.container(horizontal=True, vertical_alignment="center"):
        if frame.back(_("All sessions")):
            frame.go()
        with frame.guarded():
            _rename(app, session)
    frame.told()
    if session.ended is None:
        st.info(_("This session still runs, or it was cut off."), icon=":material/pending:")
    per_student = _each(session)
    with st.spinner(_("Reading the session"), show_time=True), app.store() as store:
        report = read_report(store, number, per_student=per_student)
    names = called(app)
    told(report, names, app)
    _downloads(app, report, per_student=per_student)
    _delete(app, session)
    frame.quiet(_(CARE))


def _rename(app: AppState, session: SessionRecord) -> None:
    """What the lesson is called; those of one class are its usual, and its term."""
    with st.popover(_("Title and class"), icon=":material/edit:"):
        asks, key = _("Title of the lesson"), f"title-{session.id}"
        title = st.text_input(asks, session.title, key=key, max_chars=200).strip()
        name = st.text_input(
            _("Which class is it?"), session.class_name, key=f"class-{session.id}", max_chars=60
        ).strip()
        frame.quiet(_("Sessions of one class are compared with each other."))
        same = (title, name) == (session.title, session.class_name)
        if st.button(_("Save"), disabled=same, key=f"named-{session.id}"):
            with app.store() as store:
                store.rename(session.id, title=title, class_name=name)
            frame.done(_("It is noted."), session=str(session.id))


def told(report: Report, names: Mapping[str, str], app: AppState | None = None) -> None:
    """What a report says; with the app, of a session that is kept and can be marked."""
    _headlines(report, names)
    if report.shares:
        _class(report)
        _moments(report, app)
    if report.watched is not None:
        _students(report, names)


def _headlines(report: Report, names: Mapping[str, str]) -> None:
    """What matters, in three sentences."""
    st.html(bars.headlines(words.headlines(report, names)))


def called(app: AppState) -> dict[str, str]:
    """What to call students; who left the library is shown by the id."""
    return {student.id: student.name for student in app.library.students()}


def _each(session: SessionRecord) -> bool:
    if not session.each:
        frame.quiet(_("Only the class was recorded, no single students."))
        return False
    return st.toggle(
        _("Show single students ({count} were recorded)", count=session.students),
        key=f"each-{session.id}",
        help=_("The class as a whole is what is shown by default; one student's view is a choice."),
    )


def _class(report: Report) -> None:
    session, line = report.recorded.session, report.timeline
    unsure = max(0.0, report.faces / max(1, report.expected) - report.coverage)
    unseen = max(0.0, 1.0 - report.coverage - unsure)
    st.html(
        bars.facts(
            (
                (str(report.expected), _("students expected")),
                (plain.percent(report.coverage), _("clearly read, on average")),
                (plain.percent(unsure), _("seen, but unsure")),
                (plain.percent(unseen), _("not seen")),
            )
        )
    )
    frame.quiet(
        _(
            "Students expected: everybody enrolled in this class, or, where more faces were seen "
            "at once, as many as those. The shares beside it are of them."
        )
    )
    st.subheader(_("The class over time"), anchor=False)
    frame.quiet(_("Share of each expression among those who were clearly read"))
    st.html(bars.legend(session.names))
    marks = [(float(a.mark.second), a.mark.text or _(_CHANGED)) for a in report.moments]
    st.altair_chart(
        charts.shares_over_time(line, session.names, marks),
        key=f"time-{session.id}",
        alt=_("Share of each expression among those who were clearly read, over time"),
    )
    frame.quiet(_("How much of the class was clearly read"))
    st.altair_chart(
        charts.coverage_over_time(line),
        key=f"covered-{session.id}",
        alt=_("Share of the class that was clearly read, over time"),
    )
    frame.quiet(_("Where the lower chart is low, trust the upper one less: it speaks of few."))
    st.subheader(_("All in all"), anchor=False)
    st.html(bars.shares(report.shares, session.names))


def _moments(report: Report, app: AppState | None) -> None:
    st.subheader(_("Moments that stood out, or were marked"), anchor=False)
    if not report.moments:
        frame.quiet(_("The class changed at no moment in particular, and none was marked."))
        return
    after = "The {minutes} minutes after, compared with the {minutes} before."
    frame.quiet(_(after, minutes=AROUND_S // 60))
    for k, around in enumerate(report.moments, start=1):
        what = plain.text(around.mark.text or _(_CHANGED))
        at = _("at {time}", time=words.clock(around.mark.second))
        st.markdown(f"**{k}. {what}**, {at}")
        if not around.changes:
            frame.quiet(_("Too little was seen to compare."))
        elif not around.clear:
            frame.quiet(_("No clear change in the class."))
        else:
            st.markdown("\n".join(f"- {_(words.class_sentence(c))}" for c in around.clear))
        if app is not None and not around.mark.text:
            _name(app, report.recorded.session, around.mark.second)


def _name(app: AppState, session: SessionRecord, second: int) -> None:
    """What was going on is known to the teacher alone; it becomes a mark."""
    key = f"was-{session.id}-{second}"
    asks, example = _("What was going on?"), _("Group work began")
    text = st.text_input(asks, key=key, placeholder=example).strip()
    if text:
        with app.store() as store:
            store.write(session.id, [], [Mark(second, text)])
        frame.done(_("The moment is marked."), session=str(session.id))


def _students(report: Report, names: Mapping[str, str]) -> None:
    watched, session = report.watched, report.recorded.session
    if watched is None:
        return
    st.subheader(_("Worth a check-in"), anchor=False)
    frame.quiet(_("Clearly different from their own usual. A reason to ask, never a judgement."))
    told = sorted(watched.check_ins, key=lambda c: names.get(c.student, c.student).casefold())
    if not told:
        st.markdown(_("Nobody's face clearly changed from their own usual."))
    for one in told:
        with st.container(border=True, key=f"check-{one.student}"):
            name = plain.text(names.get(one.student, one.student))
            st.markdown(_("**{name}**, clear {when}", name=name, when=words.when(one)))
            reasons = [_(words.reason(change, one.usual)) for change in one.reasons]
            st.markdown("\n".join(f"- {reason}" for reason in reasons))
    few = sorted(names.get(student, student) for student in watched.too_little)
    if few:
        said = "Too little was seen, or faces changed too slowly, to say anything of: {names}."
        frame.quiet(_(said, names=plain.listed(few)))
    st.subheader(_("Student by student"), anchor=False)
    st.html(bars.legend(session.names))
    by_name = sorted(report.students, key=lambda s: names.get(s.student, s.student).casefold())
    with st.grid(min_column_width=320):
        for summary in by_name:
            with st.container(border=True, key=f"student-{summary.student}"):
                _student(summary, names, session.names)


def _student(
    summary: StudentSummary, names: Mapping[str, str], expressions: tuple[str, ...]
) -> None:
    name = names.get(summary.student, summary.student)
    shown = _(words.most(summary.shares) or "never clearly read")
    st.markdown(f"**{plain.text(name)}**  \n{shown}")
    st.altair_chart(
        charts.strip(summary.timeline, expressions),
        key=f"strip-{summary.student}",
        alt=_("What {name} showed over time", name=name),
    )
    said = _(
        "To be seen {seen} of the time, clearly read {sure}, quality {quality}.",
        seen=plain.percent(summary.seen),
        sure=plain.percent(summary.sure),
        quality=plain.percent(summary.quality),
    )
    if summary.on_device:
        own = plain.percent(summary.on_device)
        said += f" {_('Read on their own device {share} of the time.', share=own)}"
    frame.quiet(said)


def _downloads(app: AppState, report: Report, *, per_student: bool) -> None:
    number = report.recorded.session.id
    each = "true" if per_student else "false"

    speaks = say()

    def meanings() -> bytes:
        with app.store() as store:
            return tables.meanings(tables.seconds(store, number, per_student=per_student), speaks)

    st.divider()
    st.subheader(_("Download"), anchor=False)
    frame.quiet(
        _("Files hold every student: the switch above decides.")
        if per_student
        else _("Files hold the class alone: the switch above decides.")
    )
    frame.quiet(_("For a PDF, open the report in a browser and print it."))
    stem = words.file_name(report.recorded.session, *(["students"] if per_student else []))
    with st.container(horizontal=True):
        # Links, not downloads of Streamlit's: those would stay in memory after somebody is deleted.
        address = f"/api/v1/sessions/{number}"
        wanted = f"{address}/report?each={each}"
        st.link_button(_("Report"), wanted, icon=":material/description:")
        for kind in tables.WRITERS:
            label = kind.upper() if kind != "parquet" else "Parquet"
            wanted = f"{address}/export?format={kind}&each={each}"
            st.link_button(label, wanted, icon=":material/download:")
        frame.download(
            _("What the columns mean"), f"{stem}-columns.csv", tables.MEDIA_TYPES["csv"],
            meanings, icon=":material/help:",
        )  # fmt: skip


def _delete(app: AppState, session: SessionRecord) -> None:
    question = _(
        "Delete **{title}** with all its numbers? This cannot be taken back.",
        title=plain.text(_(words.title(session))),
    )
    icon = ":material/delete:"
    if frame.sure(_("Delete this session"), question, _("Delete for good"), "session", icon=icon):
        with frame.guarded():
            with app.store() as store:
                store.delete([session.id])
            app.audit.note("deleted a session")
            frame.done(_("Session {id} is deleted.", id=session.id))


def about(session: SessionRecord) -> str:
    """A session in a line."""
    facts = [words.clock(session.seconds), _("session {id}", id=session.id)]
    students = many(session.students, "{count} student", "{count} students")
    facts.append(_(students if session.each else "class only"))
    if session.marks:
        facts.append(_(many(session.marks, "{count} mark", "{count} marks")))
    if session.ended is None:
        facts.append(_("not ended: it still runs, or was cut off"))
    return " · ".join(facts)
