"""Writes a session down while it is watched, and forgets students; numbers only, see `values`.

What is kept of whom is what they agreed to: see `to_keep` and `agree`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from fewshot_fer.database import open_engine, shown, snapshot
from fewshot_fer.errors import RecordError
from fewshot_fer.files import Holds
from fewshot_fer.records import schema
from fewshot_fer.records.backlog import leave_out, leave_out_of_list, students_in
from fewshot_fer.records.folders import opened, sqlite_file, waiting_files, web_folder
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
        return cls._of(
            store, session, library, records, per_student=per_student, try_again=try_again
        )

    @classmethod
    def go_on(
        cls, records: str, library: Enrols, session: int, began: float | None, *,
        per_student: bool, retention: Retention | None = None,
    ) -> Self:  # fmt: skip
        """A session that another process began, at this time of the views' clock."""
        store = opened(records, retention)
        try:
            store.find(session)
        except BaseException:
            store.close()
            raise
        # Whoever had the session before may have left a file, and be alive to add to it.
        apart = f"-{secrets.token_hex(3)}"
        made = cls._of(store, session, library, records, per_student=per_student, apart=apart)
        made._began = began
        return made

    @classmethod
    def _of(
        cls,
        store: Store,
        session: int,
        library: Enrols,
        records: str,
        *,
        per_student: bool,
        try_again: float = 2.0,
        apart: str = "",
    ) -> Self:
        waiting = waiting_files(records)
        backlog = waiting.with_name(f"{waiting.name}{session}{apart}")
        recorder = Recorder(
            store, session, per_student=per_student, backlog=backlog, try_again=try_again
        )
        return cls(store, session, recorder, library, backlog)

    @property
    def began(self) -> float | None:
        """When the first view came, by the views' clock."""
        return self._began

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

    def rename(self, title: str) -> None:
        """What the lesson is called from now on."""
        self._recorder.rename(title)

    def flush(self) -> None:
        """Write the second that is not over yet: nothing follows it for a while."""
        self._recorder.flush()

    def end(self, *, moves: bool = False) -> None:
        """End the session; raises what kept it from being written, and is over all the same.

        Where it `moves`, another process goes on with it.
        """
        try:
            # Who was deleted, or took numbers back, may have been written once more meanwhile.
            keep = (one for one in self._library.students() if Purpose.NUMBERS in one.purposes)
            here = {student.id for student in keep}
            try:
                self._recorder.close(ends=not moves)
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


def forget(records: str, student: str) -> list[int]:
    """Delete all that was recorded of a student, where there is a record; in which sessions."""
    file = sqlite_file(records)
    if file is not None and not file.exists():
        return []
    kept = Retention(students=None)  # Whoever deletes one does not mean others.
    with opened(records, kept) as store:  # What waits is brought in, else it would come back later.
        return store.forget(student)


def remove_student(
    library: Library,
    records: str,
    student: str,
    beside: Path | None = None,
    holds: Holds = nullcontext,
) -> list[int]:
    """Delete a student with all that was recorded of them; in which sessions that was.

    The folder goes last: whatever is cut off before, the student is still there to try again. The
    web app's private folder, `beside` the record, holds their tokens and links; it `holds` that
    on other servers too.
    """
    sessions = forget(records, student)
    with holds():
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


def to_keep(view: View) -> View:
    """The view as it may be kept: of who did not agree to that, only that there was a face.

    Faces of those who are not (or no longer) enrolled are nobody's.
    """
    return replace(view, seen=tuple(_to_keep(face) for face in view.seen))


def _to_keep(face: Seen) -> Seen:
    if Purpose.NUMBERS not in face.purposes:
        return replace(face, student=None, name=None, reading=None, quality=None)
    return face if face.name is not None else replace(face, student=None)
