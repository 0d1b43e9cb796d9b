"""The WebSocket of a student's own device: pictures in, their own label out, nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from math import inf
from time import monotonic
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from fewshot_fer.errors import AccessError, FewshotFerError, TooManyError
from fewshot_fer.languages import Phrase
from fewshot_fer.lesson.commands import Heed, Leave, Source
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.events import Skipped
from fewshot_fer.students.store.records import NONE, Purpose, Purposes
from fewshot_fer.web import messages, wire
from fewshot_fer.web.access.who import asker, who
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.html import saying
from fewshot_fer.web.portal.coached import Coached
from fewshot_fer.web.portal.devices import Device
from fewshot_fer.web.portal.facts import facts_message
from fewshot_fer.web.portal.on_device.saying import read_by
from fewshot_fer.web.portal.on_device.sending import depends_on, device_message
from fewshot_fer.web.portal.portal import source_of
from fewshot_fer.web.portal.telling import BYES, own_view, recorded

_LOOK_AROUND_S: Final = 1.0
_LAST_WORD_S: Final = 5.0
_MUST_STAY: Final = Phrase("In this class pictures are read on students' own devices only.")


def live(app: AppState) -> Callable[[WebSocket], Awaitable[None]]:
    """The end of `/me/live`."""

    def enrolled(student: str) -> float:
        known = app.library.stamp(student) is not None
        return app.library.open(student).created.timestamp() if known else inf

    async def end(socket: WebSocket) -> None:
        asking = who(socket)
        student = asking.student or ""
        await socket.accept()
        with suppress(WebSocketDisconnect, TimeoutError, OSError):
            try:
                lesson = await app.threads.run(
                    asker(socket), app.lessons.get, asking.class_id or ""
                )
                since = await app.threads.run(student, enrolled, student)
                device = Device(asking.class_id or "", student, since)
                app.portal.devices.connect(device)
            except TooManyError as error:
                await _bye(socket, "full", error.what, error.next_step)
                return
            except FewshotFerError:
                await _bye(socket, "ended", *BYES["ended"])
                return
            await _serve(Connection(app, lesson, socket, device))

    return end


async def _serve(connection: Connection) -> None:
    """Until either side leaves; says why where it is ours."""
    device = connection.device
    try:
        why = await connection.listen()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if device.why is None or task is None:
            raise
        task.uncancel()
        why = device.why
    finally:
        connection.close()
    if why == "moved":
        await connection.socket.close(wire.MOVED)
    elif why is not None:
        await _bye(connection.socket, why, *BYES[why])


async def _bye(socket: WebSocket, why: str, what: str, next_step: str) -> None:
    say = saying(socket)
    message = {"type": "bye", "why": why, "what": say(what), "next_step": say(next_step)}
    async with asyncio.timeout(_LAST_WORD_S):
        await socket.send_text(wire.encode(message))
        await socket.close(4000)


class Connection:
    """One device while it is connected."""

    def __init__(
        self,
        app: AppState,
        lesson: LessonEngine,
        socket: WebSocket,
        device: Device,
    ) -> None:
        self.socket = socket
        self.device = device
        self._app = app
        self._lesson = lesson
        key = source_of(device.student)
        self._source = Source(key, "device", device.student)
        self._coached = Coached(app, device.student, self._changed)
        self._looked_around = -1e9
        self._recording: str | None = None
        self._say = saying(socket)
        self._known: tuple[object, Purposes] = None, NONE
        """The student's page as it was last looked at, and what it says of their agreement."""
        self._told: object = None
        """What it depended on that the device was last told of reading by itself."""

    async def listen(self) -> str | None:
        """Answer whatever comes; says why it ended, or None where the other side left."""
        await self._hello()
        with suppress(FewshotFerError):  # Who has just joined is known before their first picture.
            await asyncio.wrap_future(self._lesson.ask(Heed()))
        while True:
            try:
                async with asyncio.timeout(self._app.portal.devices.idle_s):
                    received = await self.socket.receive()
            except TimeoutError:
                return "idle"
            if received["type"] == "websocket.disconnect":
                return None
            why = await self._over()
            if why is not None:
                return why
            if received.get("bytes") is not None:
                await self._picture(received["bytes"])
            elif received.get("text") is not None:
                await self._in_turn()
                await self._send(await self._text(received["text"]))

    def close(self) -> None:
        """The device is gone, and its camera with it unless another took over."""
        if self._app.portal.devices.leave(self.device):
            self._lesson.ask(Leave(self._source.key))

    # ------------------------------------------------------------------ pictures

    async def _picture(self, jpeg: bytes) -> None:
        """Answer one picture; who sends more than their share waits for their turn."""
        devices = self._app.portal.devices
        try:
            width, height = wire.size_of(jpeg)
        except FewshotFerError:
            width, height = 0, 0  # It is said below, in its turn.
        wait = devices.wait(self.device, width * height)
        if wait > 0:
            await asyncio.sleep(wait)
        self.device.sent = devices.clock()
        try:
            if self._lesson.state.on_device == "required":
                raise AccessError(_MUST_STAY, next_step="Load the page again.")
            read = self._coached.see if self._coached.on else self._read
            answer: messages.OwnView | messages.Coach | messages.Problem = await read(jpeg)
        except FewshotFerError as error:
            answer = wire.error_message(error, "picture")
        every = round(1000 * devices.again())
        await self._send({**answer, "frame": True, "every": every})

    async def _read(self, jpeg: bytes) -> messages.OwnView:
        devices, came = self._app.portal.devices, self._app.portal.devices.clock()
        wire.size_of(jpeg)
        answer = await asyncio.wrap_future(self._lesson.offer(self._source, jpeg))
        devices.took(devices.clock() - came)
        if isinstance(answer, Skipped):
            paused = answer.reason == "paused"
            return {"type": "view", "size": [4, 3], "face": None, "paused": paused}
        self.device.faces = len(answer.view.seen)
        return own_view(answer, self.device.student, self._recording, self._say)

    # ------------------------------------------------------------------ words

    async def _text(self, text: str) -> messages.Coach | messages.Heard | messages.Problem:
        """What it asks, or says that it read by itself; both in a few characters."""
        try:
            command = wire.command_of(text)
        except FewshotFerError as error:
            return self._coached.failed(error)
        if command["do"] != "report":
            return await self._coached.obey(command)
        try:
            return await self._report(command)
        except FewshotFerError as error:
            return wire.error_message(error, "report")

    async def _in_turn(self) -> None:
        """Who says much waits: thousands of words at once would keep everybody else waiting."""
        while True:
            try:
                self._app.portal.words.take(self.device.student)
            except TooManyError as error:
                await asyncio.sleep(error.seconds)
            else:
                return

    async def _report(self, command: wire.Command) -> messages.Heard:
        app, student = self._app, self.device.student
        app.portal.reports.take(student, "This device says more than is taken.")
        if self._lesson.state.on_device == "off":
            raise AccessError("This class takes no readings of students' own devices.")
        said = await app.threads.run(student, read_by, app, student, command)
        answer = await asyncio.wrap_future(self._lesson.offer(self._source, said))
        paused = isinstance(answer, Skipped) and answer.reason == "paused"
        return {"type": "heard", "paused": paused, "recording": self._recording}

    # ------------------------------------------------------------------ what is around

    async def _over(self) -> str | None:
        """Why this device must not be read any more, if so; looked up once a second."""
        now, state, student = monotonic(), self._lesson.state, self.device.student
        if state.ended:
            return "moved" if state.moved else "ended"
        if now - self._looked_around < _LOOK_AROUND_S:
            return None
        self._looked_around = now
        agreed = await self._app.threads.run(student, self._agreed)
        if agreed is None or Purpose.READ not in agreed:
            return "removed" if agreed is None else "withdrawn"
        self._recording = recorded(state, agreed, self._say)
        await self._tell_device()
        return None

    def _agreed(self) -> Purposes | None:
        """What the student agreed to; None once they are gone."""
        stamp, student = self._app.library.stamp(self.device.student), self.device.student
        if stamp is None:
            return None
        if stamp != self._known[0]:
            self._known = stamp, self._app.library.open(student).purposes
        return self._known[1]

    async def _hello(self) -> None:
        await self._send({"type": "wait", "every": round(1000 * self._app.portal.devices.every)})
        await self._send({**await self._facts(), "type": "hello"})
        await self._tell_device()

    async def _changed(self) -> None:
        """Something else is known of the student."""
        await self._send(await self._facts())
        await self._tell_device()

    async def _tell_device(self) -> None:
        """How it may read by itself, and how the student looks; again when that is different."""
        app, student = self._app, self.device.student
        policy = self._lesson.state.on_device
        told = await app.threads.run(student, depends_on, app, student, policy)
        if told != self._told:
            self._told = told
            await self._send(await app.threads.run(student, device_message, app, student, policy))

    async def _facts(self) -> messages.Known:
        app, student, say = self._app, self.device.student, self._say
        return await app.threads.run(student, lambda: facts_message(app, app.roster, student, say))

    async def _send(self, message: Mapping[str, object]) -> None:
        async with asyncio.timeout(self._app.portal.devices.send_s):
            await self.socket.send_text(wire.encode(wire.in_language(message, self._say)))
