"""From a request to a call, and from an answer to a response."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from fewshot_fer.errors import FewshotFerError, RequestError
from fewshot_fer.web.access import refusal
from fewshot_fer.web.access.who import who
from fewshot_fer.web.api import uploads
from fewshot_fer.web.api.table import Call, Download, Operation

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState

_log = logging.getLogger(__name__)
_AT_ONCE: Final = 2
_ANYTHING: Final[TypeAdapter[object]] = TypeAdapter(Any)
ModelT = TypeVar("ModelT", bound=BaseModel)
Endpoint = Callable[[Request], Awaitable[Response]]


class Endpoints:
    """Makes endpoints of operations; they share the threads that their work is done in."""

    def __init__(self, app: AppState) -> None:
        self._app = app
        # Pictures are large when they are unpacked: a few at a time, the others wait.
        self._threads = ThreadPoolExecutor(_AT_ONCE, "api")

    def of(self, operation: Operation) -> Endpoint:
        """The endpoint of one operation."""

        async def endpoint(request: Request) -> Response:
            try:
                return await self._answer(operation, request)
            except FewshotFerError as error:
                return refusal.problem(error)
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception:
                # Ours to mend: the log has the whole story, the asker none of it.
                _log.exception("%s failed", operation.id)
                return refusal.problem(
                    FewshotFerError("Something went wrong here.", next_step="Look at the log.")
                )

        return endpoint

    async def _answer(self, operation: Operation, request: Request) -> Response:
        query = understood(operation.query, dict(request.query_params), "the address")
        async with AsyncExitStack() as stack:
            came = await uploads.receive(operation.takes, request, stack)
            call = Call(
                app=self._app,
                who=who(request),
                path=request.path_params,
                query=query,
                body=understood(operation.body, came.fields, "the body"),
                uploads=came.pictures,
                file=came.file,
            )
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self._threads, operation.run, call)
        if isinstance(answer, Download):
            return _download(answer)
        return Response(as_json(answer), operation.status, media_type="application/json")


def understood(model: type[ModelT], given: Mapping[str, Any], where: str) -> ModelT:
    """The values as a shape, or an error that names the first that is wrong."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        name = ".".join(map(str, first["loc"])) or where
        raise RequestError(
            f"{name[:60]!r} in {where} cannot be used: {first['msg']}.",
            next_step="/api/docs says what is taken.",
        ) from error


def as_json(value: object) -> bytes:
    """JSON of dataclasses, paths, times and arrays; NaN and infinity become null."""
    return _ANYTHING.dump_json(value, fallback=_fallback)


def _fallback(value: Any) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(type(value).__name__)


def _download(answer: Download) -> Response:
    place = "inline" if answer.policy else "attachment"
    headers = {"content-disposition": f'{place}; filename="{answer.name}"'}
    if answer.policy:
        headers["content-security-policy"] = answer.policy
    return Response(answer.data, media_type=answer.media_type, headers=headers)
