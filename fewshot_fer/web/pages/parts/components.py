"""Parts of a page that live in the browser: Streamlit gives them a place, scripts do the rest."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import streamlit as st
from streamlit import runtime

from fewshot_fer import look
from fewshot_fer.students.enrolment.gate import Candidate
from fewshot_fer.web.app_state import AppState

# The script itself is served as a module of several files; this only fetches it. It stays small,
# because Streamlit sends it with every run of the page.
_LOADER: Final = """
export default function (component) {
  const loaded = import(new URL('assets/NAME/NAME.js', document.baseURI).href);
  loaded.then((script) => script.mount(component));
  return () => { loaded.then((script) => script.unmount(component)); };
}
"""


def live(class_id: str, data: dict[str, Any], *, key: str) -> Any:
    """Show a class; `again` comes back when the teacher wants another one."""
    # It brings a shadow of its own.
    show = _component("live", html="<div></div>", isolate_styles=False)
    return show(key=key, data={"class": class_id, **data}, on_again_change=lambda: None)


def guide(
    app: AppState,
    does: Literal["teach", "rest"],
    expressions: Sequence[str],
    *,
    key: str,
    student: str | None = None,
) -> list[Candidate]:
    """Show the guide before the camera; the faces that were taken since the last run.

    `student` is whose face it is, if they are enrolled: what is known of them helps to judge.
    """
    ticket = st.session_state.setdefault(f"{key}-ticket", secrets.token_urlsafe(24))
    show = _component("guide", html=_static("guide/guide.html"), css=_style("guide/guide.css"))
    data = {"does": does, "expressions": list(expressions), "ticket": ticket, "student": student}
    show(key=key, data=data, on_took_change=lambda: None)
    return app.taken.fetch(ticket)


def player(video: bytes, stack: str, length: float, *, key: str) -> None:
    """Show a video above what was read in it over time (an SVG), which takes one there."""
    media = runtime.get_instance().media_file_mgr
    src = media.add(video, "video/webm", key)
    show = _component("video", html=_static("video/video.html"), css=_style("video/video.css"))
    show(key=key, data={"src": src, "stack": stack, "length": length})


@cache
def _component(name: str, **more: Any) -> Any:
    script = _LOADER.replace("NAME", name)
    return st.components.v2.component(f"fewshot_fer_{name}", js=script, **more)


def _style(name: str) -> str:
    return look.sheet("elements", "parts") + _static(name)


@cache
def _static(name: str) -> str:
    return (files("fewshot_fer.web") / "static" / name).read_text(encoding="utf-8")
