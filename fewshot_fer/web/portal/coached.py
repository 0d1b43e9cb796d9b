"""A device that is coached to teach: what its page asks of that, and what the coach says."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any, Final, TypeVar

from fewshot_fer.errors import FewshotFerError, MissingError
from fewshot_fer.images import decode_image
from fewshot_fer.web import messages, wire
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.portal.coaching import Coach
from fewshot_fer.web.portal.learning import Learner
from fewshot_fer.web.wire import Command

_MOST_EXPRESSIONS: Final = 40

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Coached:
    """For one connection of a student."""

    def __init__(self, app: AppState, student: str, changed: Callable[[], Awaitable[None]]) -> None:
        """`changed` is told when something else is known of the student."""
        self._app, self._student, self._changed = app, student, changed
        self._coach: Coach | None = None
        self._adjusts = False

    @property
    def on(self) -> bool:
        """Whether pictures are meant for the coach."""
        return self._coach is not None

    async def see(self, jpeg: bytes) -> messages.Coach:
        """The next picture; what the coach says then."""
        coach = self._coach
        assert coach is not None
        wire.size_of(jpeg)
        said = await self._app.picture_threads.run(self._student, _see, coach, jpeg)
        more = [await self._adjust(coach)] if coach.over and self._adjusts else []
        return {"type": "coach", "events": [*said, *more]}

    async def obey(self, command: Command) -> messages.Coach:
        """What its page asks; what came of it."""
        try:
            events = await self._do(command)
        except FewshotFerError as error:
            return self.failed(error)
        except Exception:  # Ours to mend; they stay in the class.
            _log.exception("a command of a device failed")
            return self.failed(wire.WENT_WRONG)
        if command["do"] in ("save", "undo"):
            await self._changed()
        return {"type": "coach", "events": events}

    def failed(self, error: FewshotFerError) -> messages.Coach:
        """It is over, and this is why."""
        self._coach = None
        return {"type": "coach", "events": [_failed(error)]}

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
        await self._changed()
        return done

    async def _learn(self, do: Callable[[Learner], T]) -> T:
        """In a thread, which may wait until the recogniser is open."""
        app, student = self._app, self._student
        return await app.threads.run(student, lambda: do(Learner(app.opened(), student)))


def _failed(error: FewshotFerError) -> messages.Failed:
    return {"type": "failed", "what": error.what, "next_step": error.next_step}


def _see(coach: Coach, jpeg: bytes) -> list[messages.Coaching]:
    """In a worker: decode and look."""
    image = decode_image(jpeg, max_pixels=wire.MOST_PIXELS)
    return coach.see(monotonic(), image)
