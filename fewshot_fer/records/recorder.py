"""Writes a live session down, a transaction a second, without ever holding the picture up.

`note` only counts; a thread writes. When the database does not answer, the seconds wait in
memory and in a file beside it, the lesson goes on, and all is written as soon as it answers.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Condition, Thread
from types import TracebackType
from typing import Final, Protocol, Self

from fewshot_fer.errors import FewshotFerError, RecordError
from fewshot_fer.languages import Phrase
from fewshot_fer.records.backlog import Backlog
from fewshot_fer.records.seconds import Seconds
from fewshot_fer.records.values import Mark, Second, one_line
from fewshot_fer.records.views import View

_log = logging.getLogger(__name__)
_TRY_AGAIN_S: Final = 2.0


class Keeps(Protocol):
    """What a recorder needs of a store."""

    def write(self, session: int, seconds: Sequence[Second], marks: Sequence[Mark] = ()) -> None:
        """Keep seconds and marks, all or none."""
        ...

    def rename(self, session: int, *, title: str | None = None) -> None:
        """Say what a session is called."""
        ...

    def end(self, session: int) -> None:
        """Note that a session is over."""
        ...


class Recorder:
    """Records one session; `note` from one thread. Use it in a `with`, or close it."""

    def __init__(
        self,
        store: Keeps,
        session: int,
        *,
        per_student: bool = False,
        backlog: Path | None = None,
        try_again: float = _TRY_AGAIN_S,
    ) -> None:
        self.trouble: RecordError | None = None
        """Why the database does not take what is seen, for the screen; None: it does."""
        self._store = store
        self._session = session
        self.per_student = per_student
        self._seconds = Seconds(per_student=per_student)
        self._time = 0.0
        self._backlog = Backlog(backlog) if backlog is not None else None
        self._try_again = try_again
        self._waiting: list[Second] = []
        self._marks: list[Mark] = []
        self._title: str | None = None
        """What the session is to be called from now on."""
        self._changed = Condition()
        self._closing = False
        self._broken: Exception | None = None
        self._writer = Thread(target=self._work, name="recorder", daemon=True)
        self._writer.start()

    def note(self, view: View) -> None:
        """One more view of the class."""
        self._time = max(self._time, view.time)
        over = self._seconds.add(view)
        if over is not None:
            self._hand_over([over], [])

    def mark(self, text: str, second: int | None = None) -> Mark:
        """Mark a second of the session, or this moment."""
        mark = Mark(int(self._time) if second is None else second, one_line(text))
        self._hand_over([], [mark])
        return mark

    def rename(self, title: str) -> None:
        """Call the session so."""
        with self._changed:
            self._title = title
            self._changed.notify()

    def flush(self) -> None:
        """Write the second that is not over yet: nothing follows it for a while."""
        rest = self._seconds.rest()
        if rest is not None:
            self._hand_over([rest], [])

    def close(self, *, ends: bool = True) -> None:
        """Write the rest and end the session; raises what kept it from being written.

        A session that does not end is gone on with by another recorder.
        """
        if self._closing:
            return
        rest = self._seconds.rest()
        with self._changed:
            self._waiting += [rest] if rest is not None else []
            self._closing = True
            self._changed.notify()
        self._writer.join()
        if self.trouble is not None:
            raise self.trouble
        if ends:
            self._store.end(self._session)
        if self._broken is not None:
            raise self._broken

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            # What ended the lesson matters more than what the record says of it.
            with suppress(FewshotFerError):
                self.close()

    def _hand_over(self, seconds: list[Second], marks: list[Mark]) -> None:
        with self._changed:
            self._waiting += seconds
            self._marks += marks
            self._changed.notify()

    def _work(self) -> None:
        """Write whatever waits, until closed and one last time."""
        while True:
            with self._changed:
                while not (
                    self._waiting or self._marks or self._closing or self._title is not None
                ):
                    self._changed.wait()
                seconds, marks = tuple(self._waiting), tuple(self._marks)
                last = self._closing
            self._write(seconds, marks)
            if last:
                return
            if self.trouble is not None:
                with self._changed:
                    self._changed.wait_for(lambda: self._closing, self._try_again)

    def _write(self, seconds: Sequence[Second], marks: Sequence[Mark]) -> None:
        title = self._title
        try:
            # First what may be done twice: where it fails, nothing is written that waits again.
            if title is not None:
                self._store.rename(self._session, title=title)
            self._put(seconds, marks)
        except RecordError as error:
            self.trouble = self._kept_aside(error, seconds, marks)
            return
        self.trouble = None
        with self._changed:
            del self._waiting[: len(seconds)], self._marks[: len(marks)]
            self._title = None if self._title is title else self._title
        if self._backlog is not None:
            self._backlog.clear()

    def _put(self, seconds: Sequence[Second], marks: Sequence[Mark]) -> None:
        """Into the database; what cannot be written at all must not take the rest with it."""
        try:
            if seconds or marks:
                self._store.write(self._session, seconds, marks)
        except RecordError:
            raise
        except Exception as error:  # A mistake of ours: `close` does not pass over it in silence.
            if self._broken is None:
                _log.exception("a part of the record cannot be written")
            self._broken = error
            if len(seconds) + len(marks) > 1:
                for second in seconds:
                    self._put([second], [])
                for mark in marks:
                    self._put([], [mark])

    def _kept_aside(
        self, error: RecordError, seconds: Sequence[Second], marks: Sequence[Mark]
    ) -> RecordError:
        """The error, with the place where the seconds are safe."""
        if self._backlog is None:
            return error
        try:
            self._backlog.keep(self._session, seconds, marks)
        except OSError:
            return error
        return RecordError(
            Phrase(
                "{what} What is seen is kept in {file} until then.",
                what=error.what,
                file=self._backlog.file,
            ),
            where=error.where,
            next_step=error.next_step,
        )
