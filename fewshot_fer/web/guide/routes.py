"""The guide's WebSocket: one picture in, what to say to it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from fewshot_fer.errors import FewshotFerError, RequestError
from fewshot_fer.images import decode_image
from fewshot_fer.students.enrolment.gate import FOR_LESSONS, Gate
from fewshot_fer.students.enrolment.showing import Judge
from fewshot_fer.students.store.names import expression_name
from fewshot_fer.web import html, wire
from fewshot_fer.web.access.who import asker
from fewshot_fer.web.portal.coaching import Coach, Resting, Teaching

if TYPE_CHECKING:
    from fewshot_fer.web.app_state import AppState
    from fewshot_fer.web.messages import FromGuide
    from fewshot_fer.web.wire import Command

_SHORTEST_TICKET: Final = 16
_MOST_EXPRESSIONS: Final = 40


def routes(app: AppState) -> list[BaseRoute]:
    """The guide's way in, for teachers."""

    async def guided(socket: WebSocket) -> None:
        await socket.accept()
        say = html.saying(socket)
        guide = Guide(app)
        try:
            while True:
                received = await socket.receive()
                if received["type"] == "websocket.disconnect":
                    return
                for message in await app.threads.run(asker(socket), guide.answers, received):
                    await socket.send_text(wire.encode(wire.in_language(message, say)))
        except (WebSocketDisconnect, RuntimeError, OSError):
            return  # The page is gone.
        finally:
            guide.close()

    return [WebSocketRoute("/guide", guided)]


class Guide:
    """One page's camera: who coaches now, and where goes what was taken."""

    def __init__(self, app: AppState) -> None:
        self._app = app
        self._coach: Coach | None = None
        self._ticket = ""

    def answers(self, received: Mapping[str, Any]) -> list[FromGuide]:
        """What to say to a command or a picture; errors in our words."""
        try:
            if received.get("bytes") is not None:
                return self._see(received["bytes"])
            return self._obey(wire.command_of(received.get("text") or ""))
        except FewshotFerError as error:
            return [wire.error_message(error)]

    def close(self) -> None:
        """The page is gone, or has done: what was taken waits for it."""
        coach, self._coach = self._coach, None
        if coach is not None and coach.taken and (coach.over or isinstance(coach, Teaching)):
            self._app.taken.put(self._ticket, list(coach.taken))

    def _tell(self, command: Command) -> list[FromGuide]:
        return [*self._coach.told(command)] if self._coach is not None else []

    def _hand_over(self) -> list[FromGuide]:
        taken = len(self._coach.taken) if self._coach is not None else 0
        self.close()
        return [{"type": "over", "taken": taken}]

    def _obey(self, command: Command) -> list[FromGuide]:
        does: dict[str, Callable[[Command], list[FromGuide]]] = {
            "teach": self._begin,
            "rest": self._begin,
            "skip": self._tell,
            "take": self._tell,
            "again": self._tell,
            "use": lambda _: self._hand_over(),
        }
        found = does.get(command["do"])
        if found is None:
            raise RequestError("There is no such command.", next_step="Load the page again.")
        return found(command)

    def _begin(self, command: Command) -> list[FromGuide]:
        ticket, names = command.get("ticket"), command.get("expressions", [])
        if not isinstance(ticket, str) or not _SHORTEST_TICKET <= len(ticket) <= 100:
            raise RequestError("The page gave no ticket.", next_step="Load the page again.")
        self.close()
        self._ticket = ticket
        find = self._app.recognizer.find
        if command["do"] == "rest":
            self._coach = Resting(Gate(find, rules=FOR_LESSONS))
        else:
            student = command.get("student")
            judge = Judge(self._app.roster, student if isinstance(student, str) else None)
            self._coach = Teaching(Gate(find), _expressions(names), judge)
        return [*self._coach.begin()]

    def _see(self, jpeg: bytes) -> list[FromGuide]:
        if self._coach is None:
            return []
        wire.size_of(jpeg)
        image = decode_image(jpeg, where="camera")
        said: list[FromGuide] = [*self._coach.see(self._app.clock(), image)]
        if not said:  # Every picture is answered, also those that come while others are reviewed.
            said.append({"type": "review"})
        nobody_chooses = self._coach.over and isinstance(self._coach, Resting)
        return [*said, *self._hand_over()] if nobody_chooses else said


def _expressions(names: object) -> list[str]:
    if not isinstance(names, list) or not 0 < len(names) <= _MOST_EXPRESSIONS:
        raise RequestError("No expression was chosen.", next_step="Choose at least one.")
    return [expression_name(str(name)) for name in names]
