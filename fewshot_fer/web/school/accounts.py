"""Accounts of several teachers, each with a folder of their own; a seam for other sign-ins."""

from __future__ import annotations

import math
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from unicodedata import normalize

from fewshot_fer.errors import MissingError, RequestError
from fewshot_fer.files import not_writable
from fewshot_fer.settings import Settings
from fewshot_fer.web.access import passwords
from fewshot_fer.web.access.credentials import PASSWORD_FILE
from fewshot_fer.web.access.files import Place, PrivateList, write_private

FILE: Final = "teachers.json"
FOLDER: Final = "teachers"
_MOST: Final = 1_000
_LONGEST_NAME: Final = 80


class SignIn(Protocol):
    """Knows who a teacher is. A school's own sign-in (LDAP, OIDC) may stand in for our accounts."""

    def account(self, name: str, password: str) -> str | None:
        """The id of the account that they may use; None: they may not. Slow by intent.

        It tells nobody whether the name is known: neither by its answer nor by its time.
        """
        ...


@dataclass(frozen=True, slots=True)
class Teacher:
    """An account."""

    id: str
    name: str
    made: float

    @property
    def until(self) -> float:
        """An account does not end by itself."""
        return math.inf


class Teachers:
    """The accounts of one server, in a private file; every method may come from any thread."""

    def __init__(self, place: Place | Path, now: Callable[[], float]) -> None:
        """`place`: the web app's private one."""
        place = place if isinstance(place, Place) else Place(place)
        self._folder, self._now = place.folder, now
        self._list = PrivateList(place, FILE, Teacher, "accounts of teachers", now)
        self._nobodys: str | None = None

    def listed(self) -> tuple[Teacher, ...]:
        """All of them, as they were made."""
        return self._list.all()

    def with_id(self, account: str) -> Teacher | None:
        """The one of an id."""
        return next((one for one in self.listed() if one.id == account), None)

    def named(self, name: str) -> Teacher:
        """The one of a name."""
        found = self._find(name)
        if found is None:
            raise MissingError(
                "No teacher has this name.",
                where=name,
                next_step="`teachers list` shows them.",
            )
        return found

    def folder_of(self, teacher: Teacher) -> Path:
        """Where everything of theirs lies."""
        return self._folder / FOLDER / teacher.id

    def settings_of(self, teacher: Teacher, server: Settings) -> Settings:
        """The server's settings with their own students and record."""
        folder = self.folder_of(teacher)
        record = f"sqlite:///{folder / 'record.db'}"
        return server.model_copy(update={"support_sets": folder / "class", "records": record})

    def add(self, name: str, password: str) -> Teacher:
        """A new account."""
        shown = " ".join(name.split())
        if not shown or len(shown) > _LONGEST_NAME or not shown.isprintable():
            raise RequestError("This is no name for an account.", next_step="Use a plain name.")
        if self._find(shown) is not None:
            raise RequestError("A teacher has this name already.", next_step="Choose another.")
        made = Teacher(secrets.token_hex(6), shown, self._now())
        # The password comes first: an account without one is never there.
        self._write(made, password)
        self._list.add(made, _MOST)
        return made

    def set_password(self, teacher: Teacher, password: str) -> None:
        """Another password; whoever was signed in has to sign in again."""
        self._write(teacher, password)

    def remove(self, teacher: Teacher) -> None:
        """Delete an account with its students, sessions and links."""
        self._list.drop(lambda one: one.id == teacher.id)
        folder = self.folder_of(teacher)
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise not_writable(folder, error) from error

    def account(self, name: str, password: str) -> str | None:
        """Whose account this is, by name and password; as slow where there is none."""
        teacher = self._find(name)
        stored = self._stored(teacher) if teacher is not None else None
        fits = passwords.fits(password, stored or self._any_hash())
        return teacher.id if teacher is not None and stored is not None and fits else None

    def _find(self, name: str) -> Teacher | None:
        wanted = _plain(name)
        return next((one for one in self.listed() if _plain(one.name) == wanted), None)

    def _write(self, teacher: Teacher, password: str) -> None:
        stored = passwords.hashed(password)
        write_private(self.folder_of(teacher) / PASSWORD_FILE, stored.encode())

    def _stored(self, teacher: Teacher) -> str | None:
        try:
            return (self.folder_of(teacher) / PASSWORD_FILE).read_text(encoding="ascii")
        except (OSError, ValueError):
            return None

    def _any_hash(self) -> str:
        """A hash that nothing fits, as costly as the others."""
        if self._nobodys is None:
            self._nobodys = passwords.hashed(secrets.token_urlsafe(32))
        return self._nobodys


def _plain(name: str) -> str:
    return normalize("NFKC", " ".join(name.split())).casefold()
