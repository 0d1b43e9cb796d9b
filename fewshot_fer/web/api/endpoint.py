"""From a request to a call, and from an answer to a response."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from fewshot_fer.errors import FaceError, FewshotFerError, RequestError
from fewshot_fer.web.access import refusal
from fewshot_fer.web.access.who import asker, who
from fewshot_fer.web.api import uploads
from fewshot_fer.web.api.table import Call, Download, Operation
from fewshot_fer.web.api.uploads import Runs

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState

_log = logging.getLogger(__name__)
_IN_TIME_S: Final = 30.0
_ANYTHING: Final[TypeAdapter[object]] = TypeAdapter(Any)
ModelT = TypeVar("ModelT", bound=BaseModel)
Endpoint = Callable[[Request], Awaitable[Response]]


def endpoint_of(app: AppState, operation: Operation) -> Endpoint:
    """The endpoint of one operation."""

    async def endpoint(request: Request) -> Response:
        try:
            return await _answer(app, operation, request)
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


async def _answer(app: AppState, operation: Operation, request: Request) -> Response:
    threads = app.picture_threads if operation.takes in ("pictures", "zip") else app.threads
    run: Runs = partial(threads.run, asker(request))
    query = understood(operation.query, dict(request.query_params), "the address")
    async with AsyncExitStack() as stack:
        came = await uploads.receive(operation.takes, request, stack, run)
        call = Call(
            app=app,
            who=who(request),
            path=request.path_params,
            query=query,
            body=understood(operation.body, came.fields, "the body"),
            uploads=came.pictures,
            file=came.file,
        )
        answer = await run(operation.run, call)
    if isinstance(answer, Future):
        answer = await _in_time(answer)
    if isinstance(answer, Download):
        return _download(answer)
    return Response(as_json(answer), operation.status, media_type="application/json")


async def _in_time(answer: Future[object]) -> object:
    """What was begun elsewhere: no thread waits for it."""
    try:
        return await asyncio.wait_for(asyncio.wrap_future(answer), _IN_TIME_S)
    except TimeoutError as error:
        raise FaceError("The picture was not read in time.", next_step="Try again.") from error


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
