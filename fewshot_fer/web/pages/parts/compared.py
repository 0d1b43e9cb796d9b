"""Two sessions compared: what changed in the class, in words, and how sure that is."""

from __future__ import annotations

import streamlit as st

from fewshot_fer.languages import Phrase
from fewshot_fer.records.values import SessionRecord
from fewshot_fer.reports import words
from fewshot_fer.reports.compare import Comparison, compare
from fewshot_fer.reports.summary import LEAST
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import charts, frame, plain
from fewshot_fer.web.pages.parts.saying import _


def show(app: AppState) -> None:
    """Choose two; see what changed."""
    frame.head(_("Compare two sessions"), _("What changed in the class, and how sure that is."))
    if frame.back(_("All sessions")):
        frame.go()
    with app.store() as store:
        found = list(reversed(store.sessions()))
    if len(found) < 2:
        st.info(_("Two sessions are needed to compare."))
        return
    left, right = st.columns(2)
    with left:
        before = st.selectbox(_("Before"), found, index=len(found) - 2, format_func=_title)
    with right:
        after = st.selectbox(_("After"), found, index=len(found) - 1, format_func=_title)
    if before.id == after.id:
        st.info(_("Choose two different sessions."))
        return
    with frame.guarded():
        with app.store() as store:
            changed = compare(store.read(before.id), store.read(after.id))
        _result(changed)


def _title(session: SessionRecord) -> str:
    return _("{title} (session {id})", title=words.title(session), id=session.id)


def _result(found: Comparison) -> None:
    if found.clear:
        st.markdown(f"**{_('From the one to the other the class showed:')}**")
        st.markdown("\n".join(f"- {_(words.class_sentence(one))}" for one in found.clear))
    else:
        st.markdown(f"**{_('No clear change in the class.')}**")
    before, after = (plain.percent(share) for share in found.coverage)
    st.markdown(
        _("Clearly read: {before} of the class before, {after} after.", before=before, after=after)
    )
    names = tuple(change.expression for change in found.changes)
    st.altair_chart(
        charts.effects(found.changes, names),
        key="effects",
        alt=_("Change of each expression in percentage points, with its range"),
    )
    frame.table(
        {
            _("Expression"): [_(name) for name in names],
            _("Before"): [plain.percent(c.usual) for c in found.changes],
            _("After"): [plain.percent(c.now) for c in found.changes],
            _("Points"): [words.points(c.effect) for c in found.changes],
            _("Range, 95 %"): [
                _("{low} to {high}", low=words.points(c.low), high=words.points(c.high))
                for c in found.changes
            ],
            "": [_("clear") if c in found.clear else "" for c in found.changes],
        }
    )
    said = (
        Phrase(
            "The ranges hold the true change of all expressions at once 95 times in 100. Another "
            "lesson, another topic, another light: a difference is no verdict."
        ),
        Phrase("A change of less than {points} points is not called clear, however sure it is.",
               points=round(100 * LEAST)),
    )  # fmt: skip
    frame.quiet(" ".join(_(one) for one in said))
