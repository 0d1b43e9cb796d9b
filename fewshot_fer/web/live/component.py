"""The live component: Streamlit gives it a place on the page, all else happens in the browser."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import streamlit as st

# The script itself is served as a module of several files; this only fetches it. It stays small,
# because Streamlit sends it with every run of the page.
_LOADER: Final = """
export default function (component) {
  const loaded = import(new URL('assets/live/live.js', document.baseURI).href);
  loaded.then((live) => live.mount(component));
  return () => { loaded.then((live) => live.unmount(component)); };
}
"""


def live(class_id: str, data: dict[str, Any], *, key: str) -> Any:
    """Show a class; `again` comes back when the teacher wants another one."""
    return _component()(
        key=key,
        data={"class": class_id, **data},
        on_again_change=lambda: None,
    )


@cache
def _component() -> Any:
    return st.components.v2.component(
        "fewshot_fer_live",
        html="<div></div>",
        js=_LOADER,
        isolate_styles=False,  # It brings a shadow of its own.
    )
