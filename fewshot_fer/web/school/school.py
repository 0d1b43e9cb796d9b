"""Several teachers on one server: each has a state of their own, and reaches no other.

What of the server is one: the recogniser, threads and the door. Everything else, from settings to
students' links, lies in an `AppState` of each teacher, with routes that know no other state.
Which of them is meant is said by the key that signed a cookie, a link or a token.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Lock, Thread
from time import monotonic
from typing import Final

from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from fewshot_fer.errors import FewshotFerError, SignInError
from fewshot_fer.web.access.credentials import Credentials, bearer
from fewshot_fer.web.access.tokens import STUDENT_COOKIE, TEACHER_COOKIE, account_of
from fewshot_fer.web.access.who import Who
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.holding import BEAT_S, Several
from fewshot_fer.web.school.accounts import SignIn, Teacher, Teachers

_log = logging.getLogger(__name__)
_COOKIES: Final = (TEACHER_COOKIE, STUDENT_COOKIE)
_LOOK_S: Final = 5.0
"""So soon it is seen that an account was added, changed or removed by a command."""


@dataclass(frozen=True, slots=True)
class Room:
    """What there is of one teacher."""

    app: AppState
    routes: ASGIApp


class School:
    """All teachers' states; for the guard it is what `Credentials` are where there is one."""

    def __init__(
        self,
        own: AppState,
        routes: Callable[[AppState], Sequence[BaseRoute]],
        sign_in: SignIn | None = None,
    ) -> None:
        """`own`: of the server's own teacher, who signs in without a name."""
        self.own, self.door = own, own.credentials
        self.requests, self.changes = self.door.requests, self.door.changes
        self.teachers = Teachers(own.place, own.now)
        self._sign_in = sign_in or self.teachers
        self._routes = routes
        self._rooms: dict[str, Room] = {}
        self._lock = Lock()
        self._gone, self._over = 0, Event()
        self.look_again()

    # ------------------------------------------------------------------ who is meant

    def room(self, account: str) -> Room | None:
        """The room of an account, made when it is first asked for; None where there is none."""
        teacher = self.teachers.with_id(account)
        if teacher is None:
            return None
        with self._lock:
            if account not in self._rooms:
                app = self._state_of(teacher)
                self._rooms[account] = Room(app, Starlette(routes=[*self._routes(app)]))
                app.start()
            return self._rooms[account]

    def state_of(self, asking: Who) -> AppState:
        """The state of the teacher whom somebody is about."""
        if asking.teacher is None:
            return self.own
        room = self.room(asking.teacher)
        if room is None:
            raise SignInError("This account is not there any more.", next_step="Sign in again.")
        return room.app

    def teacher_of(self, asked: HTTPConnection) -> Who:
        """Which teacher asks, for pages; the guard has let nobody else through."""
        for one in self.candidates(asked, even_late=True):
            if one.role == "teacher":
                return one
        raise SignInError("Nobody is signed in.", next_step="Sign in again.")

    # ------------------------------------------------------------------ as the guard sees it

    @property
    def has_password(self) -> bool:
        """Whether teachers have to sign in."""
        return self.door.has_password

    @property
    def asks_names(self) -> bool:
        """Whether signing in takes a name."""
        return self.door.is_shared

    @property
    def turns(self) -> int:
        """Grows whenever somebody may no longer do what they could."""
        rooms = tuple(self._rooms.values())
        return self._gone + self.door.turns + sum(one.app.credentials.turns for one in rooms)

    def candidates(self, asked: HTTPConnection, *, even_late: bool = False) -> tuple[Who, ...]:
        """Everybody whom a request could come from, the mightiest first."""
        token = bearer(asked)
        if token is not None:
            known = self._credentials_of(token)
            if known is None:
                raise SignInError("This token is unknown.", next_step="Make a new one.")
            return (known.tokens.read(token, even_late=even_late),)
        teacher, student = (asked.cookies.get(name, "") for name in _COOKIES)
        theirs, whose = self._credentials_of(teacher), self._credentials_of(student)
        found = (
            theirs.teacher(teacher, even_late) if theirs is not None else None,
            whose.student(student, even_late) if whose is not None else None,
        )
        return tuple(one for one in found if one is not None)

    def needs_files(self, asked: HTTPConnection) -> bool:
        """Whether files tell who comes, for which the event loop must not wait."""
        named = (account_of(asked.cookies.get(name, "")) for name in _COOKIES)
        return self.door.needs_files(asked) or any(named)

    def cookie_for(self, name: str, password: str) -> str | None:
        """The cookie of who signs in so; None: they may not. Slow by intent."""
        if not name.strip():
            cookie, app = self.door.cookie_for("", password), self.own
        else:
            account = self._sign_in.account(name, password)
            room = self.room(account) if account is not None else None
            cookie = room.app.credentials.teacher_cookie() if room is not None else None
            app = room.app if room is not None else self.own
        if cookie is None:
            app.audit.note("was refused at the door")
        else:
            app.audit.note("signed in", "teacher")
        return cookie

    def opens(self, once: str) -> bool:
        """Whether this stood in the link of the server's own teacher, which is used up then."""
        fits = self.door.opens(once)
        if fits:  # A refusal is not noted: nothing limits how often one may try.
            self.own.audit.note("signed in", "teacher")
        return fits

    def sign_out(self, cookie: str) -> None:
        """Make a teacher's cookie worthless, wherever it was copied to."""
        known = self._credentials_of(cookie)
        if known is not None:
            known.sign_out(cookie)

    def _credentials_of(self, text: str) -> Credentials | None:
        account = account_of(text)
        if not account:
            return self.door
        room = self.room(account)
        return room.app.credentials if room is not None else None

    # ------------------------------------------------------------------ while it runs

    def look_again(self) -> None:
        """See what commands have changed: accounts, their passwords, who was deleted."""
        accounts = {one.id for one in self.teachers.listed()}
        self.door.is_shared = bool(accounts)
        for account, room in tuple(self._rooms.items()):
            if account in accounts:
                room.app.credentials.look_again()
            else:
                self._close(account)
        for app in (self.own, *(room.app for room in tuple(self._rooms.values()))):
            # A command may have deleted somebody while nothing runs that would see it.
            app.forget_who_left()

    def begin(self) -> None:
        """Open what is needed; of several processes, say from now on that this one is alive."""
        self.own.start()
        if self.own.several is not None:
            Thread(target=self._keep_up, args=(self.own.several,), daemon=True).start()

    def _keep_up(self, several: Several) -> None:
        """Tell the others that this process is alive, and take in what they do."""
        told = -1e9
        while not self._over.is_set():
            try:
                if monotonic() - told > BEAT_S:
                    told = monotonic()
                    several.peers.beat(several.me)
                for app in (self.own, *(room.app for room in tuple(self._rooms.values()))):
                    app.look_again()
            except FewshotFerError as error:  # Files are as they are until it answers again.
                _log.warning("others cannot be reached: %s", type(error).__name__)
            several.peers.wait(BEAT_S)
        with suppress(FewshotFerError):
            several.peers.leave(several.me)
        several.peers.close()

    async def keep_looking(self) -> None:
        """Look again every few seconds."""
        while True:
            await asyncio.sleep(_LOOK_S)
            try:
                await self.own.threads.run("accounts", self.look_again)
            except FewshotFerError as error:
                _log.warning("accounts or students cannot be read: %s", type(error).__name__)

    def close(self) -> None:
        """End every teacher's lessons and keep what was recorded."""
        for account in tuple(self._rooms):
            app = self._rooms.pop(account).app
            app.close()
            self.own.lessons.trouble = app.lessons.trouble or self.own.lessons.trouble
        self.own.close()
        self._over.set()

    def _close(self, account: str) -> None:
        with self._lock:
            room = self._rooms.pop(account)
        self._gone += 1 + room.app.credentials.turns
        deleted = not room.app.folder.exists()
        room.app.close()
        if deleted:
            # What a lesson wrote at its end is of somebody who is deleted.
            shutil.rmtree(room.app.folder, ignore_errors=True)

    def _state_of(self, teacher: Teacher) -> AppState:
        folder = self.teachers.folder_of(teacher)
        settings = self.teachers.settings_of(teacher, self.own.settings)
        return AppState(settings, folder=folder, beside=self.own, of=teacher.id)
