"""The WebSocket of a teacher's page: pictures and commands in, what is seen out."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.web import wire
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.classes import RunningClass
from fewshot_fer.web.commands import obey
from fewshot_fer.web.drawn import class_now
from fewshot_fer.web.viewing import Sent, Viewer
from fewshot_fer.web.wire import Message

NOW: Final = "now"
"""Stands for the class that is watched now: a page that finds its own gone asks for it."""
NO_CLASS: Final = 4404
"""The close code for a class that is not there."""
_GONE: Final = (WebSocketDisconnect, RuntimeError, OSError)
"""What sending to a page that has left may raise."""


def live(service: AppState) -> Callable[[WebSocket], Awaitable[None]]:
    """The end of `/live/{class_id}`."""

    async def end(socket: WebSocket) -> None:
        await socket.accept()
        try:
            id_ = socket.path_params["class_id"]
            running = class_now(service) if id_ == NOW else service.classes.get(id_)
        except FewshotFerError as error:
            await socket.send_text(wire.encode(wire.error_message(error, "no-class")))
            await socket.close(NO_CLASS)
            return
        await Teacher(service, running, socket).serve()

    return end


class Teacher:
    """One connection of a teacher's page."""

    def __init__(self, service: AppState, running: RunningClass, socket: WebSocket) -> None:
        self._service = service
        self._running = running
        self._socket = socket
        self._source = f"gallery:{secrets.token_hex(4)}"
        self._each = service.demo > 0
        self._sending = asyncio.Lock()
        self._doing: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Until either side leaves."""
        viewer = self._running.subscribe(without=self._source)
        showing = asyncio.create_task(self._show(viewer))
        try:
            await self._send(
                {
                    "type": "hello",
                    "class": self._running.id,
                    "source": self._source,
                    "each": self._each,
                    "ready": self._service.ready,
                }
            )
            await self._listen()
        except _GONE:
            pass
        finally:
            self._running.unsubscribe(viewer)
            self._running.leave(self._source)
            for task in (showing, *self._doing):
                task.cancel()

    async def _listen(self) -> None:
        while True:
            received = await self._socket.receive()
            if received["type"] == "websocket.disconnect":
                return
            if received.get("bytes") is not None:
                await self._picture(received["bytes"])
            elif received.get("text") is not None:
                self._soon(self._command(received["text"]))

    async def _picture(self, jpeg: bytes) -> None:
        try:
            future = self._running.offer(self._source, jpeg)
        except FewshotFerError as error:
            await self._send(wire.error_message(error, "picture"))
            return
        self._soon(self._answer(asyncio.wrap_future(future)))

    async def _answer(self, future: asyncio.Future[Message]) -> None:
        try:
            message = await future
        except FewshotFerError as error:
            message = wire.error_message(error, "picture")
        await self._send(message)

    async def _command(self, text: str) -> None:
        try:
            command = wire.command_of(text)
            if command["do"] == "each":
                self._each = bool(command.get("on"))
                answer: Message | None = self._running.state_message(0)
            elif command["do"] == "leave":
                self._running.leave(self._source)
                answer = None
            else:
                answer = await asyncio.to_thread(
                    obey, self._service, self._running, command, self._source
                )
        except FewshotFerError as error:
            answer = wire.error_message(error)
        if answer is not None:
            await self._send(answer)

    async def _show(self, viewer: Viewer) -> None:
        with suppress(*_GONE):
            async for sent in viewer:
                await self._send(sent.message, sent)

    async def _send(self, message: Message, sent: Sent | None = None) -> None:
        """A message, just after the picture that it speaks of."""
        text = wire.encode(message if self._each else wire.without_each(message))
        async with self._sending:
            if sent is not None and sent.jpeg is not None:
                await self._socket.send_bytes(sent.jpeg)
            await self._socket.send_text(text)

    def _soon(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._doing.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._doing.discard(task)
        error = None if task.cancelled() else task.exception()
        # A page that is gone takes no answer.
        if error is not None and not isinstance(
            error, WebSocketDisconnect | RuntimeError | OSError
        ):
            raise error
