"""Puts the web app together: one `AppState`, and pages, routes and middleware around it."""

from __future__ import annotations

import asyncio
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

from fewshot_fer import __version__, look
from fewshot_fer.web import front, html, on_device
from fewshot_fer.web.access import signin
from fewshot_fer.web.access.guard import Guard
from fewshot_fer.web.access.headers import streamlit_policy
from fewshot_fer.web.access.rules import FOR_STUDENTS
from fewshot_fer.web.api import routes as api
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.guide import routes as guide
from fewshot_fer.web.live.drawn import draw
from fewshot_fer.web.live.sockets import live
from fewshot_fer.web.network.door import Network
from fewshot_fer.web.pages import with_streamlit
from fewshot_fer.web.portal import routes as portal
from fewshot_fer.web.school.rooms import Rooms
from fewshot_fer.web.school.school import School

WEB: Final = Path(__file__).parent
PAGE: Final = WEB / "pages" / "main.py"
STATE: Final = "fewshot_fer"
"""Under this name the state lies in the `state` of the ASGI app."""


def build_app(app: AppState) -> ASGIApp:
    """The whole web app around a state, which lies in its `state` while it runs."""
    if not with_streamlit():
        return Starlette(**parts(app))
    import streamlit as st

    return st.App(PAGE, **parts(app))


def parts(app: AppState) -> dict[str, Any]:
    """What the app is made of: routes, middleware, and what happens at the beginning and end."""
    _read_once()
    if app.demo:
        app.taken_up = lambda lesson: draw(app, lesson, app.demo)
    school = School(app, of_a_teacher)
    if app.several is None:
        app.network = Network(_for_students(school), app.folder, app.settings.port)
    return {
        "routes": [*_of_the_server(school), *of_a_teacher(app)],
        "middleware": [
            Middleware(Guard, credentials=school, threads=app.threads),
            Middleware(Rooms, school=school),
        ],
        "lifespan": _lifespan(school),
    }


def _for_students(school: School) -> ASGIApp:
    """What students' own devices need; nothing of a teacher's is behind that door."""
    return Starlette(
        routes=[
            Route("/health", health),
            Route("/language", signin.speak),
            *_files(school),
            *portal.routes(school.own),
        ],
        middleware=[
            Middleware(
                Guard, credentials=school, threads=school.own.threads, rules=FOR_STUDENTS,
                from_anywhere=True,
            ),
            Middleware(Rooms, school=school),
        ],
    )  # fmt: skip


def _read_once() -> None:
    """What is read from files, once, before the event loop would have to wait for it."""
    html.prepare()
    streamlit_policy()
    mimetypes.init()


def of_a_teacher(app: AppState) -> Sequence[BaseRoute]:
    """The routes that are about one teacher's things."""
    return (
        *front.routes(app),
        WebSocketRoute("/live/{class_id}", live(app)),
        *guide.routes(app),
        *portal.routes(app),
        *api.routes(app),
    )


def _of_the_server(school: School) -> Iterator[BaseRoute]:
    yield Route("/health", health)
    yield from signin.routes(school)
    yield Mount("/assets/swagger", StaticFiles(directory=api.SWAGGER))
    yield from _files(school)


def _files(school: School) -> Iterator[BaseRoute]:
    yield Mount("/assets/sheets", StaticFiles(directory=look.SHEETS))
    yield on_device.route(school.own.on_device)
    # One tree, laid out as it is served: its modules import one another by relative paths.
    yield Mount("/assets", StaticFiles(directory=WEB / "static"))


def _lifespan(school: School) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
        if with_streamlit():
            from fewshot_fer.web.pages import door

            door.open_to_pages(school)
        school.begin()
        if school.own.network is not None:
            school.own.network.begin()
        looking = asyncio.create_task(school.keep_looking())
        try:
            yield {STATE: school.own}
        finally:
            looking.cancel()
            school.close()
            if school.own.network is not None:
                await school.own.network.close()

    return lifespan


async def health(_: Request) -> JSONResponse:
    """Whether the server answers; no names in it."""
    return JSONResponse({"status": "ok", "version": __version__})
