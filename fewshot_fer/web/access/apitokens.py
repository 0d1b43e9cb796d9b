"""Tokens for programs: made, listed and revoked by the teacher; stored as hashes only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from fewshot_fer.errors import MissingError, SignInError
from fewshot_fer.web.access.files import Place, PrivateList
from fewshot_fer.web.access.tokens import OF
from fewshot_fer.web.access.who import Who

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


class ApiTokens:
    """The tokens of one web app, in a private file; every method may come from any thread."""

    def __init__(
        self,
        place: Place | Path,
        now: Callable[[], float],
        of: str | None = None,
        tells: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`of`: the account whose tokens they are; `tells` is told of each made and revoked."""
        self._now, self._of, self._tells = now, of, tells
        self._tokens = PrivateList(place, FILE, ApiToken, "tokens", now)
        self.revoked = 0
        """How many times tokens were taken back."""
        self._seen: tuple[ApiToken, ...] | None = None

    def look_again(self) -> None:
        """See whether another process took tokens back."""
        now = self._tokens.all()
        if now is not self._seen:
            before, self._seen = self._seen or (), now
            self.revoked += bool({one.id for one in before} - {one.id for one in now})

    def make(
        self, name: str, *, student: str | None = None, lifetime_s: float = 90 * DAY
    ) -> tuple[str, ApiToken]:
        """A new token, of the teacher or of one student; the text is never shown again."""
        before = f"{self._of}{OF}{PREFIX}" if self._of else PREFIX
        text = before + secrets.token_urlsafe(32)
        made = ApiToken(
            id=secrets.token_hex(4),
            name=" ".join(name.split())[:80] or "token",
            role="teacher" if student is None else "student",
            student=student,
            made=self._now(),
            until=self._now() + lifetime_s,
            sha256=_hash(text),
        )
        self._tokens.add(made, MOST)
        self._tells("made a token")
        return text, made

    def listed(self) -> tuple[ApiToken, ...]:
        """Those that are good now, the newest first."""
        return self._tokens.good()[::-1]

    def revoke(self, token_id: str) -> None:
        """Make a token worthless at once."""
        if not self._tokens.drop(lambda one: one.id == token_id):
            raise MissingError("There is no such token.", next_step="Load the list again.")
        self.revoked += 1
        self._tells("revoked a token")

    def forget(self, student: str) -> None:
        """Revoke every token of a student, as when they are deleted."""
        self._tokens.drop(lambda one: one.student == student)
        self.revoked += 1

    def read(self, text: str, *, even_late: bool = False) -> Who:
        """Whom a token stands for."""
        digest = _hash(text)
        for one in self._tokens.all() if even_late else self._tokens.good():
            # Hashes of 256 random bits: how long a comparison takes tells nobody anything.
            if one.sha256 == digest:
                return Who(one.role, one.student, teacher=self._of)
        raise SignInError(
            "This token is unknown, was revoked, or its time is over.",
            next_step="Make one on the Settings page.",
        )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
