"""Tokens for programs: made, listed and revoked by the teacher; stored as hashes only."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Final, Literal

from fewshot_fer.errors import FolderError, MissingError, SignInError
from fewshot_fer.web.access.files import write_private
from fewshot_fer.web.access.who import TEACHER, Who

FILE: Final = "tokens.json"
PREFIX: Final = "ffer_"
DAY: Final = 86_400.0
MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What is known of a token; the token itself is shown once and then nowhere."""

    id: str
    name: str
    role: Literal["teacher", "student"]
    student: str | None
    made: float
    until: float
    sha256: str

    @property
    def who(self) -> Who:
        """Whom it stands for."""
        return TEACHER if self.role == "teacher" else Who("student", self.student)


class ApiTokens:
    """The tokens of one web app, in a private file."""

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        self._file = folder / FILE
        self._now = now
        self._lock = Lock()
        self.revoked = 0
        """How many times tokens were taken back."""
        self._read_of: tuple[int, int] | None = None
        self._known: tuple[ApiToken, ...] = ()

    def make(
        self, name: str, *, student: str | None = None, lifetime_s: float = 90 * DAY
    ) -> tuple[str, ApiToken]:
        """A new token, of the teacher or of one student; the text is never shown again."""
        text = PREFIX + secrets.token_urlsafe(32)
        made = ApiToken(
            id=secrets.token_hex(4),
            name=" ".join(name.split())[:80] or "token",
            role="teacher" if student is None else "student",
            student=student,
            made=self._now(),
            until=self._now() + lifetime_s,
            sha256=_hash(text),
        )
        with self._lock:
            left = [one for one in self._tokens() if one.until > self._now()]
            self._write((*left[-(MOST - 1) :], made))
        return text, made

    def listed(self) -> tuple[ApiToken, ...]:
        """Those that are good now, the newest first."""
        with self._lock:
            return tuple(one for one in reversed(self._tokens()) if one.until > self._now())

    def revoke(self, token_id: str) -> None:
        """Make a token worthless at once."""
        with self._lock:
            left = tuple(one for one in self._tokens() if one.id != token_id)
            if len(left) == len(self._tokens()):
                raise MissingError("There is no such token.", next_step="Load the list again.")
            self._write(left)
            self.revoked += 1

    def forget(self, student: str) -> None:
        """Revoke every token of a student, as when they are deleted."""
        with self._lock:
            left = tuple(one for one in self._tokens() if one.student != student)
            if len(left) < len(self._tokens()):
                self._write(left)
                self.revoked += 1

    def read(self, text: str, *, even_late: bool = False) -> Who:
        """Whom a token stands for."""
        digest = _hash(text)
        with self._lock:
            for one in self._tokens():
                # Hashes of 256 random bits: how long a comparison takes tells nobody anything.
                if one.sha256 == digest and (even_late or one.until > self._now()):
                    return one.who
        raise SignInError(
            "This token is unknown, was revoked, or its time is over.",
            next_step="Make one on the Settings page.",
        )

    def _tokens(self) -> tuple[ApiToken, ...]:
        """What is in the file, read again only when it has changed."""
        try:
            state = self._file.stat()
            stamp = (state.st_mtime_ns, state.st_ino)
            if stamp != self._read_of:
                self._known = tuple(ApiToken(**one) for one in json.loads(self._file.read_bytes()))
                self._read_of = stamp
        except FileNotFoundError:
            self._known, self._read_of = (), None
        except (OSError, ValueError, TypeError) as error:
            raise FolderError(
                "The tokens cannot be read.",
                where=str(self._file),
                next_step="Delete this file and make the tokens again.",
            ) from error
        return self._known

    def _write(self, tokens: tuple[ApiToken, ...]) -> None:
        write_private(self._file, json.dumps([asdict(one) for one in tokens], indent=1).encode())


def shown(token: ApiToken) -> dict[str, object]:
    """A token as it may be shown: without its hash."""
    document = asdict(replace(token, sha256=""))
    del document["sha256"]
    return document


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
