"""Access and API alone, with a library in a temporary folder and a recogniser of nine numbers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from fewshot_fer.arrays import Bytes
from fewshot_fer.lesson.members import Enrolled
from fewshot_fer.lesson.opening import OpenClass
from fewshot_fer.prototypes.index import PrototypeIndex
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.settings import Settings
from fewshot_fer.students.enrolment.gate import Gate
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.library import Library
from fewshot_fer.web.access import signin
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.guard import Guard
from fewshot_fer.web.access.tokens import TEACHER_COOKIE
from fewshot_fer.web.access.who import who
from fewshot_fer.web.api import routes as api
from fewshot_fer.web.api import tools
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.holding import Several
from fewshot_fer.web.school.school import School
from tests.students.people import AGREED, library_at
from tests.students.recogniser import TinyRecogniser, all_alike, good, shown

PASSWORD = "correct horse battery"


class House(AppState):
    """The state of the app, but for a recogniser of nine numbers and a clock set by hand."""

    def __init__(
        self, folder: Path, library: Library, settings: Settings, several: Several | None = None
    ) -> None:
        self.time = 1_800_000_000.0
        super().__init__(
            settings, library=library, folder=folder / "web", now=lambda: self.time, workers=1,
            several=several,
        )  # fmt: skip
        self._here = opened_by(TinyRecogniser(), settings, library)

    def start(self) -> None:
        """There is nothing to open."""

    def opened(self, name: str = "") -> OpenClass:
        return self._here.opened(name)


def opened_by(recogniser: TinyRecogniser, settings: Settings, library: Library) -> OpenClass:
    """A class in which all look alike."""
    whole, roster = cast(Recognizer, recogniser), Roster(library, recogniser)
    members = Enrolled(roster, PrototypeIndex(roster.prototypes(None)))
    return OpenClass(settings, whole, library, roster, members, all_alike())


def house_at(folder: Path, *, host: str = "127.0.0.1") -> House:
    library = library_at(folder / "support_sets")
    settings = Settings(
        support_sets=library.folder, records=f"sqlite:///{folder / 'record.db'}", host=host
    )
    return House(folder, library, settings)


def good_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every face that is found be good enough."""
    monkeypatch.setattr(tools, "Gate", partial(Gate, assess=good))
    monkeypatch.setattr("fewshot_fer.stills.assess", lambda image, faces, _: good(image, faces))


async def _say_who(request: Request) -> JSONResponse:
    asking = who(request)
    return JSONResponse({"role": asking.role, "student": asking.student})


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_json({"role": who(socket).role})
    async for word in socket.iter_text():
        await socket.send_text(word)


STAND_INS: Sequence[BaseRoute] = (
    Route("/", _say_who),
    Route("/health", _say_who),
    Route("/me", _say_who, methods=["GET", "POST"]),
    Route("/join/{token}", _say_who, methods=["GET", "POST"]),
    WebSocketRoute("/live/{class_id}", _socket),
    WebSocketRoute("/me/live", _socket),
    WebSocketRoute("/_stcore/stream", _socket),
)
"""Where the rest of the app would be."""


def app_of(house: House) -> Starlette:
    return Starlette(
        routes=[*STAND_INS, *signin.routes(School(house, api.routes)), *api.routes(house)],
        middleware=[Middleware(Guard, credentials=house.credentials, threads=house.threads)],
    )


@contextmanager
def visitor(
    house: House, base: str = "http://127.0.0.1:8501", peer: str = "127.0.0.1", **headers: str
) -> Iterator[TestClient]:
    with TestClient(
        app_of(house), base_url=base, headers=headers, follow_redirects=False, client=(peer, 50_000)
    ) as client:
        if not house.credentials.has_password:
            client.cookies.set(TEACHER_COOKIE, house.credentials.teacher_cookie())
        yield client


def locked(house: House) -> Credentials:
    """Set a password."""
    house.credentials.set_password(PASSWORD)
    return house.credentials


def jpeg(image: Bytes) -> bytes:
    done, data = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    assert done
    return data.tobytes()


_numbers = itertools.count(1)


def picture(expression: str, seed: int | None = None, *, offset: float = 0.0) -> bytes:
    """A picture file of one face."""
    return jpeg(shown(expression, next(_numbers) if seed is None else seed, offset))


def blank() -> bytes:
    """A picture without a face."""
    return jpeg(np.zeros((192, 192, 3), np.uint8))


def enrolled(house: House, name: str = "Anna") -> str:
    """Somebody with no pictures."""
    return house.library.create(name, AGREED).id
