"""What one process of the web app shares: the composition root, with `app.py` beside it.

Each part is made once, with what it needs; `app.py` hands all to routes, `pages/door.py` to pages.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from os import cpu_count
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from fewshot_fer.audit import Audit
from fewshot_fer.drawn.files import to_jpeg
from fewshot_fer.errors import FewshotFerError
from fewshot_fer.faces.identity import Identity
from fewshot_fer.files import sweep_places
from fewshot_fer.lesson.commands import End, ReadOnDevice
from fewshot_fer.lesson.engine import LessonEngine
from fewshot_fer.lesson.events import Kept, LessonState
from fewshot_fer.lesson.members import Enrolled
from fewshot_fer.lesson.opening import OpenClass, class_name
from fewshot_fer.lesson.registry import LessonRegistry
from fewshot_fer.on_device.checkpoint import BrowserCheckpoint
from fewshot_fer.prototypes.index import PrototypeIndex
from fewshot_fer.recognizer import Recognizer, useful_callers, warmed
from fewshot_fer.records.folders import web_folder
from fewshot_fer.records.recording import SessionWriter
from fewshot_fer.records.store import Retention, Store
from fewshot_fer.settings import Settings
from fewshot_fer.students.classes import rename_class
from fewshot_fer.students.remembered import Remembered
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.names import display_name
from fewshot_fer.web import on_device
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.guide.taken import TakenFaces
from fewshot_fer.web.holding import Several, Shares
from fewshot_fer.web.live.checking import check_ins
from fewshot_fer.web.live.moments import Moments
from fewshot_fer.web.messages import CheckIn
from fewshot_fer.web.network.door import Network
from fewshot_fer.web.portal.portal import Portal
from fewshot_fer.web.threads import Threads
from fewshot_fer.web.unsaved import Unsaved

FORSAKEN_S: Final = 30 * 60.0
"""A class that nobody sends pictures to or watches ends after so long; no break is longer."""
_SHARPNESS: Final = 82
"""Of the JPEG that viewers get of a camera here or a drawn class."""
_OPENING_S: Final = 60.0
"""Longer than a slow machine takes to open one more recogniser."""
_MOST_WORKERS: Final = 4

OpensRecognizer = Callable[[Settings, int], Recognizer]  # For so many threads at once.


class AppState:
    """Settings, library, recogniser, classes, credentials and the students' portal."""

    def __init__(
        self,
        settings: Settings,
        *,
        library: Library | None = None,
        folder: Path | None = None,
        password: str | None = None,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
        new_id: Callable[[], str] = lambda: secrets.token_hex(4),
        opens: OpensRecognizer | None = None,
        identifies: Callable[[Settings], Identity] = Identity.of,
        workers: int | None = None,
        demo: int = 0,
        several: Several | None = None,
        beside: AppState | None = None,
        of: str | None = None,
    ) -> None:
        """`beside` a state it shares threads with; `of` an account; `several` processes or one."""
        self.settings = settings
        self.several: Several | None = beside.several if beside is not None else several
        several = self.several
        self.shares = Shares.of(settings, several, folder or web_folder(settings.records), of)
        self.library = library or Library.of(settings, self.shares.students)
        sweep_places()
        self.place = self.shares.place
        self.folder = self.place.folder
        """Private files of the web app: secret key, password, invitations."""
        self.audit = Audit(self.folder, settings.keep_days, "teacher", now)
        self.library.tells = self.audit.note
        self.demo = demo
        """So many students are drawn, and nobody is real."""
        self.chosen = ""
        """The class that was watched last."""
        if beside is not None:
            now, clock = beside.now, beside.clock
            opens, identifies = (lambda *_: beside.recognizer), (lambda _: beside.opened().identity)
        self.now: Callable[[], float] = now
        self.clock: Callable[[], float] = clock
        self._is_beside = beside is not None
        self._new_id: Callable[[], str] = beside._new_id if beside else new_id
        self._callers = workers or min(_MOST_WORKERS, useful_callers(settings, cpu_count() or 1))
        self._workers: ThreadPoolExecutor = (
            beside._workers if beside else ThreadPoolExecutor(self._callers, "reading")
        )
        self.holdings = self.shares.holdings
        self.lessons = LessonRegistry(self._begin, self._take_up if self.holdings else None)
        self.credentials = Credentials(
            self.place, host=settings.host, now=now, password=password, of=of,
            clock=several.peers.clock if several is not None else None, tells=self.audit.note,
        )  # fmt: skip
        self.moments, self.remembered = Moments(self.library, now), Remembered(self.library)
        self.portal = Portal(
            self.library, settings, self.lessons, self.credentials, self.place, self.forget_who_left
        )
        found = beside.on_device if beside else on_device.installed(settings.on_device_files)
        self.on_device: BrowserCheckpoint | None = found
        """What students' own devices read with."""
        self.network: Network | None = beside.network if beside else None
        self.taken_up: Callable[[LessonEngine], None] = lambda _: None
        """Is told of a lesson that goes on here."""
        self.taken, self.unsaved = TakenFaces(clock), Unsaved(self.library, clock)
        self.threads: Threads = beside.threads if beside else Threads(16, share=4)
        """For whatever waits for a disk or a lock."""
        self.picture_threads: Threads = beside.picture_threads if beside else Threads(3, share=1)
        """For requests with pictures, which are large when they are unpacked: nobody gets two."""
        self._opens, self._identifies = opens or warmed, identifies
        self._opened: Future[OpenClass] = Future()
        self._starting, self._closing = Lock(), False
        self._opening: Thread | None = None

    # ------------------------------------------------------------------ beginning and end

    def start(self) -> None:
        """Open the recogniser in the background; again is nothing."""
        with self._starting:
            if self._opening is None:
                self._opening = Thread(target=self._open, name="opening", daemon=True)
                self._opening.start()

    def close(self) -> None:
        """End every lesson and keep what was recorded; where there are several, others go on."""
        self._closing = True
        self.lessons.close(moves=self.holdings is not None)
        if self._opening is not None:
            # A network that is compiled while Python ends takes the process down with it.
            self._opening.join(timeout=_OPENING_S)
        if not self._is_beside:
            self._workers.shutdown()

    @property
    def ready(self) -> bool:
        """Whether pictures can be read already."""
        return self._opened.done() and self._opened.exception() is None

    # ------------------------------------------------------------------ shared

    def opened(self, name: str = "") -> OpenClass:
        """Recogniser, library, and the members of a class, or all; waits until they are there."""
        self.start()
        return self._opened.result().opened(name)

    @property
    def recognizer(self) -> Recognizer:
        """One recogniser for all threads; waits until it is there."""
        return self.opened().recognizer

    @property
    def roster(self) -> Roster:
        """The students as the recogniser sees them; waits until it is there."""
        return self.opened().roster

    @property
    def class_name(self) -> str:
        """The class that was chosen last; else what all students of this library are called."""
        named = class_name(self.settings)
        return self.chosen if self.chosen in self.library.classes() else named

    def rename_class(self, name: str, new: str) -> str:
        """Call a class otherwise, also in what was recorded of it."""
        self.library.known_classes([name])
        tidy = display_name(new)
        with self.store() as store:
            store.rename_class(name, tidy)
        return rename_class(self.library, name, tidy)

    @property
    def on_device_files(self) -> str | None:
        """Where browsers get what they read with by themselves; None where it is not installed."""
        return None if self.on_device is None else on_device.address(self.on_device)

    def begin_recording(self, name: str, *, per_student: bool) -> SessionWriter:
        """A new session in the record."""
        kept = Retention.of(self.settings)
        return SessionWriter.begin(
            self.settings.records, self.library, name, per_student=per_student, retention=kept
        )

    def go_on_recording(self, kept: Kept) -> SessionWriter:
        """The session that another process recorded in."""
        return self.opened().go_on_recording(kept)

    def check_ins(self, session: int) -> tuple[CheckIn, ...]:
        """Who is worth a check-in in a session that is recorded."""
        with self.store() as store:
            return check_ins(store, session, self.library)

    def store(self) -> Store:
        """The record of sessions; use it in a `with`."""
        return Store.open(self.settings.records, retention=Retention.of(self.settings))

    # ------------------------------------------------------------------ in the background

    def _open(self) -> None:
        try:
            recognizer = self._opens(self.settings, self._callers)
            roster = Roster(self.library, recognizer)
            members = Enrolled(roster, PrototypeIndex(recognizer.generic))
            identity = self._identifies(self.settings)
            opened = OpenClass(self.settings, recognizer, self.library, roster, members, identity)
        except BaseException as error:
            self._opened.set_exception(error)
            return
        self._opened.set_result(opened)
        if not self._closing:
            with suppress(FewshotFerError):
                opened.know_faces()

    # ------------------------------------------------------------------ lessons

    def _begin(self, name: str) -> LessonEngine:
        """A lesson that this app holds."""
        id_, started = self._new_id(), self.now()
        if self.holdings is not None:
            self.holdings.add(id_, name, started)
        return self._lesson(id_, name, started)

    def _take_up(self, id_: str) -> LessonEngine:
        """A lesson that another process held until now."""
        assert self.holdings is not None
        taken = self.holdings.take(id_)
        lesson = self._lesson(id_, taken.name, taken.started, taken.kept)
        self.taken_up(lesson)
        return lesson

    def _lesson(
        self, id_: str, name: str, started: float, kept: Kept | None = None
    ) -> LessonEngine:
        holdings = self.holdings
        lesson = LessonEngine(
            self, self._workers, id_=id_, name=name, started=started,
            encodes=lambda image: to_jpeg(image, _SHARPNESS), forsaken_s=FORSAKEN_S, kept=kept,
            keeps=partial(holdings.note, id_) if holdings is not None else None, clock=self.clock,
        )  # fmt: skip
        wished = self.settings.on_device
        # Where nothing is installed for it a class can only insist, and then says so to students.
        wished = wished if self.on_device_files or wished == "required" else "off"
        lesson.ask(ReadOnDevice((kept.on_device if kept is not None else None) or wished))
        lesson.over.add_done_callback(lambda _: self._is_over(lesson))
        return lesson

    def _is_over(self, lesson: LessonEngine) -> None:
        if not lesson.state.moved:
            self.portal.invitations.end(lesson.id)
        if self.holdings is not None:
            self.holdings.leave(lesson.id, moved=lesson.state.moved)

    def running(self) -> tuple[LessonState, ...]:
        """How the lessons of this teacher stand, in all processes, the latest last."""
        here = {one.id: one.state for one in self.lessons.all()}
        if self.holdings is None:
            return tuple(here.values())
        return tuple(here.get(one.id, one.state) for one in self.holdings.all())

    def forget_who_left(self) -> None:
        """Nothing stays in memory of who is gone, or of what they took back."""
        self.moments.all()
        self.remembered.forget_who_left()
        self.unsaved.forget_who_left()
        self.taken.forget_old()
        if self.ready:
            self.opened().forget_who_left()

    def look_again(self) -> None:
        """Take in what other processes changed, and let go of what they are asked for."""
        self.shares.take_in()
        self.library.take_in()
        self.forget_who_left()
        self.credentials.look_again()
        for one in self.lessons.all() if self.holdings is not None else ():
            idle = not one.state.viewers and all(s.kind == "drawn" for s in one.state.sources)
            if self.holdings is not None and self.holdings.asked_for(one.id, idle=idle):
                one.ask(End(moves=True))
