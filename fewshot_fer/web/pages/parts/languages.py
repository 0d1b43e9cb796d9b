"""Choosing the language of the pages, in the menu at their side."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from fewshot_fer.languages import LANGUAGES
from fewshot_fer.web import html
from fewshot_fer.web.pages.parts.saying import _, say


def show() -> None:
    """A link for each language: this page is loaded anew in it."""
    here = urlsplit(st.context.url or "/")
    path = here._replace(scheme="", netloc="").geturl() or "/"
    st.html(html.part("bars", "languages", _("Language"), LANGUAGES, say().language, path))
