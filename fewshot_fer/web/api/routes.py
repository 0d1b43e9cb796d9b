"""All routes of the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from fewshot_fer.web.access.who import asker
from fewshot_fer.web.api import docs, live, looking, recalibrating, sessions, students, teaching
from fewshot_fer.web.api.endpoint import endpoint_of
from fewshot_fer.web.api.openapi import description
from fewshot_fer.web.api.table import Operation

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState

OPERATIONS: tuple[Operation, ...] = tuple(
    one
    for module in (looking, students, teaching, recalibrating, sessions, live)
    for one in module.operation.operations
)


def routes(app: AppState) -> Sequence[BaseRoute]:
    """Every operation, and its description to read and for programs."""

    async def described(request: Request) -> Response:
        return JSONResponse(await app.threads.run(asker(request), description, OPERATIONS))

    async def read(request: Request) -> Response:
        return await app.threads.run(asker(request), docs.page, OPERATIONS)

    # A path without a name in it comes first, or it would be taken for one with a name.
    plain_first = sorted(OPERATIONS, key=lambda one: "{" in one.path)
    return (
        *(Route(one.template, endpoint_of(app, one), methods=[one.method]) for one in plain_first),
        Route("/api/openapi.json", described, methods=["GET"]),
        Route("/api/docs", read, methods=["GET"]),
    )
