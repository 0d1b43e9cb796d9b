"""Recording what a command watches, and forgetting what was recorded of a student."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from glob import escape
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from fewshot_fer.cli import people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fewshot_fer.classroom.records.recorder import Recorder
    from fewshot_fer.classroom.records.store import Store
    from fewshot_fer.classroom.view import View
    from fewshot_fer.errors import RecordError
    from fewshot_fer.settings import Settings


@dataclass(slots=True)
class Tape:
    """Records from the first view on: a source that cannot be opened leaves no empty session."""

    each: bool
    """Every enrolled student too."""
    session: int | None = None
    """Its number, from the first view on."""
    _recorder: Recorder | None = field(default=None, repr=False)

    @property
    def trouble(self) -> RecordError | None:
        """Why what is seen is not in the database yet."""
        return self._recorder.trouble if self._recorder is not None else None

    @property
    def what(self) -> str:
        """What is recorded, for the screen."""
        return "the class and every student" if self.each else "the class"

    def start(self, session: int, recorder: Recorder) -> None:
        """The session has a number and somebody who writes."""
        self.session, self._recorder = session, recorder

    def note(self, view: View) -> None:
        """One more view of the class."""
        if self._recorder is not None:
            self._recorder.note(_of_members(view))


@contextmanager
def recorded(
    settings: Settings, views: Iterator[View], *, each: bool
) -> Iterator[tuple[Tape, Iterator[View]]]:
    """The tape, and the views, each of which is noted before it is handed on."""
    from fewshot_fer.classroom.records.store import Store

    tape = Tape(each)
    with ExitStack() as until_the_end:
        store = until_the_end.enter_context(Store.open(settings.records))
        _catch_up(store, settings.records)

        def noted() -> Iterator[View]:
            for view in views:
                if tape.session is None:
                    until_the_end.callback(_forget_who_left, store, settings, tape)
                    _start(tape, store, settings, until_the_end)
                tape.note(view)
                yield view

        yield tape, noted()


def forget(settings: Settings, student: str) -> list[int]:
    """Delete all that was recorded of a student, where there is a record; in which sessions."""
    from fewshot_fer.classroom.records.store import Store

    file = _sqlite_file(settings.records)
    if file is not None and not file.exists():
        return []
    with Store.open(settings.records) as store:
        _catch_up(store, settings.records)  # Else they would come back with the next session.
        return store.forget(student)


def _start(tape: Tape, store: Store, settings: Settings, until_the_end: ExitStack) -> None:
    from fewshot_fer.classroom.records.recorder import Recorder

    session = store.begin(_class_name(settings), each=tape.each)
    file = _waiting(settings.records)
    backlog = file.with_name(f"{file.name}{session}")
    recorder = Recorder(store, session, each=tape.each, backlog=backlog)
    tape.start(session, until_the_end.enter_context(recorder))


def _catch_up(store: Store, records: str) -> None:
    """Bring in what sessions that were cut off left behind."""
    from fewshot_fer.classroom.records.backlog import catch_up

    file = _waiting(records)
    for left in sorted(file.parent.glob(f"{escape(file.name)}*")):
        catch_up(store, left)


def _forget_who_left(store: Store, settings: Settings, tape: Tape) -> None:
    """Who was deleted during the lesson may have been written once more while they were."""
    if tape.session is None or not tape.each or tape.trouble is not None:
        return
    here = {student.id for student in people.library(settings).students()}
    for student in set(store.students_of(tape.session)) - here:
        store.forget(student)


def _of_members(view: View) -> View:
    """The view, with faces of those who are not (or no longer) enrolled as nobody's."""
    if all(face.student is None or face.name is not None for face in view.seen):
        return view
    seen = tuple(face if face.name is not None else replace(face, student=None)
                 for face in view.seen)  # fmt: skip
    return replace(view, seen=seen)


def _class_name(settings: Settings) -> str:
    """The name of the students' folder, where one was chosen."""
    if settings.support_sets == type(settings).model_fields["support_sets"].default:
        return ""
    return settings.support_sets.resolve().name


def _waiting(records: str) -> Path:
    """What the files begin with in which a database's seconds wait, one file a session."""
    from fewshot_fer.classroom.records.engine import shown

    file = _sqlite_file(records)
    if file is None:
        # The same number is another session in another database.
        which = sha256(shown(records).encode()).hexdigest()[:8]
        file = Path(f"fewshot-fer-{which}.db")
    return file.with_name(f"{file.name}-waiting-")


def _sqlite_file(records: str) -> Path | None:
    """The file of an SQLite database."""
    from sqlalchemy import make_url

    from fewshot_fer.classroom.records.engine import shown

    address = make_url(shown(records))
    in_a_file = address.drivername == "sqlite" and address.database not in (None, "", ":memory:")
    return Path(str(address.database)) if in_a_file else None
