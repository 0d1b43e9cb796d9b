"""Puts the web app together: one `AppState`, and pages, routes and middleware around it."""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from fewshot_fer import __version__
from fewshot_fer.web import front, html
from fewshot_fer.web.access import signin
from fewshot_fer.web.access.guard import Guard
from fewshot_fer.web.access.headers import streamlit_policy
from fewshot_fer.web.api import routes as api
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.guide import routes as guide
from fewshot_fer.web.live.sockets import live
from fewshot_fer.web.pages import with_streamlit
from fewshot_fer.web.portal import routes as portal

WEB: Final = Path(__file__).parent
PAGE: Final = WEB / "pages" / "main.py"
STATE: Final = "fewshot_fer"
"""Under this name the state lies in the `state` of the ASGI app."""
_ROOMS: Final[tuple[Callable[[AppState], Sequence[BaseRoute]], ...]] = (
    front.routes,
    signin.routes,
    api.routes,
    guide.routes,
    portal.routes,
)


def build_app(app: AppState) -> ASGIApp:
    """The whole web app around a state, which lies in its `state` while it runs."""
    if not with_streamlit():
        return Starlette(**parts(app))
    import streamlit as st

    return st.App(PAGE, **parts(app))


def parts(app: AppState) -> dict[str, Any]:
    """What the app is made of: routes, middleware, and what happens at the beginning and end."""
    _read_once()
    return {
        "routes": list(_routes(app)),
        "middleware": [Middleware(Guard, credentials=app.credentials, threads=app.threads)],
        "lifespan": _lifespan(app),
    }


def _read_once() -> None:
    """What is read from files, once, before the event loop would have to wait for it."""
    html.prepare()
    streamlit_policy()
    mimetypes.init()


def _routes(app: AppState) -> Iterator[BaseRoute]:
    yield Route("/health", health)
    yield WebSocketRoute("/live/{class_id}", live(app))
    for routes in _ROOMS:
        yield from routes(app)
    # One tree, laid out as it is served: its modules import one another by relative paths.
    yield Mount("/assets", StaticFiles(directory=WEB / "static"))


def _lifespan(app: AppState) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
        if with_streamlit():
            from fewshot_fer.web.pages import door

            door.open_to_pages(app)
        app.start()
        try:
            yield {STATE: app}
        finally:
            app.close()

    return lifespan


async def health(_: Request) -> JSONResponse:
    """Whether the server answers; no names in it."""
    return JSONResponse({"status": "ok", "version": __version__})
