"""What one web app knows about access: its key, its password, its tokens; and who comes."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final, Literal

from starlette.requests import HTTPConnection

from fewshot_fer.errors import AccessError, SignInError
from fewshot_fer.web.access import passwords
from fewshot_fer.web.access.apitokens import ApiTokens
from fewshot_fer.web.access.files import Place, PrivateList, made_once, write_private
from fewshot_fer.web.access.limits import Guesses, Limiter
from fewshot_fer.web.access.tokens import STUDENT_COOKIE, TEACHER_COOKIE, Signer
from fewshot_fer.web.access.who import Who

KEY_FILE: Final = "secret.key"
PASSWORD_FILE: Final = "password"
ENDED_FILES: Final = {"teacher": "signed-out.json", "student": "students-signed-out.json"}
"""One each: students come and go as often as they like, and push no teacher's cookie out."""
TEACHER_LIFETIME: Final = 12 * 3600.0
STUDENT_LIFETIME: Final = 24 * 3600.0
_MOST_ENDED: Final = 10_000
_SHORTEST_KEY: Final = 32


@dataclass(frozen=True, slots=True)
class Ended:
    """A cookie that was signed out, until its time would have been over anyway."""

    id: str
    until: float


class Credentials:
    """Says who comes.

    Without a password the teacher is whoever opens a link that was shown where the app was started:
    a proxy that says nothing of itself makes the whole world look like this machine.
    """

    def __init__(
        self,
        folder: Path | Place,
        *,
        now: Callable[[], float],
        clock: Callable[[], float] | None = None,
        host: str = "127.0.0.1",
        password: str | None = None,
        of: str | None = None,
        tells: Callable[[str], None] = lambda _: None,
    ) -> None:
        """On a `host` that others reach there is a password, made up if none was given.

        `clock`: the one that all servers go by, where there are several.

        `of`: the account of a teacher, which what is signed and made here names. `tells` is told of
        what changes who may come in.
        """
        self.place = place = folder if isinstance(folder, Place) else Place(folder)
        self._folder, self._tells = place.folder, tells
        folder = place.folder
        self._fixed = bool(password)
        self._stored = passwords.hashed(password) if password else _stored(folder / PASSWORD_FILE)
        self.now = now
        key = _key(place)
        self._teacher = Who("teacher", teacher=of)
        self.signer = Signer(key, now, of or "")
        # The same password after a restart has another salt, and must not sign anybody out.
        self._mark = _mark(key, password or self._stored or "")
        self._key = key
        self.tokens = ApiTokens(place, now, of, tells)
        self.guesses = Guesses(place, key, clock or now)
        self.requests, self.changes = Limiter(20.0, 60, now), Limiter(1.0, 60, now)
        self._ended = {
            kind: PrivateList(place, file, Ended, "signed-out cookies", now)
            for kind, file in ENDED_FILES.items()
        }
        self._signed_out = self._all_ended()
        self._once = secrets.token_urlsafe(24)
        self.show_link: Callable[[str], None] = lambda _: None
        """Is told of the next link when one was used."""
        self._turns = 0
        self._lock = Lock()
        self.is_shared = False
        """Whether others have accounts here, who come with passwords and from elsewhere."""
        self.made_up: str | None = None
        """A password that was made up just now: to be printed, once, as only its hash is stored."""
        if not self.has_password and not is_loopback(host):
            self.made_up = passwords.made_up()
            self.set_password(self.made_up)

    # ------------------------------------------------------------------ the password

    @property
    def has_password(self) -> bool:
        """Whether the teacher has to sign in."""
        return self._stored is not None or self.is_shared

    @property
    def password_is_fixed(self) -> bool:
        """Whether it was given at the start, so that it cannot be changed on a page."""
        return self._fixed

    def set_password(self, password: str) -> None:
        """Another password; whoever was signed in has to sign in again."""
        if self._fixed:
            raise AccessError(
                "The password was given when the app was started.",
                next_step="Change it there and start the app again.",
            )
        self._keep(passwords.hashed(password))
        self._tells("set a password")
        self._turns += 1

    def fits(self, password: str) -> bool:
        """Whether this is the password; slow by intent, so never on the event loop.

        What was hashed in an older way is hashed anew; browsers elsewhere have to sign in again.
        """
        stored = self._stored
        if stored is None or not passwords.fits(password, stored):
            return False
        if not self._fixed and passwords.is_outdated(stored):
            self._keep(passwords.hashed(password))
        return True

    def look_again(self) -> None:
        """See whether another process changed the password, signed somebody out or took back."""
        stored = self._stored if self._fixed else _stored(self._folder / PASSWORD_FILE)
        if stored != self._stored:
            self._stored, self._mark = stored, _mark(self._key, stored or "")
            self._turns += 1
        ended = self._all_ended() - self._signed_out
        if ended:
            self._signed_out |= ended
            self._turns += 1
        self.tokens.look_again()

    def _keep(self, stored: str) -> None:
        with self.place.changing(PASSWORD_FILE) as file:
            write_private(file, stored.encode())
        self._stored, self._mark = stored, _mark(self._key, stored)

    # ------------------------------------------------------------------ coming and going

    @property
    def link(self) -> str | None:
        """A path that signs the teacher in, once; None where a password does."""
        return None if self._stored is not None else f"/sign-in?once={self._once}"

    def opens(self, once: str) -> bool:
        """Whether this stood in the link; then it is used up, and the next one is shown."""
        with self._lock:
            fits = self._stored is None and hmac.compare_digest(once.encode(), self._once.encode())
            if fits:
                self._once = secrets.token_urlsafe(24)
        if fits:
            self.show_link(self.link or "")
        return fits

    def cookie_for(self, name: str, password: str) -> str | None:
        """The cookie of who signs in so; None: they may not. Slow by intent."""
        return self.teacher_cookie() if not name and self.fits(password) else None

    def teacher_cookie(self) -> str:
        """What a browser keeps once the teacher has signed in."""
        payload = {"id": secrets.token_hex(8), "of": self._mark}
        return self.signer.sign("teacher", payload, lifetime_s=TEACHER_LIFETIME)

    def student_cookie(self, student: str, class_id: str) -> str:
        """What a student's device keeps once it is in."""
        payload = {"id": secrets.token_hex(8), "student": student, "class": class_id}
        return self.signer.sign("student", payload, lifetime_s=STUDENT_LIFETIME)

    def key_for(self, what: str) -> str:
        """A key for one use (256 bits in base64), always the same; tells nothing of our own."""
        return b64encode(hmac.digest(self._key, f"key for {what}".encode(), "sha256")).decode()

    def sign_out(self, cookie: str, kind: Literal["teacher", "student"] = "teacher") -> None:
        """Make a cookie worthless for ever, wherever it was copied to; waits for the disk."""
        try:
            session = str(self.signer.read(kind, cookie).get("id"))
        except SignInError:
            return
        self._ended[kind].add(Ended(session, self.now() + STUDENT_LIFETIME), _MOST_ENDED)
        self._tells("signed out")
        self._signed_out.add(session)
        self._turns += 1

    def _all_ended(self) -> set[str]:
        return {one.id for some in self._ended.values() for one in some.good()}

    @property
    def turns(self) -> int:
        """Grows whenever somebody may no longer do what they could: open sockets look at it."""
        return self._turns + self.tokens.revoked

    def candidates(self, asked: HTTPConnection, *, even_late: bool = False) -> tuple[Who, ...]:
        """Everybody whom a request could come from, the mightiest first.

        A browser may hold two cookies: a teacher may try the student's page. A token stands
        alone; one that is wrong is an error and not nobody.
        """
        token = bearer(asked)
        if token is not None:
            return (self.tokens.read(token, even_late=even_late),)
        cookies = asked.cookies
        teacher = self.teacher(cookies.get(TEACHER_COOKIE, ""), even_late)
        student = self.student(cookies.get(STUDENT_COOKIE, ""), even_late)
        return tuple(one for one in (teacher, student) if one is not None)

    def teacher(self, cookie: str, even_late: bool) -> Who | None:
        """The teacher, where this is their cookie."""
        try:
            session = self.signer.read("teacher", cookie, even_late=even_late)
        except SignInError:
            return None
        good = session.get("of") == self._mark and str(session.get("id")) not in self._signed_out
        return self._teacher if good else None

    def student(self, cookie: str, even_late: bool) -> Who | None:
        """The student whose cookie this is."""
        try:
            payload = self.signer.read("student", cookie, even_late=even_late)
        except SignInError:
            return None
        if str(payload.get("id")) in self._signed_out:
            return None
        student, class_id = payload.get("student"), payload.get("class")
        if not isinstance(student, str):
            return None
        return Who("student", student, class_id, self._teacher.teacher)

    @staticmethod
    def needs_files(asked: HTTPConnection) -> bool:
        """Whether files tell who comes, for which the event loop must not wait."""
        return "authorization" in asked.headers


