"""What takes a lesson's time and is not its record: the library, who is worth a check-in, notes.

One helper does it, one thing after the other; for the lesson's thread alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import FewshotFerError
from fewshot_fer.lesson.actor import Actor, fail, pass_on
from fewshot_fer.lesson.commands import Results
from fewshot_fer.lesson.events import CheckIns, Kept, LessonState
from fewshot_fer.lesson.host import Host
from fewshot_fer.lesson.opening import OpenClass
from fewshot_fer.lesson.taping import over

Keeps = Callable[[Kept], None]
"""Notes what another process needs to go on with a lesson."""


class Helper:
    """One thread of a lesson."""

    def __init__(
        self,
        actor: Actor,
        host: Host,
        opens: Callable[[], OpenClass],
        name: str,
        heeded: Callable[[], None],
        keeps: Keeps | None,
    ) -> None:
        """`heeded` is told when the library was looked into."""
        self.trouble: FewshotFerError | None = None
        """What is wrong with the students' folder, if anything."""
        self.check_ins: CheckIns = ()
        self._actor, self._host, self._class = actor, host, opens
        self._heeded, self._keeps = heeded, keeps
        self._kept = Kept()
        self._thread = ThreadPoolExecutor(1, name)

    def refresh(self) -> None:
        """Take in what has changed in the library."""
        self._actor.aside(self._thread, lambda: self._class().refresh(), self._refreshed)

    def heed(self, waiting: Future[None]) -> None:
        """The same, and say when it is done."""

        def known(done: Future[None]) -> None:
            self._refreshed(done)
            pass_on(done, waiting)

        self._actor.aside(
            self._thread, lambda: self._class().refresh(), known,
            lambda _: fail(waiting, over()),
        )  # fmt: skip

    def recalibrate(
        self, looks: Mapping[str, Sequence[Floats]], resting: bool, waiting: Future[Results]
    ) -> None:
        """Fit everybody to today's light, from vectors [n,D] by student."""
        self._actor.aside(
            self._thread,
            lambda: self._class().recalibrate(looks, resting=resting) if looks else {},
            lambda done: pass_on(done, waiting), lambda _: fail(waiting, over()),
        )  # fmt: skip

    def check(self, session: int, still: Callable[[], bool]) -> None:
        """Look for who is worth a check-in, as long as the session is `still` recorded."""

        def checked(done: Future[CheckIns]) -> None:
            if done.exception() is None and still():
                self.check_ins = done.result()

        self._actor.aside(self._thread, partial(self._host.check_ins, session), checked)

    def knows(self, kept: Kept) -> None:
        """What is noted already."""
        self._kept = kept

    def keep(self, state: LessonState, session_began: float | None) -> None:
        """Have noted what another process would need, where that has changed."""
        record = state.recording
        kept = Kept(
            state.seconds,
            state.paused,
            record.mode,
            record.session,
            session_began,
            state.marks,
            state.on_device,
            state.title,
        )
        if self._keeps is not None and kept != replace(self._kept, seconds=kept.seconds):
            self._kept = kept
            self._actor.aside(self._thread, partial(self._keeps, kept), lambda _: None)

    def close(self) -> None:
        """Nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _refreshed(self, done: Future[None]) -> None:
        error = done.exception()  # The lesson goes on with what is known.
        self.trouble = error if isinstance(error, FewshotFerError) else None
        self._heeded()
