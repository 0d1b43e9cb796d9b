"""Today's light: recalibrate, see what it brought, take it back."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from fewshot_fer.expressions import NEUTRAL
from fewshot_fer.images import decode_image
from fewshot_fer.languages import Phrase, many
from fewshot_fer.students.enrolment.gate import FOR_LESSONS, Candidate, Picture, Refusal, stacked
from fewshot_fer.students.recalibration import Recalibrated, history, recalibrate, undo
from fewshot_fer.students.store.records import Student
from fewshot_fer.students.verdict import BeforeAfter
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import desk, frame, plain
from fewshot_fer.web.pages.parts.components import guide
from fewshot_fer.web.pages.parts.progress import Progress
from fewshot_fer.web.pages.parts.saying import _
from fewshot_fer.web.pages.people import collect

_NOBODY_SAYS = Phrase("nobody says: frames of a lesson")


def show(app: AppState, who: Student) -> None:
    """Recalibrate from a picture or several; the list of what was done before."""
    st.markdown(
        _(
            "A new day brings other light, another camera, new glasses. One picture of the resting "
            "face tells how far that moves everything. No picture that was enrolled is changed."
        )
    )
    with st.container():  # a place of its own, so that the tabs below keep theirs
        _brought(who)
    _again(app, who)
    st.divider()
    _history(app, who)


def _again(app: AppState, who: Student) -> None:
    # Streamlit may end a run whenever its state is asked for: from the pictures that are fetched
    # to the note of what they brought there is no such place.
    brought = _brought_to()
    by_camera, by_file = st.tabs([_("Camera"), _("Files")])
    with by_camera:
        frame.quiet(_("Five seconds of the resting face, in today's light."))
        taken = guide(app, "rest", [NEUTRAL], key=f"rest-{who.id}")
        if taken:
            how = many(len(taken), "resting face, {count} look", "resting face, {count} looks")
            _recalibrate(app, who, taken, NEUTRAL, how, brought)
    with by_file:
        _from_files(app, who, brought)


def _from_files(app: AppState, who: Student, brought: dict[str, Recalibrated]) -> None:
    names = app.library.expressions(who)
    choices = [*sorted(names, key=lambda name: name != NEUTRAL), _NOBODY_SAYS]
    chosen = st.selectbox(
        _("What do the pictures show?"), choices, key=f"light-{who.id}", format_func=_
    )
    label = None if chosen == _NOBODY_SAYS else chosen
    batch = st.session_state.setdefault("light-batch", 0)
    dropped = st.file_uploader(
        _("Pictures in today's light"),
        type=collect.KINDS,
        accept_multiple_files=True,
        key=f"light-files-{batch}",
        max_upload_size=collect.MOST_MB,
    )
    icon = ":material/wb_sunny:"
    if st.button(_("Recalibrate"), type="primary", disabled=not dropped, icon=icon):
        usable = _usable(app, [(file.name, file.getvalue()) for file in dropped], label)
        if usable:
            st.session_state["light-batch"] = batch + 1
            how = many(
                len(usable), "{count} picture of {what}", "{count} pictures of {what}",
                what=label or Phrase("a lesson"),
            )  # fmt: skip
            _recalibrate(app, who, usable, label, how, brought)


def _usable(
    app: AppState, given: Sequence[tuple[str, bytes]], label: str | None
) -> list[Candidate]:
    """The faces that can be read; what is wrong with the others is said."""
    gate = desk.gate(app, FOR_LESSONS)
    progress = Progress(_("Looking at pictures"))
    usable: list[Candidate] = []
    for done, (name, data) in enumerate(given):
        progress(done, len(given))
        with frame.guarded():
            picture = Picture(label or NEUTRAL, decode_image(data, where=name), name)
            seen = gate.look(picture)
            if isinstance(seen, Refusal):
                raise seen.as_error()
            usable.append(seen)
    progress.close()
    return usable


def _recalibrate(
    app: AppState, who: Student, usable: Sequence[Candidate], label: str | None, how: str,
    brought: dict[str, Recalibrated],
) -> None:  # fmt: skip
    z = app.recognizer.vectors_of(stacked(usable))
    labels = None if label is None else [label] * len(usable)
    brought[who.id] = recalibrate(app.roster, who.id, z, labels, how=how)
    st.rerun()


def _brought_to() -> dict[str, Recalibrated]:
    """What the last recalibration in this tab has brought, by the student's id."""
    found: dict[str, Recalibrated] = st.session_state.setdefault("brought", {})
    return found


def _brought(who: Student) -> None:
    """What the recalibration just made has brought."""
    came = _brought_to().get(who.id)
    if came is None or came.calibration not in who.calibrations:
        return
    with st.container(border=True):
        st.markdown(f"**{_('Recalibrated.')}** {_(came.in_words)}")
        for title, both in (
            (_("Pictures set aside to test it"), came.kept_aside),
            (_("Enrolled pictures, read as if taken today"), came.references),
        ):
            if both is not None:
                _scores(title, both)
        if came.kept_aside is not None:
            frame.quiet(
                _(
                    "Set aside to test it: every second picture. The others taught; these then "
                    "told whether that helps."
                )
            )


def _scores(title: str, both: BeforeAfter) -> None:
    before, after = both.before, both.after
    frame.table(
        {
            title: [_("named right"), _("mean probability"), _("unsure")],
            _("before"): [
                plain.percent(v) for v in (before.right, before.confidence, before.unsure)
            ],
            _("after"): [plain.percent(v) for v in (after.right, after.confidence, after.unsure)],
        }
    )


def _history(app: AppState, who: Student) -> None:
    st.subheader(_("Before"), anchor=False)
    entries = history(app.roster, who.id)
    if not entries:
        frame.quiet(_("No recalibration yet: everything is read as it was enrolled."))
    for entry in reversed(entries):
        with frame.row():
            state = f":material/check_circle: {_('in use')}" if entry.in_use else ""
            if entry.set_aside:
                why = _("set aside: it belongs to another model")
                state = f":material/pause_circle: {why}"
            st.markdown(f"{plain.text(_(entry.in_words))}  \n{state}", width="stretch")
            if st.button(_("Take back"), key=f"undo-{entry.calibration}", icon=":material/undo:"):
                undo(app.roster, who.id, entry.calibration)
                words = _("The recalibration is taken back, as if it had never been.")
                frame.done(words, student=who.id)
