"""What the teacher's addresses show: Streamlit's one page under our own name.

It is told where its server is. Loaded by its address, such as /sessions, it would look for its
server below that first: two errors in the browser's console, and a moment lost.

Where Streamlit is not installed there is the class alone, and the API serves the reports.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from fewshot_fer.languages import Say
from fewshot_fer.web import html
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.live.drawn import id_now, page_data
from fewshot_fer.web.pages import PAGES, with_streamlit

_OURS: Final = '<script src="/assets/front.js"></script>' + "".join(
    f'<link rel="stylesheet" href="/assets/{name}.css">'
    for name in ("sheets/tokens", "sheets/parts", "pages")
)

_NO_SCRIPT: Final = "<noscript><p>This page needs JavaScript.</p></noscript>"


def routes(app: AppState) -> Sequence[BaseRoute]:
    """The page under every address that it has."""
    if not with_streamlit():
        return _alone(app)
    text = front_page()
    told = {"cache-control": "no-cache", "vary": "cookie, accept-language"}

    async def show(request: Request) -> Response:
        return HTMLResponse(in_language(text, html.saying(request)), headers=told)

    return tuple(Route(path, show) for path in ("/", *(f"/{name}" for *_, name in PAGES)))


def front_page() -> str:
    """Streamlit's page; where it has changed too much, as it is."""
    text = files("streamlit").joinpath("static", "index.html").read_text(encoding="utf-8")
    text = text.replace("<title>Streamlit</title>", "<title>fewshot-fer</title>", 1)
    # There is something to see before Streamlit's scripts are read; they put theirs in its place.
    text = text.replace('<div id="root">', '<div id="root"><p class="opening">fewshot-fer</p>', 1)
    text = re.sub("<noscript>.*?</noscript>", _NO_SCRIPT, text, count=1, flags=re.DOTALL)
    return text.replace("</title>", f"</title>{_OURS}", 1)


def in_language(page: str, say: Say) -> str:
    """The page in somebody's language: scripts ask it which one that is, sheets what to say."""
    words = {
        "upload": say("Upload"),
        "drop": say("Drop it here"),
        "away": say("The program does not answer. This page goes on by itself once it is back."),
    }
    told = "".join(f'--say-{what}: "{text}";' for what, text in words.items())
    spoken = f'<html lang="{say.language}" dir="{say.direction}" style="{escape(told)}"'
    return page.replace('<html lang="en"', spoken, 1)


def _alone(app: AppState) -> Sequence[BaseRoute]:
    def show(request: Request) -> Response:
        data = {"class": id_now(app), **page_data(app)}
        return html.page("class", say=html.saying(request), data=json.dumps(data))

    def report(request: Request) -> Response:
        session = request.query_params.get("session", "")
        return RedirectResponse(f"/api/v1/sessions/{session if session.isdecimal() else 0}/report")

    return (Route("/", show), Route("/sessions", report))
