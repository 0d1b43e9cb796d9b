"""The WebSocket of a student's own device: pictures in, their own label out, nobody else's."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any, Final, TypeVar

from starlette.websockets import WebSocket, WebSocketDisconnect

from fewshot_fer.errors import FewshotFerError, MissingError, TooManyError
from fewshot_fer.images import decode_image
from fewshot_fer.lesson.commands import Heed, Leave, Source
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.events import Skipped
from fewshot_fer.students.store.records import NONE, Purpose, Purposes
from fewshot_fer.web import messages, wire
from fewshot_fer.web.access.who import who
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.html import saying
from fewshot_fer.web.portal.coaching import Coach
from fewshot_fer.web.portal.devices import Device
from fewshot_fer.web.portal.facts import facts_message
from fewshot_fer.web.portal.learning import Learner
from fewshot_fer.web.portal.portal import source_of
from fewshot_fer.web.portal.telling import BYES, in_language, own_view, recorded
from fewshot_fer.web.wire import Command

_LOOK_AROUND_S: Final = 1.0
_LAST_WORD_S: Final = 5.0
_MOST_EXPRESSIONS: Final = 40

_log = logging.getLogger(__name__)
T = TypeVar("T")


def live(app: AppState) -> Callable[[WebSocket], Awaitable[None]]:
    """The end of `/me/live`."""

    async def end(socket: WebSocket) -> None:
        asking = who(socket)
        device = Device(asking.class_id or "", asking.student or "")
        await socket.accept()
        with suppress(WebSocketDisconnect, TimeoutError, OSError):
            try:
                lesson = app.lessons.get(device.class_id)
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
    if why is not None:
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
        self._coach: Coach | None = None
        self._adjusts = False
        self._looked_around = -1e9
        self._recording: str | None = None
        self._say = saying(socket)
        self._known: tuple[object, Purposes] = None, NONE
        """The student's page as it was last looked at, and what it says of their agreement."""

    async def listen(self) -> str | None:
        """Answer whatever comes; says why it ended, or None where the other side left."""
        await self._hello()
        with suppress(FewshotFerError):
            # Who has just joined is known to the lesson before their first picture comes.
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
                await self._send(await self._command(received["text"]))

    def close(self) -> None:
        """The device is gone, and its camera with it unless another took over."""
        if self._app.portal.devices.leave(self.device):
            self._lesson.ask(Leave(self._source.key))

    # ------------------------------------------------------------------ pictures

    async def _picture(self, jpeg: bytes) -> None:
        """Answer one picture; who sends more than their share waits for their turn."""
        devices = self._app.portal.devices
        wait = self.device.sent + 0.8 * devices.every - devices.clock()
        if wait > 0:
            await asyncio.sleep(wait)
        self.device.sent = devices.clock()
        try:
            read = self._read if self._coach is None else self._coached
            answer: messages.OwnView | messages.Coach | messages.Problem = await read(jpeg)
        except FewshotFerError as error:
            answer = wire.error_message(error, "picture")
        every = round(1000 * devices.every)
        await self._send({**answer, "frame": True, "every": every})

    async def _read(self, jpeg: bytes) -> messages.OwnView:
        devices, came = self._app.portal.devices, self._app.portal.devices.clock()
        wire.size_of(jpeg)
        answer = await asyncio.wrap_future(self._lesson.offer(self._source, jpeg))
        devices.took(devices.clock() - came)
        if isinstance(answer, Skipped):
            paused = answer.reason == "paused"
            return {"type": "view", "size": [4, 3], "face": None, "paused": paused}
        return own_view(answer, self.device.student, self._recording, self._say)

    async def _coached(self, jpeg: bytes) -> messages.Coach:
        coach = self._coach
        assert coach is not None
        wire.size_of(jpeg)
        said = await self._app.picture_threads.run(self.device.student, _see, coach, jpeg)
        more = [await self._adjust(coach)] if coach.over and self._adjusts else []
        return {"type": "coach", "events": [*said, *more]}

    # ------------------------------------------------------------------ commands

    async def _command(self, text: str) -> messages.Coach:
        try:
            command = wire.command_of(text)
            events = await self._do(command)
        except FewshotFerError as error:
            self._coach = None
            return {"type": "coach", "events": [_failed(error)]}
        except Exception:  # Ours to mend; they stay in the class.
            _log.exception("a command of a device failed")
            self._coach = None
            return {"type": "coach", "events": [_failed(wire.WENT_WRONG)]}
        if command["do"] in ("save", "undo"):
            await self._send(await self._facts())
        return {"type": "coach", "events": events}

    async def _do(self, command: Command) -> list[messages.CoachEvent]:
        match command["do"]:
            case "teach":
                asked = command.get("expressions")
                asked = asked[:_MOST_EXPRESSIONS] if isinstance(asked, list) else []
                return await self._begin(lambda one: one.teaching(asked), adjusts=False)
            case "adjust":
                given = command.get("expression")
                expression = given if isinstance(given, str) else None
                return await self._begin(lambda one: one.adjusting(expression), adjusts=True)
            case "skip" | "take" | "again":
                coach = self._coach
                return [*coach.told(command)] if coach is not None else []
            case "save":
                return [await self._save(command.get("keep"), command.get("answers"))]
            case "undo":
                which = command.get("calibration")
                which = which if isinstance(which, str) else None
                return [await self._learn(lambda one: one.undo(which))]
            case "stop":
                self._coach = None
                return []
            case _:
                raise MissingError("There is no such command.", next_step="Load the page again.")

    async def _begin(
        self, make: Callable[[Learner], Coach], *, adjusts: bool
    ) -> list[messages.CoachEvent]:
        self._coach = None
        coach = await self._learn(make)
        self._coach, self._adjusts = coach, adjusts
        return [*coach.begin()]

    async def _save(self, keep: Any, answers: Any) -> messages.Saved | messages.Questions:
        coach = self._coach
        wanted = {str(place) for place in keep} if isinstance(keep, list) else set()
        taken = coach.taken if coach is not None and not self._adjusts else ()
        kept = {str(k): one for k, one in enumerate(taken) if str(k) in wanted}
        given = answers if isinstance(answers, dict) else {}
        said = {str(key): str(shows) for key, shows in given.items()}
        if not kept:
            raise MissingError("No picture was kept, so nothing is stored.", next_step="Try again.")
        saved = await self._learn(lambda one: one.keep(kept, said))
        if saved["type"] == "saved":
            self._coach = None
        return saved

    async def _adjust(self, coach: Coach) -> messages.Adjusted | messages.Failed:
        self._coach = None
        try:
            if not coach.taken:
                what = "No picture was good enough, so nothing was changed."
                raise MissingError(what, next_step="More light from the front helps most.")
            done = await self._learn(lambda one: one.adjust(coach.taken))
        except FewshotFerError as error:
            return _failed(error)
        await self._send(await self._facts())
        return done

    # ------------------------------------------------------------------ what is around

    async def _learn(self, do: Callable[[Learner], T]) -> T:
        """In a thread, which may wait until the recogniser is open."""
        app, student = self._app, self.device.student
        return await app.threads.run(student, lambda: do(Learner(app.opened(), student)))

    async def _over(self) -> str | None:
        """Why this device must not be read any more, if so; looked up once a second."""
        now = monotonic()
        if now - self._looked_around < _LOOK_AROUND_S:
            return None
        self._looked_around = now
        state, student = self._lesson.state, self.device.student
        if state.ended:
            return "ended"
        agreed = await self._app.threads.run(student, self._agreed)
        if agreed is None or Purpose.READ not in agreed:
            return "removed" if agreed is None else "withdrawn"
        self._recording = recorded(state, agreed, self._say)
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

    async def _facts(self) -> messages.Known:
        app, student, say = self._app, self.device.student, self._say
        return await app.threads.run(student, lambda: facts_message(app, app.roster, student, say))

    async def _send(self, message: Mapping[str, object]) -> None:
        async with asyncio.timeout(self._app.portal.devices.send_s):
            await self.socket.send_text(wire.encode(in_language(message, self._say)))


def _failed(error: FewshotFerError) -> messages.Failed:
    return {"type": "failed", "what": error.what, "next_step": error.next_step}


def _see(coach: Coach, jpeg: bytes) -> list[messages.Coaching]:
    """In a worker: decode and look."""
    image = decode_image(jpeg, max_pixels=wire.MOST_PIXELS)
    return coach.see(monotonic(), image)
