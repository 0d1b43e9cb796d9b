"""Puts pages, routes and middleware together: one ASGI app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from fewshot_fer import __version__
from fewshot_fer.web.access import guard, signin
from fewshot_fer.web.api import routes as api
from fewshot_fer.web.front import routes as front
from fewshot_fer.web.guide import routes as guide
from fewshot_fer.web.portal import routes as portal
from fewshot_fer.web.service import Service, make_current
from fewshot_fer.web.sockets import live

WEB: Final = Path(__file__).parent
PAGE: Final = WEB / "pages" / "main.py"
_ROOMS: Final[tuple[Callable[[Service], Sequence[BaseRoute]], ...]] = (
    front.routes,
    signin.routes,
    api.routes,
    guide.routes,
    portal.routes,
)


def build_app(service: Service) -> st.App:
    """The whole web app around a service."""
    return st.App(PAGE, **parts(service))


def parts(service: Service) -> dict[str, Any]:
    """What `st.App` is made of: routes, middleware, and what happens at the beginning and end."""
    make_current(service)
    return {
        "routes": list(_routes(service)),
        "middleware": list(guard.middleware(service)),
        "lifespan": _lifespan(service),
    }


def _routes(service: Service) -> Iterator[BaseRoute]:
    yield Route("/health", health)
    yield WebSocketRoute("/live/{class_id}", live(service))
    for routes in _ROOMS:
        yield from routes(service)
    # One tree, laid out as it is served: its modules import one another by relative paths.
    yield Mount("/assets", StaticFiles(directory=WEB / "static"))


def _lifespan(service: Service) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        service.start()
        try:
            yield
        finally:
            service.close()

    return lifespan


async def health(_: Request) -> JSONResponse:
    """Whether the server answers; no names in it."""
    return JSONResponse({"status": "ok", "version": __version__})
