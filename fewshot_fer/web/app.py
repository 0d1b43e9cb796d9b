"""Puts pages, routes and middleware together: one ASGI app."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from fewshot_fer import __version__
from fewshot_fer.web.service import Service, make_current
from fewshot_fer.web.sockets import live

WEB: Final = Path(__file__).parent
PAGE: Final = WEB / "pages" / "main.py"
_ROOMS: Final = ("access.signin", "api.routes", "guide.routes", "student.routes")
"""Rooms with `routes(service) -> list of routes`."""
_GUARDS: Final = "access.guard"
"""The room with `middleware(service) -> list of Middleware`."""


def build_app(service: Service) -> st.App:
    """The whole web app around a service."""
    return st.App(PAGE, **parts(service))


def parts(service: Service) -> dict[str, Any]:
    """What `st.App` is made of: routes, middleware, and what happens at the beginning and end."""
    make_current(service)
    return {
        "routes": list(_routes(service)),
        "middleware": list(_middleware(service)),
        "lifespan": _lifespan(service),
    }


def _routes(service: Service) -> Iterator[BaseRoute]:
    yield Route("/health", health)
    yield WebSocketRoute("/live/{class_id}", live(service))
    for room in _ROOMS:
        found = _from(room, "routes")
        if found is not None:
            yield from found(service)
    for folder in sorted(WEB.glob("*/static")):
        yield Mount(f"/assets/{folder.parent.name}", StaticFiles(directory=folder))


def _middleware(service: Service) -> Iterator[Middleware]:
    found = _from(_GUARDS, "middleware")
    if found is not None:
        yield from found(service)


def _from(room: str, what: str) -> Callable[[Service], Any] | None:
    package, module = f"fewshot_fer.web.{room}".rsplit(".", 1)
    if find_spec(package) is None or find_spec(f"{package}.{module}") is None:
        return None
    return getattr(import_module(f"{package}.{module}"), what, None)


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
