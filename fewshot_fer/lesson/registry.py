"""The lessons that are held now, by their ids."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from fewshot_fer.errors import FewshotFerError, SourceError
from fewshot_fer.lesson.commands import End
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.events import Ended


class LessonRegistry:
    """For any thread; a lesson that ends, by whatever, is not in it any more."""

    def __init__(
        self,
        begin: Callable[[str], LessonEngine],
        elsewhere: Callable[[str], LessonEngine] | None = None,
    ) -> None:
        """`begin` makes a lesson of a name.

        Where there are several processes, `elsewhere` takes one up that is held by another; it may
        wait, and raises where there is none.
        """
        self._begin, self._elsewhere = begin, elsewhere
        self._held: dict[str, LessonEngine] = {}
        self._making = Lock()
        """Two who want the latest lesson at once, where there is none, get one."""
        self.trouble: FewshotFerError | None = None
        """What kept the end of a lesson from being written when all were closed."""

    def open(self, name: str = "") -> LessonEngine:
        """A new lesson."""
        return self._hold(self._begin(name))

    def _hold(self, made: LessonEngine) -> LessonEngine:
        self._held[made.id] = made
        made.over.add_done_callback(lambda _: self._drop(made))
        return made

    def _drop(self, over: LessonEngine) -> None:
        if self._held.get(over.id) is over:
            del self._held[over.id]

    def latest(self, make: Callable[[], LessonEngine]) -> LessonEngine:
        """The one that was opened last, or a new one."""
        with self._making:
            held = self.all()
            return held[-1] if held else make()

    def get(self, id_: str) -> LessonEngine:
        """A lesson by its id; where there are several processes, it may wait."""
        found = self._held.get(id_)
        if (found is None or found.state.moved) and self._elsewhere is not None:
            with self._making:
                found = self._held.get(id_)
                if found is None or found.state.moved:
                    return self._hold(self._elsewhere(id_))
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

    def close(self, *, moves: bool = False) -> None:
        """End them all, and wait until what was recorded is written.

        Where they `move`, other processes go on with them.
        """
        for one in list(self._held.values()):
            ended = one.ask(End(moves)).result()
            self.trouble = ended.recording.trouble or self.trouble


def session_of(ended: Ended) -> int | None:
    """The session that was recorded, if one was; raises what kept it from being written."""
    if ended.recording.trouble is not None:
        raise ended.recording.trouble
    return ended.recording.session
