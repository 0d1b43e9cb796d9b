"""The WebSocket of a teacher's page: pictures and commands in, what is seen out."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from fewshot_fer.errors import FewshotFerError, RequestError
from fewshot_fer.lesson.commands import Leave, Source, Unwatch, Watch
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.events import LessonState, Moved
from fewshot_fer.web import html, wire
from fewshot_fer.web.access.origin import is_ours
from fewshot_fer.web.access.who import asker
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.live.commands import MAY_WAIT, Begun, Later, obey
from fewshot_fer.web.live.drawn import class_now
from fewshot_fer.web.live.telling import answer_message, event_message
from fewshot_fer.web.live.viewing import Viewer
from fewshot_fer.web.messages import FromClass

NOW: Final = "now"
"""Stands for the class that is watched now: a page that finds its own gone asks for it."""
NO_CLASS: Final = 4404
"""The close code for a class that is not there."""
_GONE: Final = (WebSocketDisconnect, RuntimeError, OSError)
"""What sending to a page that has left may raise."""
_MOST_MINDED: Final = 40
_log = logging.getLogger(__name__)
_MOST_COMMANDS: Final = 100
"""So many wait at most; who sends more is not listened to meanwhile."""


def live(app: AppState) -> Callable[[WebSocket], Awaitable[None]]:
    """The end of `/live/{class_id}`."""

    async def end(socket: WebSocket) -> None:
        id_ = socket.path_params["class_id"]
        find = class_now if id_ == NOW else lambda app: app.lessons.get(id_)
        try:
            lesson = await app.threads.run(asker(socket), find, app)
        except FewshotFerError as error:
            await socket.accept()
            await socket.send_text(
                wire.encode(
                    wire.in_language(wire.error_message(error, "no-class"), html.saying(socket))
                )
            )
            await socket.close(NO_CLASS)
            return
        await socket.accept()
        await Teacher(app, lesson, socket).serve()

    return end


class Teacher:
    """One connection of a teacher's page."""

    def __init__(self, app: AppState, lesson: LessonEngine, socket: WebSocket) -> None:
        self._app = app
        self._lesson = lesson
        self._socket = socket
        self._asker = asker(socket)
        self._say = html.saying(socket)
        self._source = Source(f"gallery:{secrets.token_hex(4)}")
        self._each = app.demo > 0
        self._minded: dict[str, float] = {}
        self._commands: asyncio.Queue[str] = asyncio.Queue(_MOST_COMMANDS)
        self._sending = asyncio.Lock()
        self._doing: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Until either side leaves."""
        viewer = Viewer(without=self._source.key)
        self._lesson.ask(Watch(viewer))
        for work in (self._show(viewer), self._obey_in_turn()):
            self._soon(work)
        try:
            await self._send(
                {
                    "type": "hello",
                    "class": self._lesson.id,
                    "source": self._source.key,
                    "each": self._each,
                    "ready": self._app.ready,
                }
            )
            await self._listen()
        except _GONE:
            pass
        finally:
            self._lesson.ask(Unwatch(viewer))
            self._lesson.ask(Leave(self._source.key))
            for task in tuple(self._doing):
                task.cancel()

    async def _listen(self) -> None:
        while True:
            received = await self._socket.receive()
            if received["type"] == "websocket.disconnect":
                return
            if received.get("bytes") is not None:
                await self._picture(received["bytes"])
            elif received.get("text") is not None:
                await self._commands.put(received["text"])

    async def _picture(self, jpeg: bytes) -> None:
        try:
            wire.size_of(jpeg)
        except FewshotFerError as error:
            await self._send(wire.error_message(error, "picture"))
            return
        answer = Later(self._lesson.offer(self._source, jpeg), answer_message)
        self._soon(self._answer(answer, "picture"))

    async def _obey_in_turn(self) -> None:
        """Begin the commands in the order in which they come; their answers may take longer."""
        while True:
            text = await self._commands.get()
            try:
                command = wire.command_of(text)
                self._check_address(command)
            except FewshotFerError as error:
                await self._send(wire.error_message(error))
                continue
            if command["do"] == "each":
                self._each = bool(command.get("on"))
                await self._send(event_message(self._lesson.state, 0, self._minded))
            elif command["do"] == "mind":
                self._minded = _shares(command.get("least"))
            elif command["do"] in MAY_WAIT:
                self._soon(self._obey(command))
            else:
                await self._obey(command)

    def _check_address(self, command: wire.Command) -> None:
        """A page speaks of the address that it is under: no other one is asked or handed out."""
        address = command.get("address")
        if isinstance(address, str) and not is_ours(address, self._socket):
            raise RequestError("Say the `address` of this page.")

    async def _obey(self, command: wire.Command) -> None:
        begun: Begun
        try:
            begun = await self._app.threads.run(
                self._asker, obey, self._app, self._lesson, command, self._source.key
            )
        except FewshotFerError as error:
            begun = wire.error_message(error)
        except Exception:  # Ours to mend; a lesson does not end by it.
            _log.exception("%s failed", command["do"])
            begun = wire.error_message(wire.WENT_WRONG)
        if isinstance(begun, Later):
            self._soon(self._answer(begun))
        elif begun is not None:
            await self._send(begun)

    async def _answer(self, later: Later, code: str | None = None) -> None:
        try:
            message = later.say(await asyncio.wrap_future(later.future))
        except FewshotFerError as error:
            message = wire.error_message(error, code)
        if message is not None:
            await self._send(message)

    async def _show(self, viewer: Viewer) -> None:
        known = 0
        async for event in viewer:
            if isinstance(event, Moved):
                await self._socket.close(wire.MOVED)
                return
            message = event_message(event, known - 1, self._minded)
            await self._send(message, getattr(event, "jpeg", None))
            if isinstance(event, LessonState):
                known = len(event.timeline)

    async def _send(self, message: FromClass, jpeg: bytes | None = None) -> None:
        """A message, just after the picture that it speaks of."""
        shown = message if self._each else wire.without_each(message)
        text = wire.encode(wire.in_language(shown, self._say))
        async with self._sending:
            if jpeg is not None:
                await self._socket.send_bytes(jpeg)
            await self._socket.send_text(text)

    def _soon(self, work: Awaitable[None]) -> None:
        async def until_gone() -> None:
            with suppress(*_GONE):  # A page that is gone takes no answer.
                await work

        task = asyncio.ensure_future(until_gone())
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)


def _shares(least: object) -> dict[str, float]:
    """Shares of expressions as a page says them; whatever else it says is left out."""
    given = least if isinstance(least, dict) else {}
    return {
        str(name)[:80]: float(share)
        for name, share in tuple(given.items())[:_MOST_MINDED]
        if isinstance(share, int | float) and 0 < share <= 1
    }
