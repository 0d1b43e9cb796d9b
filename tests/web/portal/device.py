"""A web app with one class, and students' devices that speak to it over real sockets."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect

from fewshot_fer.drawn.files import reference_pictures, to_jpeg
from fewshot_fer.drawn.roster import invent_class
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.settings import Settings
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.web.app import parts
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.patience import Steady
from fewshot_fer.web.portal.invitations import Invitation
from tests.fakes.waiting import PATIENCE_S


@dataclass(frozen=True)
class School:
    """One running class of an app, and what a test needs of it."""

    service: AppState
    running: LessonEngine
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def invite(self, **how: Any) -> tuple[str, Invitation]:
        """A link's path, and its invitation."""
        made = self.service.portal.invitations.make(self.running.id, self.running.name, **how)
        return f"/join/{self.service.portal.invitations.token(made)}", made

    def enrolled(self, name: str) -> str:
        """A student who is in the library already."""
        library = self.service.library
        return library.create(name, agreed(name, library.now())).id

    def cookie(self, student: str) -> str:
        """What a student's browser holds once they have joined."""
        who = {"student": student, "class": self.running.id}
        return self.service.credentials.signer.sign("student", who, lifetime_s=600)

    def seen(self, student: str) -> list[tuple[bool, str | None]]:
        """What is read of a student now, and whether their own device read it."""
        view = self.running.state.view
        seen = view.seen if view is not None else ()
        return [(face.on_device, face.expression) for face in seen if face.student == student]

    @asynccontextmanager
    async def device(self, student: str) -> AsyncIterator[ClientConnection]:
        """A student's own device, connected and greeted."""
        cookie = {"Cookie": f"fewshot_fer_student={self.cookie(student)}"}
        address = f"ws://127.0.0.1:{self.port}/me/live"
        async with connect(address, additional_headers=cookie, max_size=None) as socket:
            yield socket


def school_at(folder: Path, **settings: Any) -> School:
    """An app with a class that runs; nothing listens yet."""
    settings.setdefault("records", f"sqlite:///{folder}/record.db")
    service = AppState(
        Settings(support_sets=folder / "students", **settings), folder=folder / "web"
    )
    return School(service, service.lessons.open("7b"))


def app_of(school: School) -> Starlette:
    """The app without Streamlit's pages, which no student ever sees."""
    return Starlette(**parts(school.service))


@contextmanager
def listening(folder: Path, **settings: Any) -> Iterator[School]:
    """The same, served by the real server on a free port."""
    school = school_at(folder, **settings)
    config = uvicorn.Config(
        app_of(school), port=0, log_level="error", ws=Steady, ws_max_size=2_100_000
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + PATIENCE_S
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        school.service.opened()
        port = server.servers[0].sockets[0].getsockname()[1]
        yield School(school.service, school.running, port)
    finally:
        server.should_exit = True
        thread.join(timeout=PATIENCE_S)


async def until(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a kind."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["type"] == kind:
                return message


async def answer(socket: ClientConnection, picture: bytes) -> dict[str, Any]:
    """Send a picture; what was said to it."""
    await socket.send(picture)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message.get("frame"):
                return message


@cache
def drawn(expression: str = "happy", student: int = 2) -> bytes:
    """A drawn student before their camera, 640 x 480, as JPEG."""
    one = invent_class(student + 1, seed=0)[student]
    return to_jpeg(next(reference_pictures(one, (expression,)))[1])
