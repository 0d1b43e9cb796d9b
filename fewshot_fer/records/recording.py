"""Writes a session down while it is watched, and forgets students; numbers only, see `values`.

What is kept of whom is what they agreed to: see `to_keep` and `agree`.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from glob import escape
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from sqlalchemy import make_url

from fewshot_fer.errors import RecordError
from fewshot_fer.languages import Phrase
from fewshot_fer.records import schema
from fewshot_fer.records.backlog import catch_up, leave_out, leave_out_of_list, students_in
from fewshot_fer.records.engine import open_engine, shown, snapshot
from fewshot_fer.records.recorder import Recorder
from fewshot_fer.records.seconds import Seconds
from fewshot_fer.records.store import Retention, Store
from fewshot_fer.records.trouble import plain_words
from fewshot_fer.records.values import Second
from fewshot_fer.records.views import Seen, View
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import Consent, Purpose, Purposes, Student


class Pupil(Protocol):
    """A student of a library."""

    @property
    def id(self) -> str:
        """What they are recorded under."""
        ...

    @property
    def purposes(self) -> Purposes:
        """What they agreed to."""
        ...


class Enrols(Protocol):
    """What a recording needs of a library: who is enrolled now."""

    def students(self) -> Iterable[Pupil]:
        """Everybody."""
        ...


class SessionWriter:
    """A session that is being written down; for one thread. Only `begin` and `end` wait.

    When a database does not answer, what is seen is kept beside it until it does, see `recorder`.
    """

    def __init__(
        self, store: Store, session: int, recorder: Recorder, library: Enrols, backlog: Path
    ) -> None:
        self.session = session
        self._store, self._recorder, self._library = store, recorder, library
        self._backlog = backlog
        self._began: float | None = None

    @classmethod
    def begin(
        cls,
        records: str,
        library: Enrols,
        class_name: str = "",
        *,
        per_student: bool,
        try_again: float = 2.0,
        retention: Retention | None = None,
    ) -> Self:
        """A new session in a database, of every enrolled student or of the class alone.

        A database that does not answer is tried again after so many seconds.
        """
        store = opened(records, retention)
        try:
            session = store.begin(class_name, per_student=per_student)
        except BaseException:
            store.close()
            raise
        waiting = waiting_files(records)
        backlog = waiting.with_name(f"{waiting.name}{session}")
        recorder = Recorder(
            store, session, per_student=per_student, backlog=backlog, try_again=try_again
        )
        return cls(store, session, recorder, library, backlog)

    @property
    def per_student(self) -> bool:
        """Whether every enrolled student is recorded, not only the class."""
        return self._recorder.per_student

    @property
    def trouble(self) -> RecordError | None:
        """Why what was seen is not in the database (yet); None: it is."""
        return self._recorder.trouble

    def note(self, view: View) -> None:
        """One more view of the class."""
        self._began = view.time if self._began is None else self._began
        self._recorder.note(replace(to_keep(view), time=self._since(view.time)))

    def mark(self, text: str, time: float) -> None:
        """A moment, by the same clock as the views'."""
        self._recorder.mark(text, int(self._since(time)))

    def flush(self) -> None:
        """Write the second that is not over yet: nothing follows it for a while."""
        self._recorder.flush()

    def end(self) -> None:
        """End the session; raises what kept it from being written, and is over all the same."""
        try:
            # Who was deleted, or took numbers back, may have been written once more meanwhile.
            keep = (one for one in self._library.students() if Purpose.NUMBERS in one.purposes)
            here = {student.id for student in keep}
            try:
                self._recorder.close()
            except RecordError:
                leave_out(self._backlog, students_in(self._backlog) - here)
                raise
            if self.per_student:
                for student in set(self._store.students_of(self.session)) - here:
                    self._store.forget(student)
        finally:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # What ended the lesson matters more than what the record says of it.
        with suppress(*(() if error is None else (RecordError,))):
            self.end()

    def _since(self, time: float) -> float:
        return 0.0 if self._began is None else max(0.0, time - self._began)


class Transcript:
    """A lesson that is watched afterwards, second by second as a live one is written down."""

    def __init__(self) -> None:
        self._counting = Seconds(per_student=True)
        self._over: list[Second] = []

    def note(self, view: View) -> None:
        """One more view of the class."""
        over = self._counting.add(to_keep(view))
        self._over += [over] if over is not None else []

    def write(self, store: Store, class_name: str, *, per_student: bool) -> int:
        """Write it down as a session; its number. Again is another session."""
        rest = self._counting.rest()
        self._over += [rest] if rest is not None else []
        session = store.begin(class_name, per_student=per_student)
        store.write(
            session, [one if per_student else replace(one, students=()) for one in self._over]
        )
        store.end(session)
        return session


