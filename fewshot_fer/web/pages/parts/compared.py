"""Two sessions compared: what changed in the class, in words, and how sure that is."""

from __future__ import annotations

import streamlit as st

from fewshot_fer.records.values import SessionRecord
from fewshot_fer.reports import words
from fewshot_fer.reports.compare import Comparison, compare
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import charts, frame, plain


def show(app: AppState) -> None:
    """Choose two; see what changed."""
    frame.head("Compare two sessions", "What changed in the class, and how sure that is.")
    if frame.back("All sessions"):
        frame.go()
    with app.store() as store:
        found = list(reversed(store.sessions()))
    if len(found) < 2:
        st.info("Two sessions are needed to compare.")
        return
    left, right = st.columns(2)
    with left:
        before = st.selectbox("Before", found, index=len(found) - 2, format_func=_title)
    with right:
        after = st.selectbox("After", found, index=len(found) - 1, format_func=_title)
    if before.id == after.id:
        st.info("Choose two different sessions.")
        return
    with frame.guarded():
        with app.store() as store:
            changed = compare(store.read(before.id), store.read(after.id))
        _result(changed)


def _title(session: SessionRecord) -> str:
    return f"{words.title(session)} (session {session.id})"


def _result(found: Comparison) -> None:
    if found.clear:
        st.markdown("**From the one to the other the class showed:**")
        st.markdown("\n".join(f"- {words.class_sentence(change)}" for change in found.clear))
    else:
        st.markdown("**No clear change in the class.**")
    before, after = (plain.percent(share) for share in found.coverage)
    st.markdown(f"Clearly read: {before} of the class before, {after} after.")
    names = tuple(change.expression for change in found.changes)
    st.altair_chart(
        charts.effects(found.changes, names),
        key="effects",
        alt="Change of each expression in percentage points, with its range",
    )
    frame.table(
        {
            "Expression": list(names),
            "Before": [plain.percent(c.usual) for c in found.changes],
            "After": [plain.percent(c.now) for c in found.changes],
            "Points": [words.points(c.effect) for c in found.changes],
            "Range, 95 %": [
                f"{words.points(c.low)} to {words.points(c.high)}" for c in found.changes
            ],
            "": ["clear" if c in found.clear else "" for c in found.changes],
        }
    )
    frame.quiet(
        "The ranges hold the true change of all expressions at once 95 times in 100. Another "
        "lesson, another topic, another light: a difference is no verdict."
    )
