"""The lessons that are held now, by their ids."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from fewshot_fer.errors import SourceError
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.events import Ended


class LessonRegistry:
    """For any thread; a lesson that ends, by whatever, is not in it any more."""

    def __init__(self, begin: Callable[[str], LessonEngine]) -> None:
        """`begin` makes a lesson of a name."""
        self._begin = begin
        self._held: dict[str, LessonEngine] = {}
        self._making = Lock()
        """Two who want the latest lesson at once, where there is none, get one."""

    def open(self, name: str = "") -> LessonEngine:
        """A new lesson."""
        made = self._begin(name)
        self._held[made.id] = made
        made.over.add_done_callback(lambda _: self._held.pop(made.id, None))
        return made

    def latest(self, make: Callable[[], LessonEngine]) -> LessonEngine:
        """The one that was opened last, or a new one."""
        with self._making:
            held = self.all()
            return held[-1] if held else make()

    def get(self, id_: str) -> LessonEngine:
        """A lesson by its id."""
        found = self._held.get(id_)
        if found is None or found.state.ended:
            raise SourceError(
                "This class has ended, or there never was one.",
                where=id_[:20],
                next_step="Open the page of the class again.",
            )
        return found

    def all(self) -> tuple[LessonEngine, ...]:
        """All that are held, the latest last."""
        return tuple(one for one in list(self._held.values()) if not one.state.ended)

    def close(self) -> None:
        """End them all, and wait until what was recorded is written."""
        for one in list(self._held.values()):
            one.close()


def session_of(ended: Ended) -> int | None:
    """The session that was recorded, if one was; raises what kept it from being written."""
    if ended.recording.trouble is not None:
        raise ended.recording.trouble
    return ended.recording.session
