"""Streamlit's one page under our own name and told where its server is.

Loaded by its address, such as /sessions, it would look for its server below that first: two
errors in the browser's console, and a moment lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from fewshot_fer.web.pages import PAGES

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState

_SCRIPT: Final = '<script src="/assets/front.js"></script>'


def routes(_: AppState) -> Sequence[BaseRoute]:
    """The page under every address that it has."""
    text = front_page()

    async def show(request: Request) -> Response:
        return HTMLResponse(text, headers={"cache-control": "no-cache"})

    return tuple(Route(path, show) for path in ("/", *(f"/{name}" for *_, name in PAGES)))


def front_page() -> str:
    """Streamlit's page; where it has changed too much, as it is."""
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    text = page.read_text(encoding="utf-8")
    text = text.replace("<title>Streamlit</title>", "<title>fewshot-fer</title>", 1)
    return text.replace("</title>", f"</title>{_SCRIPT}", 1)
