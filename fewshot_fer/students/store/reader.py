"""Reading the library: never waits for a writer, and never changes a student."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from fewshot_fer.arrays import Bytes
from fewshot_fer.embedding.checkpoint import EXPRESSION, Checkpoint
from fewshot_fer.errors import LibraryError, StudentError
from fewshot_fer.expressions import BASIC
from fewshot_fer.languages import Phrase
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.settings import Settings
from fewshot_fer.shipped import shipped_checkpoint
from fewshot_fer.students.store.calibration import (
    Calibration,
    decode_calibration,
)
from fewshot_fer.students.store.class_page import CLASS_PAGE, read_page
from fewshot_fer.students.store.contents import (
    Notes,
    Space,
    calibration_file,
    decode_notes,
    decode_portrait,
    names_on_page,
    not_readable,
    read_regular,
)
from fewshot_fer.students.store.index import Index, Stamp, is_settled, stamp_of
from fewshot_fer.students.store.names import (
    is_id,
    printable,
    random_id,
)
from fewshot_fer.students.store.records import (
    Reference,
    Student,
    Summary,
    from_yaml,
    summary_of,
)
from fewshot_fer.students.store.store import FORMAT_PAGE, PAGE, Store

if TYPE_CHECKING:
    from fewshot_fer.mirror import Mirror
    from fewshot_fer.shared import Shared


def utc_now() -> datetime:
    """The time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def is_part(name: str) -> bool:
    """Whether a file or folder of the library's is one of those that are shared."""
    return is_id(name) or name in (CLASS_PAGE.parts[0], FORMAT_PAGE)


def mirrored(
    settings: Settings, shared: Shared | None = None, name: str = "students"
) -> Mirror | None:
    """What makes the students' folder the same on several servers, where the settings say so."""
    if not settings.shared:
        return None
    from fewshot_fer.mirror import Mirror
    from fewshot_fer.shared import Shared

    return Mirror(shared or Shared(settings.shared), settings.support_sets, name, is_part)


