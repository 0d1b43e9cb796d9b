"""What an operation of the API is, and what it is called with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from fewshot_fer.web.access.who import Who

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState

PREFIX = "/api/v1"

Takes = Literal["nothing", "json", "pictures", "zip"]
"""`pictures`: one picture as the whole body, or a form whose parts with file names are pictures
and whose other parts are fields."""


class Nothing(BaseModel):
    """No parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as it came: which field of the form it stood in, its name, its bytes."""

    field: str
    name: str
    data: bytes


QueryT = TypeVar("QueryT", bound=BaseModel)
BodyT = TypeVar("BodyT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call(Generic[QueryT, BodyT]):
    """A request that was understood."""

    app: AppState
    who: Who
    path: Mapping[str, str]
    query: QueryT
    body: BodyT
    uploads: tuple[Upload, ...] = ()
    file: Path | None = None
    """A zip that came, for the time of the call."""


@dataclass(frozen=True, slots=True)
class Download:
    """An answer that is no JSON."""

    data: bytes
    media_type: str
    name: str
    policy: str = ""
    """Shown in the browser under this content security policy, instead of saved."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the API."""

    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    group: str
    summary: str
    run: Callable[[Call[Any, Any]], object]
    """Called in a thread: it may wait for the disk and the recogniser. For what others begin it
    gives back a future, so that no thread waits."""
    answer: type[BaseModel] | str
    """What comes back: a shape, or a media type."""
    query: type[BaseModel] = Nothing
    body: type[BaseModel] = Nothing
    takes: Takes = "nothing"
    status: int = 200
    more: str = ""
    parts: str = "any"
    """What the fields of the pictures are called, in words."""
    errors: tuple[int, ...] = field(default=())

    @property
    def template(self) -> str:
        """The whole path."""
        return PREFIX + self.path

    @property
    def id(self) -> str:
        """A name for programs that are made from the description."""
        return self.run.__name__
