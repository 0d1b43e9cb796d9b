"""The API: one FastAPI app, mounted under `/api`, and its description."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import fastapi_offline
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from fewshot_fer import __version__
from fewshot_fer.web import html
from fewshot_fer.web.access.refusal import STATUSES, Problem, code_of_kind
from fewshot_fer.web.access.rules import Allowed, rule_of
from fewshot_fer.web.api import (
    agreeing,
    class_lists,
    live,
    pictures,
    recalibrating,
    sessions,
    students,
    teaching,
)

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState

_ABOUT: Final = (
    "Reads facial expressions and adapts to each student from a few pictures. It says what a face "
    "shows, not what a person feels. In the EU such software is prohibited in education save for "
    "medical or safety reasons (AI Act, article 5(1)(f))."
)
SWAGGER: Final = Path(fastapi_offline.__file__).parent / "static"
"""Swagger UI, so that no page comes from another host."""
_TOKEN: Final = "A token of the Settings page; in the browser the cookie does as well."
_WHO: Final[dict[Allowed, str]] = {
    "anybody": "anybody",
    "teacher": "the teacher",
    "student": "a student",
    "everyone known": "the teacher and every student",
    "own": "the teacher, and this student",
    "closed": "nobody",
}
_PROBLEM: Final = {
    "description": "What went wrong, and what to do next.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class Api(FastAPI):
    """All operations; the description says of each who may call it."""

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            found = super().openapi()
            found["components"]["schemas"]["Problem"] = TypeAdapter(Problem).json_schema()
            for path, verbs in found["paths"].items():
                for method, said in verbs.items():
                    first, _, more = said["description"].partition("\n\n")
                    said["summary"] = first.rstrip(".")
                    said["description"] = " ".join((f"For {_who(path, method)}.", *more.split()))
        return self.openapi_schema or {}


def api_of(app: AppState) -> Api:
    """The API of an app."""
    api = Api(
        title="fewshot-fer",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        strict_content_type=False,
        generate_unique_id_function=lambda route: route.name,
        dependencies=[Depends(HTTPBearer(auto_error=False, description=_TOKEN))],
        responses={"4XX": _PROBLEM, "5XX": _PROBLEM},
    )
    api.state.house = app
    for module in (
        pictures,
        students,
        agreeing,
        class_lists,
        teaching,
        recalibrating,
        sessions,
        live,
    ):
        api.include_router(module.routes, prefix="/v1")
    return api


def routes(app: AppState) -> Sequence[BaseRoute]:
    """Every operation, its description for programs, and a page to read and try it."""
    return (
        Route("/api/docs", _docs),
        Route("/openapi.json", _described),
        Mount("/api", api_of(app)),
    )


async def _docs(_: Request) -> Response:
    errors = [(code_of_kind(one), status, html.line(one.__doc__ or "")) for one, status in STATUSES]
    return html.page("api", errors=errors)


async def _described(_: Request) -> Response:
    return RedirectResponse("/api/openapi.json")


def _who(path: str, method: str) -> str:
    """Who may call an operation, from the table of rules."""
    found = rule_of(re.sub(r"\{\w+\}", "x", f"/api{path}"), method.upper())
    if found is None:
        raise LookupError(f"no rule for {method} {path}")
    return _WHO[found[0].allowed]