class LibraryReader:
    """What is known of the students of a folder.

    `basic` are the expressions that a checkpoint knows, and that nobody has to teach; `space` is
    what its vectors look like.
    """

    def __init__(
        self,
        folder: Path | str,
        basic: tuple[str, ...] = BASIC,
        *,
        space: Space | None = None,
        now: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = random_id,
        patience: float = 10.0,
        mirror: Mirror | None = None,
    ) -> None:
        """`mirror` makes the folder the same on several servers."""
        self._mirror = mirror
        holds = mirror.changing if mirror is not None else nullcontext
        self.store = Store(Path(folder), patience=patience, named_by=names_on_page, holds=holds)
        self.basic, self.space = basic, space
        self.now = now
        self._new_id = new_id
        self.tells: Callable[[str], None] = lambda _: None
        """Is told of everything that is done with students, in words that name nobody."""
        self._index = Index(self.store, lambda student_id: summary_of(self.open(student_id)))
        self.store.tidy()
        self.take_in()

    @classmethod
    def of(cls, settings: Settings, mirror: Mirror | None = None) -> Self:
        """The library of the settings, for the expressions that their checkpoint knows."""
        folder = settings.checkpoint or shipped_checkpoint()
        found = Checkpoint.read(folder / EXPRESSION)
        space = Space(found.hash, found.width)
        mirror = mirror or mirrored(settings)
        return cls(settings.support_sets, found.card.names, space=space, mirror=mirror)

    def take_in(self) -> None:
        """Take in what other servers changed, where the library is shared."""
        if self._mirror is not None:
            self._mirror.take_in()

    @property
    def folder(self) -> Path:
        """Where the students are."""
        return self.store.folder

    def students(self) -> list[Summary]:
        """Every student, by name; no picture is read."""
        return self._index.summaries()

    def open(self, student_id: str) -> Student:
        """One student as they stand now."""
        page = self.store.home(student_id) / PAGE
        try:
            data = read_regular(page)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise nobody(student_id) from error
        except OSError as error:
            raise not_readable(page, error) from error
        student = from_yaml(student_id, data, where=str(page))
        known = self.expressions(student)
        return replace(
            student, references=tuple(r for r in student.references if r.expression in known)
        )

    def stamp(self, student_id: str) -> Stamp | None:
        """Changes whenever the student does; None once they are gone.

        Cheap enough for a live session to ask about everyone every second.
        """
        return stamp_of(self.store.home(student_id) / PAGE)

    def stamps(self) -> tuple[Stamp, Stamp | None] | None:
        """Changes whenever anything in the library does; None when that could not be told yet.

        Every change renames a folder or marks itself in the library's own folder.
        """
        stamp = stamp_of(self.folder)
        if stamp is None or not is_settled(stamp):
            return None
        return stamp, stamp_of(self.folder / CLASS_PAGE)

    def find(self, text: str) -> Student:
        """The student meant by an id or a name, or by the beginning of one."""
        wanted, everyone = text.strip(), self.students()
        folded = wanted.casefold()
        exact = [s for s in everyone if s.id == wanted]
        named = [s for s in everyone if s.name.casefold() == folded]
        begun = [
            s for s in everyone if s.id.startswith(wanted) or s.name.casefold().startswith(folded)
        ]
        for found in (exact, named, begun if wanted else []):
            if len(found) == 1:
                return self.open(found[0].id)
            if found:
                ids = ", ".join(f"{s.id} ({s.name})" for s in found[:5])
                raise StudentError(
                    Phrase(
                        "{number} students could be {wanted!r}.",
                        number=len(found),
                        wanted=printable(wanted),
                    ),
                    next_step=Phrase("Use an id: {ids}.", ids=ids),
                )
        raise nobody(wanted)

    def class_expressions(self) -> tuple[str, ...]:
        """The expressions that the whole class has beside the basic ones."""
        found = read_page(self.folder).expressions
        return tuple(name for name in found if name not in self.basic)

    def classes(self) -> tuple[str, ...]:
        """What the classes are called."""
        return read_page(self.folder).classes

    def own_expressions(self, student: Student) -> tuple[str, ...]:
        """The expressions that a student alone has beside the basic ones."""
        return tuple(name for name in student.own_expressions if name not in self.basic)

    def expressions(self, student: Student | None = None) -> tuple[str, ...]:
        """Every expression that a student (or the class) may have references of."""
        own = student.own_expressions if student is not None else ()
        return tuple(dict.fromkeys((*self.basic, *self.class_expressions(), *own)))

    def known_classes(self, names: Iterable[str]) -> tuple[str, ...]:
        """These classes, each of which is there."""
        there = self.classes()
        for name in names:
            if name not in there:
                raise StudentError(
                    f"There is no class {printable(name)!r}.",
                    next_step=f"There are: {', '.join(there)}." if there else "Add it first.",
                )
        return tuple(name for name in there if name in names)

    def portrait(self, student: Student, reference: Reference) -> Bytes:
        """A reference's picture [192,192,3]."""
        return decode_portrait(self.read_file(student, reference.file), where=reference.file)

    def notes(self, student: Student, reference: Reference) -> Notes:
        """What is known about a reference: its quality, where it came from, when."""
        data = self.read_file(student, reference.sidecar)
        return decode_notes(data, where=reference.sidecar)

    def calibration(self, student: Student, sha: str) -> Calibration:
        """One of a student's calibrations."""
        name = calibration_file(sha)
        return decode_calibration(self.read_file(student, name), where=name, space=self.space)

    def read_file(self, student: Student, name: str) -> bytes:
        """A file that a student's page names."""
        path = self.store.home(student.id) / name
        try:
            return read_regular(path)
        except FileNotFoundError as error:
            if self.stamp(student.id) is None:
                raise nobody(student.id) from error
            raise LibraryError(Reason(Code.FILE_MISSING), where=str(path)) from error
        except OSError as error:
            raise not_readable(path, error) from error


def nobody(text: str) -> StudentError:
    """The error for a student who is not here."""
    return StudentError(Reason(Code.NO_STUDENT, text=printable(text)))
