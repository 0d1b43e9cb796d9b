"""Whatever goes wrong with a request, as an error of ours."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from fewshot_fer.errors import FewshotFerError, RequestError

_log = logging.getLogger(__name__)
ModelT = TypeVar("ModelT", bound=BaseModel)


def understood(model: type[ModelT], given: Mapping[str, Any]) -> ModelT:
    """The fields of a form as a shape, or an error that names the first that is wrong."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)[0]
        raise _wrong(("body", *found["loc"]), found["msg"]) from error


def ours(error: Exception, operation: str) -> FewshotFerError:
    """The error that is told; what is nobody's fault but ours stands in the log alone."""
    match error:
        case FewshotFerError():
            return error
        case HTTPException(__cause__=FewshotFerError() as cause):
            return cause  # what the guard said while the body was read
        case RequestValidationError():
            first = error.errors()[0]
            return _wrong(first["loc"], first["msg"], first["type"])
        case HTTPException() | ClientDisconnect():
            return RequestError("The body cannot be read.", next_step="Send it again.")
    _log.error("%s failed", operation, exc_info=error)
    return FewshotFerError("Something went wrong here.", next_step="Look at the log.")


def _wrong(place: Sequence[int | str], said: str, kind: str = "") -> RequestError:
    where, *names = place
    there = {"body": "the body", "query": "the address"}.get(str(where), str(where))
    if kind == "json_invalid":
        return RequestError("The body is not JSON.", next_step="Send one JSON object.")
    name = ".".join(map(str, names)) or there
    return RequestError(
        f"{name[:60]!r} in {there} cannot be used: {said}.",
        next_step="/api/docs says what is taken.",
    )