def bearer(asked: HTTPConnection) -> str | None:
    """The token that was sent, if one was."""
    scheme, _, token = asked.headers.get("authorization", "").partition(" ")
    if scheme and scheme.casefold() != "bearer":
        raise SignInError("Only bearer tokens are taken.", next_step="Send one of those.")
    return token.strip() if scheme else None


def _stored(file: Path) -> str | None:
    try:
        return file.read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        # Never let everybody in because a file cannot be read.
        raise AccessError(
            "The file of the password cannot be read.",
            where=str(file),
            next_step="Delete it to set a new password.",
        ) from error


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server on this host."""
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _mark(key: bytes, of: str) -> str:
    """Changes with the password, so that cookies of an old one are worthless; tells nothing."""
    return hmac.new(key, of.encode(), hashlib.sha256).hexdigest()[:16]


def _key(place: Place) -> bytes:
    """The key that signs everything, made once."""
    file = place.folder / KEY_FILE
    if not file.exists():
        with place.changing(KEY_FILE):
            made_once(file, secrets.token_hex(_SHORTEST_KEY).encode())
    key = file.read_bytes()
    if len(key) < _SHORTEST_KEY:
        raise AccessError(
            "The key that signs cookies and links is damaged.",
            where=str(file),
            next_step="Delete this file; everybody has to sign in again, and links end.",
        )
    return key
