"""One thread with one inbox: what is sent to it is done there, in the order in which it came."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future, InvalidStateError
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final, TypeVar

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_AFTER_A_MISTAKE_S: Final = 0.2
Do = Callable[[], None]


def _nothing() -> None:
    """Nobody waits."""


class Actor:
    """What its thread alone touches needs no lock; that thread must never wait for anything."""

    def __init__(self, name: str, beat: Callable[[], float]) -> None:
        """`beat` is done after everything else, and says after how many seconds to do it again."""
        self._beat = beat
        self._inbox: SimpleQueue[tuple[Do, Do]] = SimpleQueue()
        self._closed = False
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin with what was sent."""
        self._thread.start()

    def send(self, do: Do, refused: Do = _nothing) -> None:
        """From any thread: do this when its turn comes, or the other if it is over by then."""
        self._inbox.put((do, refused))
        if self._closed:
            # The thread may have gone before it saw this.
            self._refuse_all()

    def aside(
        self,
        helper: Executor,
        work: Callable[[], _T],
        then: Callable[[Future[_T]], None],
        refused: Callable[[Future[_T]], None] = lambda _: None,
    ) -> None:
        """Let a helper do what takes its time, and go on with it here once it is done."""
        try:
            future = helper.submit(work)
        except RuntimeError:  # Python ends, and helpers go first: it is done here.
            future = _done(work)
        future.add_done_callback(lambda done: self.send(lambda: then(done), lambda: refused(done)))

    def close(self) -> None:
        """From its own thread: this was the last thing that is done."""
        self._closed = True
        self._refuse_all()

    def _refuse_all(self) -> None:
        with suppress(Empty):
            while True:
                self._inbox.get_nowait()[1]()

    def _run(self) -> None:
        wait = 0.0
        while not self._closed:
            try:
                with suppress(Empty):
                    self._inbox.get(timeout=max(0.0, wait))[0]()
                wait = self._beat()
            except Exception:
                wait = _AFTER_A_MISTAKE_S
                # A mistake of ours costs this message, never the thread.
                _log.exception("%s: a message could not be dealt with", self._thread.name)


def _done(work: Callable[[], _T]) -> Future[_T]:
    future: Future[_T] = Future()
    try:
        future.set_result(work())
    except Exception as error:
        future.set_exception(error)
    return future


def answer(waiting: Future[_T], value: _T) -> None:
    """Answer somebody, who may not wait any more."""
    with suppress(InvalidStateError):
        waiting.set_result(value)


def fail(waiting: Future[Any], error: BaseException) -> None:
    """Tell somebody, who may not wait any more, why there is no answer."""
    with suppress(InvalidStateError):
        waiting.set_exception(error)


def pass_on(done: Future[_T], waiting: Future[_T]) -> None:
    """Answer with what came of some work."""
    error = done.exception()
    if error is not None:
        fail(waiting, error)
    else:
        answer(waiting, done.result())