def opened(records: str, retention: Retention | None = None) -> Store:
    """The record, with what earlier sessions left behind brought in."""
    store = Store.open(records, retention=retention)
    try:
        bring_in(store, records)
    except BaseException:
        store.close()
        raise
    return store


def forget(records: str, student: str) -> list[int]:
    """Delete all that was recorded of a student, where there is a record; in which sessions."""
    file = _sqlite_file(records)
    if file is not None and not file.exists():
        return []
    kept = Retention(students=None)  # Whoever deletes one does not mean others.
    with opened(records, kept) as store:  # What waits is brought in, else it would come back later.
        return store.forget(student)


def remove_student(
    library: Library, records: str, student: str, beside: Path | None = None
) -> list[int]:
    """Delete a student with all that was recorded of them; in which sessions that was.

    The folder goes last: whatever is cut off before, the student is still there to try again. The
    web app's private folder, `beside` the record, holds their tokens and links.
    """
    sessions = forget(records, student)
    for file in sorted((beside or web_folder(records)).glob("*.json")):
        leave_out_of_list(file, student)
    library.remove(student)
    return sessions


def agree(library: Library, records: str, student: str, consent: Consent) -> Student:
    """Note what a student agrees to from now on; what that does not cover is deleted."""
    after = library.agree(student, consent)
    if Purpose.NUMBERS not in consent.purposes:
        forget(records, student)
    return after


def copy_record(records: str, to: str) -> int:
    """Write a record, as it stands at one moment, into another one; how many sessions.

    The other one is empty, or holds the same already.
    """
    opened(records).close()
    Store.open(to, retention=Retention(students=None)).close()
    here, there = open_engine(records, wait=5.0), open_engine(to, wait=5.0)
    try:
        with (
            plain_words(shown(records)), snapshot(here) as source,
            plain_words(shown(to)), there.execution_options(writes=True).begin() as target,
        ):  # fmt: skip
            return schema.copy_rows(source, target)
    except ValueError as error:
        raise RecordError(
            "There is a record of other sessions already.",
            where=shown(to),
            next_step="Nothing was changed. Name another database with `records`.",
        ) from error
    finally:
        here.dispose()
        there.dispose()


def bring_in(store: Store, records: str) -> int:
    """Write what sessions that were cut off left behind; how many seconds that were."""
    file = waiting_files(records)
    left = sorted(file.parent.glob(f"{escape(file.name)}*"))
    try:
        return sum(catch_up(store, one) for one in left)
    except OSError as error:
        raise RecordError(
            Phrase(
                "What an earlier session left cannot be brought in: {strerror}.",
                strerror=error.strerror,
            ),
            where=f"{file}*",
            next_step="Check the disk, and your right to read and write there.",
        ) from error


def to_keep(view: View) -> View:
    """The view as it may be kept: of who did not agree to that, only that there was a face.

    Faces of those who are not (or no longer) enrolled are nobody's.
    """
    return replace(view, seen=tuple(_to_keep(face) for face in view.seen))


def _to_keep(face: Seen) -> Seen:
    if Purpose.NUMBERS not in face.purposes:
        return replace(face, student=None, name=None, reading=None, quality=None)
    return face if face.name is not None else replace(face, student=None)


def waiting_files(records: str) -> Path:
    """What the files begin with in which a database's seconds wait, one file a session."""
    file = _sqlite_file(records)
    if file is None:
        # The same number is another session in another database.
        which = sha256(shown(records).encode()).hexdigest()[:8]
        file = Path(f"fewshot-fer-{which}.db")
    return file.with_name(f"{file.name}-waiting-")


def web_folder(records: str) -> Path:
    """What the web app keeps, beside the record: whoever keeps one keeps the other."""
    file = waiting_files(records)
    return file.with_name(file.name.replace(".db-waiting-", "") + "-web")


def _sqlite_file(records: str) -> Path | None:
    """The file of an SQLite database."""
    address = make_url(shown(records))
    in_a_file = address.drivername == "sqlite" and address.database not in (None, "", ":memory:")
    return Path(str(address.database)) if in_a_file else None
