"""How an error of ours looks over the web: its status, a problem document, or a page."""

from __future__ import annotations

import json
import math
import re
from typing import Annotated, Final, NotRequired

from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from fewshot_fer import errors
from fewshot_fer.errors import FewshotFerError, TooManyError
from fewshot_fer.languages import Say
from fewshot_fer.web import html

STATUSES: Final[tuple[tuple[type[FewshotFerError], int], ...]] = (
    # The first that fits; what is not named is the server's trouble and not the asker's.
    (errors.SignInError, 401),
    (errors.AccessError, 403),
    (errors.MissingError, 404),
    (errors.TooLargeError, 413),
    (errors.TooManyError, 429),
    (errors.RequestError, 400),
    (errors.ConsentError, 403),
    (errors.StudentError, 409),
    (errors.ReferenceImageError, 422),
    (errors.ImageError, 422),
    (errors.FaceError, 422),
    (errors.DataError, 422),
    (errors.LibraryError, 503),
    (errors.RecordError, 503),
    (errors.SharedError, 503),
    (errors.SourceError, 503),
    (errors.FolderError, 507),
    (errors.CheckpointError, 503),
    (FewshotFerError, 500),
)


# ruff: noqa: UP013
# fmt: off
Problem = TypedDict("Problem", {
    "type": str, "title": Annotated[str, Field(description="what happened, in a sentence")],
    "status": int,
    "code": Annotated[str, Field(description="the kind of the error, for programs")],
    "reason": Annotated[NotRequired[str], Field(description="the same, more exactly")],
    "where": NotRequired[str], "next_step": NotRequired[str],
})
"""What went wrong (RFC 9457), and what to do next."""
# fmt: on


def status_of(error: FewshotFerError) -> int:
    """The HTTP status of an error."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def code_of(error: FewshotFerError) -> str:
    """The kind of an error for programs: `student`, `reference-image`, `too-large`."""
    return code_of_kind(type(error))


def code_of_kind(kind: type[FewshotFerError]) -> str:
    """The same of a kind of errors."""
    name = kind.__name__.removesuffix("Error")
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def document(error: FewshotFerError) -> Problem:
    """An error as problem+json (RFC 9457), with what to do next."""
    status = status_of(error)
    found: Problem = {
        "type": f"/api/docs#problem-{code_of(error)}",
        "title": error.what,
        "status": status,
        "code": code_of(error),
    }
    if error.reason is not None:
        found["reason"] = error.reason.code
    if error.where and status < 500:
        found["where"] = error.where
    if error.next_step:
        found["next_step"] = error.next_step
    return found


def problem(error: FewshotFerError) -> Response:
    """The answer for a program."""
    return Response(
        json.dumps(document(error), ensure_ascii=False),
        status_code=status_of(error),
        media_type="application/problem+json",
        headers=_headers(error),
    )


def page(error: FewshotFerError, say: Say) -> Response:
    """The answer for a person."""
    words = html.in_words(error, say)
    answer = html.page("refused", status_of(error), say=say, words=words)
    answer.headers.update(_headers(error))
    return answer


def _headers(error: FewshotFerError) -> dict[str, str]:
    if isinstance(error, TooManyError):
        return {"retry-after": str(max(1, math.ceil(error.seconds)))}
    return {}
