"""Whether a lesson is recorded: one change after the other, however many ask at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from time import sleep
from typing import Any, Final

from fewshot_fer.errors import FewshotFerError, RecordError
from fewshot_fer.lesson.actor import answer, fail
from fewshot_fer.lesson.events import Kept, Mode, RecordingState
from fewshot_fer.reasons import Code
from fewshot_fer.records.recording import SessionWriter
from fewshot_fer.records.views import View

_AGAIN_S: Final = 1.0
IN_PAUSE: Final = "in the pause"
Aside = Callable[[Callable[[], Any], Callable[[Future[Any]], None]], None]
"""Does work elsewhere, and goes on with it in the lesson's thread when it is done."""


class Tape:
    """For the lesson's thread alone; while a session begins or ends, other changes wait."""

    def __init__(
        self,
        begins: Callable[[Mode], SessionWriter],
        aside: Aside,
        tell: Callable[[RecordingState], None],
    ) -> None:
        """`begins` a session, which may take as long as a database does."""
        self.closed = False
        """Whether no session is begun any more."""
        self.title = ""
        """What the lesson is called."""
        self._begins, self._aside, self._tell = begins, aside, tell
        self._recording: SessionWriter | None = None
        """Takes what is seen."""
        self._last: SessionWriter | None = None
        self._trouble: FewshotFerError | None = None
        self._changing = False
        self._later: deque[Callable[[], None]] = deque()
        self._unkept: list[tuple[str, float]] = []
        self._kept: Kept | None = None
        """The session of another process that is opened now."""
        self._armed: Mode = "off"
        """Begins with the first view, ..."""
        self._held: list[View | tuple[str, float]] | None = None
        """... which is held until it has begun, with the marks that are made meanwhile."""

    @property
    def on(self) -> bool:
        """Whether a session takes what is seen."""
        return self._recording is not None

    @property
    def takes_marks(self) -> bool:
        """Whether a mark made now is of the session, which may be about to begin."""
        return self.on or self._held is not None

    @property
    def state(self) -> RecordingState:
        """How it stands."""
        if self._kept is not None:
            return RecordingState(self._kept.mode, self._kept.session)
        last, mode = self._last, self._mode
        if last is None:
            return RecordingState(trouble=self._trouble)
        return RecordingState(mode, last.session, self._trouble or last.trouble)

    @property
    def _mode(self) -> Mode:
        if self._recording is None:
            return "off"
        return "per_student" if self._recording.per_student else "class"

    def arm(self, mode: Mode) -> None:
        """Begin a session with the first view."""
        self._armed = mode

    @property
    def session_began(self) -> float | None:
        """When the session began that is recorded, in the lesson's time, once any was seen."""
        return self._recording.began if self._recording is not None else None

    @property
    def settled(self) -> bool:
        """Whether no session is just beginning or ending."""
        return not self._changing

    def go_on(self, kept: Kept, opens: Callable[[], SessionWriter]) -> None:
        """Record in a session that another process began; what is seen meanwhile is held."""
        self._held, self._changing, self._kept = [], True, kept

        def work() -> SessionWriter:
            while True:  # The database may be what broke off.
                try:
                    return opens()
                except RecordError as error:
                    if self.closed or error.has(Code.NO_SESSION):
                        raise
                    sleep(_AGAIN_S)

        self._aside(work, partial(self._changed, Future()))

    def change(self, mode: Mode, waiting: Future[int | None], *, moves: bool = False) -> None:
        """End the session that is recorded, if any, and begin another unless it is to be off.

        Where the lesson `moves`, another process goes on with the session.
        """
        if self._changing:
            self._later.append(partial(self.change, mode, waiting, moves=moves))
            return
        if self.closed and mode != "off":
            fail(waiting, over())
            return
        before, self._recording = self._recording, None

        def work() -> SessionWriter | None:
            if before is not None:
                before.end(moves=moves)
            return self._begins(mode) if mode != "off" else None

        if before is None and mode == "off":
            answer(waiting, None)
        else:
            self._changing = True
            self._aside(work, partial(self._changed, waiting))

    def _changed(self, waiting: Future[int | None], done: Future[SessionWriter | None]) -> None:
        self._changing = False
        held, self._held, self._kept = self._held or [], None, None
        error = done.exception()
        self._trouble = error if isinstance(error, FewshotFerError) else None
        if error is None:
            self._recording = done.result()
            self._last = self._recording or self._last
            if self._recording is not None and self.title:
                self._recording.rename(self.title)
            self.keep_marks("before the recording")
            for one in held:
                self._write(one)
            self._tell(self.state)
            answer(waiting, self._last.session if self._last is not None else None)
        else:
            self._unkept += [one for one in held if isinstance(one, tuple)]
            fail(waiting, error)
        while self._later and not self._changing:
            self._later.popleft()()

    def rename(self, title: str) -> None:
        """Call the lesson so, in every session that it is recorded in from now on."""
        self.title = title
        if self._recording is not None:
            self._recording.rename(title)

    def note(self, view: View) -> None:
        """One more view of the class."""
        if self._armed != "off":
            mode, self._armed, self._held = self._armed, "off", []
            self.change(mode, Future())
        self._write(view)

    def _write(self, one: View | tuple[str, float]) -> None:
        """Write down a view or a mark, or hold it until the session has begun."""
        if self._recording is None:
            if self._held is not None:
                self._held.append(one)
        elif isinstance(one, tuple):
            self._recording.mark(*one)
        else:
            self._recording.note(one)

    def mark(self, text: str, time: float, *, paused: bool) -> None:
        """A moment of the lesson; it is kept for later where nothing is written now."""
        if not self.takes_marks or (paused and self.on):
            self._unkept.append((text, time))
        else:
            self._write((_made(text, IN_PAUSE) if paused else text, time))

    def keep_marks(self, why: str) -> None:
        """Write down those that were made while nothing was, and say so."""
        if self._recording is not None:
            for text, time in self._unkept:
                self._recording.mark(_made(text, why), time)
            self._unkept.clear()

    def flush(self) -> None:
        """Nothing follows for a while."""
        if self._recording is not None:
            self._recording.flush()


def _made(text: str, why: str) -> str:
    return f"{text[:160] or 'Marked'} ({why})"


def over() -> RecordError:
    """Why nothing can be asked of a lesson any more."""
    return RecordError("This class has ended.", next_step="Open a new one.")
