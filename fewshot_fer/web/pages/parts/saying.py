"""The language of whoever looks at a page: chosen there, or the browser's."""

from __future__ import annotations

import streamlit as st
from starlette.requests import HTTPConnection

from fewshot_fer.languages import Say
from fewshot_fer.web import html


def say() -> Say:
    """What says sentences in it."""
    headers = [(k.lower().encode(), v.encode("latin-1")) for k, v in st.context.headers.items()]
    return html.saying(HTTPConnection({"type": "http", "headers": headers}))


def _(text: str, /, **facts: object) -> str:
    """A sentence in it; `{names}` stand for facts."""
    return say()(text, **facts)
