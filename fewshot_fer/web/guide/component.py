"""The guide's place on a Streamlit page."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

import streamlit as st

if TYPE_CHECKING:
    from fewshot_fer.students.enrolment.gate import Candidate
    from fewshot_fer.web.app_state import AppState

# It stays small, because Streamlit sends it with every run of the page.
_LOADER: Final = """
export default function (component) {
  const loaded = import(new URL('assets/guide/guide.js', document.baseURI).href);
  loaded.then((guide) => guide.mount(component));
  return () => { loaded.then((guide) => guide.unmount(component)); };
}
"""


def guide(
    app: AppState, does: Literal["teach", "rest"], expressions: Sequence[str], *, key: str
) -> list[Candidate]:
    """Show the guide; the faces that were taken since the last run."""
    ticket = st.session_state.setdefault(f"{key}-ticket", secrets.token_urlsafe(24))
    _component()(
        key=key,
        data={"does": does, "expressions": list(expressions), "ticket": ticket},
        on_took_change=lambda: None,
    )
    return app.taken.fetch(ticket)


@cache
def _component() -> Any:
    static = files("fewshot_fer.web") / "static" / "guide"
    return st.components.v2.component(
        "fewshot_fer_guide",
        html=(static / "guide.html").read_text(encoding="utf-8"),
        css=(static / "guide.css").read_text(encoding="utf-8"),
        js=_LOADER,
    )
