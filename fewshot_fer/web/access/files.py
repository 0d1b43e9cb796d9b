"""Private files: whole or not there, readable by nobody else; and lists that are kept in them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from threading import Lock
from typing import Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from fewshot_fer.errors import FolderError
from fewshot_fer.files import Holds, changing, flush_folder, not_writable, whole_file
from fewshot_fer.languages import Phrase


def private_folder(folder: Path) -> Path:
    """Make a folder for the eyes of this user alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        raise not_writable(folder, error) from error
    return folder


def write_private(path: Path, data: bytes) -> None:
    """Write a file that is never, not even half-written, readable by others."""
    private_folder(path.parent)
    with whole_file(path, mode=0o600) as file:
        file.write(data)


def made_once(path: Path, data: bytes) -> bytes:
    """The file's content; written now where it was not there, whoever else tries to."""
    mine = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    write_private(mine, data)
    try:
        # A link fails where the name is taken: the first one wins, and it is whole.
        os.link(mine, path)
        flush_folder(path.parent)
    except FileExistsError:
        pass
    except OSError as error:
        raise not_writable(path, error) from error
    finally:
        with suppress(OSError):
            mine.unlink(missing_ok=True)
    try:
        path.chmod(0o600)
        return path.read_bytes()
    except OSError as error:
        raise not_writable(path, error) from error


class Place:
    """The private folder of a web app, which several processes, and servers, may share."""

    def __init__(self, folder: Path, holds: Holds = nullcontext) -> None:
        """`holds` it on other machines too, where several share it."""
        self.folder, self.holds = private_folder(folder), holds

    @contextmanager
    def changing(self, name: str) -> Iterator[Path]:
        """Hold one of its files, for this change, against everybody."""
        private_folder(self.folder)
        with self.holds(), changing(self.folder / name):
            yield self.folder / name


class _Ends(Protocol):
    @property
    def until(self) -> float: ...


T = TypeVar("T", bound=_Ends)


class PrivateList(Generic[T]):
    """Dataclasses that are good until some time, the oldest first, in a private file."""

    def __init__(
        self, place: Place | Path, name: str, kind: type[T], what: str, now: Callable[[], float]
    ) -> None:
        """`what` they are called in an error."""
        self._place = place if isinstance(place, Place) else Place(place)
        self._name, self._what, self._now = name, what, now
        self._file = self._place.folder / name
        self._json: TypeAdapter[tuple[T, ...]] = TypeAdapter(tuple[kind, ...])  # type: ignore[valid-type]
        self._lock = Lock()
        self._stamp: tuple[int, int] | None = None
        self._known: tuple[T, ...] = ()

    def all(self) -> tuple[T, ...]:
        """Those whose time is over too."""
        with self._lock:
            return self._read()

    def good(self) -> tuple[T, ...]:
        """Those whose time is not over."""
        now = self._now()
        return tuple(one for one in self.all() if one.until > now)

    def add(self, one: T, most: int) -> None:
        """One more, of no more than so many that are good; those whose time is over go."""
        now = self._now()
        self.update(lambda old: (*[o for o in old if o.until > now][-(most - 1) :], one))

    def drop(self, unwanted: Callable[[T], bool]) -> bool:
        """Take these out; whether there were any."""
        return self.update(lambda old: [one for one in old if not unwanted(one)])

    def update(self, change: Callable[[tuple[T, ...]], Iterable[T]]) -> bool:
        """Change all of them at once; whether anything is different now."""
        with self._lock, self._place.changing(self._name):
            before = self._read()
            after = tuple(change(before))
            if after != before:
                write_private(self._file, self._json.dump_json(after))
            return after != before

    def _read(self) -> tuple[T, ...]:
        """What is in the file, read again only when it has changed."""
        try:
            state = self._file.stat()
            stamp = state.st_mtime_ns, state.st_ino
            if stamp != self._stamp:
                self._known = self._json.validate_json(self._file.read_bytes())
                self._stamp = stamp
        except FileNotFoundError:
            self._known, self._stamp = (), None
        except (OSError, ValidationError) as error:
            raise FolderError(
                Phrase("The {what} cannot be read.", what=self._what),
                where=str(self._file),
                next_step=Phrase("Delete this file and make the {what} again.", what=self._what),
            ) from error
        return self._known
