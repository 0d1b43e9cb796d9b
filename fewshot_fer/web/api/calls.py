"""What an operation is called with, and where it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import Annotated, Any, Final, Generic, TypeVar
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from fewshot_fer.errors import RequestError
from fewshot_fer.web.access import refusal
from fewshot_fer.web.access.who import Asker, Who, asker, who
from fewshot_fer.web.api import uploads
from fewshot_fer.web.api.problems import ours, understood
from fewshot_fer.web.api.uploads import Upload
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.threads import Threads

Name = Annotated[str, Field(min_length=1, max_length=200)]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Shape(BaseModel):
    """What comes in: nothing that is not named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Plain(Shape):
    """Nothing beside pictures."""


WishesT = TypeVar("WishesT", bound=Shape, covariant=True)


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, and of whom."""

    app: AppState
    who: Who
    asker: Asker

    @property
    def threads(self) -> Threads:
        """Where the operation runs."""
        return self.app.threads


@dataclass(frozen=True, slots=True)
class Sent(Call, Generic[WishesT]):
    """With pictures, and with what the other fields of their form say."""

    wishes: WishesT
    uploads: tuple[Upload, ...]

    @property
    def threads(self) -> Threads:
        """Few, since pictures are large when they are unpacked."""
        return self.app.picture_threads


@dataclass(frozen=True, slots=True)
class Packed(Call):
    """With a zip, which is there for the time of the call."""

    file: bytes

    @property
    def threads(self) -> Threads:
        """As for pictures."""
        return self.app.picture_threads


async def _asked(request: Request) -> Call:
    return Call(request.app.state.house, who(request), asker(request))


Asked = Annotated[Call, Depends(_asked)]


async def _packed(call: Asked, request: Request) -> Packed:
    return Packed(call.app, call.who, call.asker, await request.body())


AskedWithZip = Annotated[Packed, Depends(_packed)]
ZIP: Final = {"requestBody": {"required": True, "content": {"application/zip": {"schema": {
    "type": "string", "format": "binary",
}}}}}  # fmt: skip
"""How the description says so."""


def sent(wishes: type[WishesT]) -> Any:
    """Reads the pictures and wishes of a request."""

    async def come(call: Asked, request: Request) -> AsyncIterator[Sent[WishesT]]:
        async with AsyncExitStack() as stack:
            came = await uploads.pictures(request, stack)
            wished = understood(wishes, came.fields)
            yield Sent(call.app, call.who, call.asker, wished, came.pictures)

    return Depends(come)


def pictures(wishes: type[Shape]) -> dict[str, Any]:
    """How the description says that pictures come; alone where there is nothing to wish for."""
    picture = {"type": "string", "format": "binary"}
    fields = wishes.model_json_schema()
    del fields["description"]
    several = {"type": "array", "items": picture, "description": "fields with a file name"}
    form = {"multipart/form-data": {"schema": fields | {"additionalProperties": several}}}
    alone = {} if wishes.model_fields else {"image/*": {"schema": picture}}
    return {"requestBody": {"required": True, "content": alone | form}}


def files(*media_types: str) -> dict[str, Any]:
    """How the description says that the answer is a file."""
    content: dict[str, dict[str, Any]] = {kind: {} for kind in media_types}
    return {"response_class": Response, "responses": {200: {"content": content}}}


def download(data: bytes, media_type: str, name: str, policy: str = "") -> Response:
    """To be saved, or under a content security policy to be shown in the browser."""
    kind = "inline" if policy else "attachment"
    headers = {"content-disposition": f"{kind}; filename*=UTF-8''{quote(name)}"}
    if policy:
        headers["content-security-policy"] = policy
    return Response(data, media_type=media_type, headers=headers)


class Operation(APIRoute):
    """A function of the API: one that may wait runs in a thread, of which each asker has a share.

    Whatever goes wrong is told as a problem.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        work = endpoint if iscoroutinefunction(endpoint) else _in_a_thread(endpoint)
        super().__init__(path, work, **more)

    def get_route_handler(self) -> Handler:
        """The usual, which names what it does not know and never fails."""
        handle = super().get_route_handler()
        takes_queries = bool(self.dependant.query_params)

        async def handled(request: Request) -> Response:
            try:
                if request.query_params and not takes_queries:
                    raise RequestError(
                        "Nothing is taken in the address here.",
                        next_step="/api/docs says what is taken.",
                    )
                return await handle(request)
            except Exception as error:
                return refusal.problem(ours(error, self.name))

        return handled


def _in_a_thread(work: Callable[..., Any]) -> Callable[..., Coroutine[Any, Any, Any]]:
    @wraps(work)
    async def run(call: Call, **given: Any) -> Any:
        return await call.threads.run(call.asker, work, call=call, **given)

    return run
