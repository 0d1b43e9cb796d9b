"""What an operation of the API is, and what it is called with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import getdoc
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

    method: str
    path: str
    answer: Any
    """What comes back: a shape, or the name of a media type."""
    run: Callable[[Call[Any, Any]], object]
    """Called in a thread: it may wait for the disk and the recogniser. For what others begin it
    gives back a future, so that no thread waits."""
    group: str
    query: type[BaseModel] = Nothing
    body: type[BaseModel] = Nothing
    pictures: str = ""
    """What the fields of its pictures are called, where it takes some."""
    zipped: bool = False
    """Whether it takes a zip."""
    status: int = 200
    errors: tuple[int, ...] = ()
    """Statuses beside those that every operation may answer."""

    @property
    def takes(self) -> Takes:
        """What its body is."""
        if self.pictures or self.zipped:
            return "pictures" if self.pictures else "zip"
        return "json" if self.body is not Nothing else "nothing"

    @property
    def template(self) -> str:
        """The whole path."""
        return PREFIX + self.path

    @property
    def id(self) -> str:
        """A name for programs that are made from the description."""
        return self.run.__name__

    @property
    def summary(self) -> str:
        """What it does, in a line: the first of what the function says of itself."""
        return self._said[0].rstrip(".")

    @property
    def more(self) -> str:
        """The rest of that."""
        return " ".join(self._said[2].split())

    @property
    def _said(self) -> tuple[str, str, str]:
        return (getdoc(self.run) or "").partition("\n\n")


RunT = TypeVar("RunT", bound=Callable[[Call[Any, Any]], object])


class Group:
    """The operations on one thing; each is a function under `@operation(method, path, answer)`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.operations: list[Operation] = []

    def __call__(self, method: str, path: str, answer: Any, **more: Any) -> Callable[[RunT], RunT]:
        """Add a function; `more` are the other fields of `Operation`."""

        def add(run: RunT) -> RunT:
            self.operations.append(
                Operation(method, path, answer, run, **{"group": self.name, **more})
            )
            return run

        return add
