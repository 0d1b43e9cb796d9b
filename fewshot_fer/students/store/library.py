"""The library of students: everything that is stored about people, and nothing else is.

Support sets are the truth; prototypes are derived from them. Reading never waits and
never changes a student; every change happens whole or not at all (see `store`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import ConsentError, LibraryError, StudentError
from fewshot_fer.expressions import BASIC
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.store.calibration import (
    Calibration,
    decode_calibration,
    encode_calibration,
)
from fewshot_fer.students.store.class_page import CLASS_PAGE, read_class, write_class
from fewshot_fer.students.store.contents import (
    calibration_file,
    decode_portrait,
    encode_reference,
    names_on_page,
    sidecar,
)
from fewshot_fer.students.store.index import Index, Stamp, is_settled, stamp_of
from fewshot_fer.students.store.names import (
    display_name,
    expression_name,
    known_expression,
    printable,
    random_id,
)
from fewshot_fer.students.store.records import (
    Consent,
    Keeps,
    NewReference,
    Reference,
    Student,
    Summary,
    from_yaml,
    summary_of,
    to_yaml,
)
from fewshot_fer.students.store.store import PAGE, Store

Files = Mapping[str, bytes]


def utc_now() -> datetime:
    """The time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


class Library:
    """A folder of students; open it wherever you like, from as many processes as you like."""

    def __init__(
        self,
        folder: Path | str,
        *,
        now: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = random_id,
        patience: float = 10.0,
    ) -> None:
        self.store = Store(Path(folder), patience=patience, named_by=names_on_page)
        self.now = now
        self._new_id = new_id
        self._index = Index(self.store, lambda student_id: summary_of(self.open(student_id)))
        self.store.tidy()

    @property
    def folder(self) -> Path:
        """Where the students are."""
        return self.store.folder

    # ------------------------------------------------------------------ reading

    def students(self) -> list[Summary]:
        """Every student, by name; no picture is read."""
        return self._index.summaries()

    def open(self, student_id: str) -> Student:
        """One student as they stand now."""
        page = self.store.home(student_id) / PAGE
        try:
            data = page.read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise _nobody(student_id) from error
        student = from_yaml(student_id, data, where=str(page))
        known = self._known(student)
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
        wanted = text.strip()
        everyone = self.students()
        exact = [s for s in everyone if s.id == wanted]
        named = [s for s in everyone if s.name.casefold() == wanted.casefold()]
        begun = [
            s
            for s in everyone
            if wanted
            and (s.id.startswith(wanted) or s.name.casefold().startswith(wanted.casefold()))
        ]
        for found in (exact, named, begun):
            if len(found) == 1:
                return self.open(found[0].id)
            if found:
                ids = ", ".join(f"{s.id} ({s.name})" for s in found[:5])
                raise StudentError(
                    f"{len(found)} students could be {printable(wanted)!r}.",
                    next_step=f"Use an id: {ids}.",
                )
        raise _nobody(wanted)

    def class_expressions(self) -> tuple[str, ...]:
        """The expressions that the whole class has beside the seven basic ones."""
        return read_class(self.folder)

    def expressions(self, student: Student | None = None) -> tuple[str, ...]:
        """Every expression that a student (or the class) may have references of."""
        own = student.own_expressions if student is not None else ()
        return tuple(dict.fromkeys((*BASIC, *self.class_expressions(), *own)))

    def portrait(self, student: Student, reference: Reference) -> Bytes:
        """A reference's picture [192,192,3]."""
        return decode_portrait(self.read_file(student, reference.file), where=reference.file)

    def notes(self, student: Student, reference: Reference) -> dict[str, Any]:
        """What is known about a reference: its quality, where it came from, when."""
        document = json.loads(self.read_file(student, reference.sidecar))
        return dict(document)

    def calibration(self, student: Student, sha: str) -> Calibration:
        """One of a student's calibrations."""
        name = calibration_file(sha)
        return decode_calibration(self.read_file(student, name), where=name)

    def read_file(self, student: Student, name: str) -> bytes:
        """A file that a student's page names."""
        path = self.store.home(student.id) / name
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            if self.stamp(student.id) is None:
                raise _nobody(student.id) from error
            raise LibraryError(Reason(Code.FILE_MISSING), where=str(path)) from error

    # ------------------------------------------------------------------ changing

    def create(
        self,
        name: str,
        consent: Consent | None,
        references: Sequence[NewReference] = (),
        *,
        keeps: Keeps = "images",
        keep_until: date | None = None,
        own_expressions: Sequence[str] = (),
        namesake: bool = True,
    ) -> Student:
        """Enrol a student; nothing is stored without consent, nor a namesake unless allowed."""
        if consent is None:
            raise ConsentError(Reason(Code.NOBODY_AGREED))
        student = Student(
            id=self._new_id(),
            name=display_name(name),
            created=self.now(),
            consent=consent,
            keeps=keeps,
            keep_until=keep_until,
            own_expressions=tuple(expression_name(own) for own in own_expressions),
        )
        with self.store.changing():
            if not namesake:
                self.refuse_namesake(student.name)
            student, files = self._with_references(student, references)
            self.store.create(student.id, to_yaml(student), files)
        return student

    def refuse_namesake(self, name: str) -> None:
        """Raise when a student has this name already."""
        for student in self.students():
            if student.name == name:
                raise StudentError(Reason(Code.NAMESAKE, name=name, student=student.id))

    def restore(self, student: Student, files: Files) -> None:
        """Put a student back as they were exported; they must not be here already."""
        with self.store.changing():
            self.store.create(student.id, to_yaml(student), files)

    def add(
        self, student_id: str, references: Sequence[NewReference], *, own: Sequence[str] = ()
    ) -> Student:
        """More references for a student, perhaps of new expressions of their own."""

        def change(student: Student) -> tuple[Student, Files]:
            names = [expression_name(name) for name in own]
            known = self.expressions(student)
            mine = (*student.own_expressions, *(n for n in names if n not in known))
            return self._with_references(replace(student, own_expressions=mine), references)

        return self._change(student_id, change)

    def drop(self, student_id: str, references: Sequence[Reference]) -> Student:
        """Fewer references for a student."""
        gone = set(references)
        return self._change(
            student_id,
            lambda s: (replace(s, references=tuple(set(s.references) - gone)), {}),
            forget=True,
        )

    def rename(self, student_id: str, name: str) -> Student:
        """Another name to show; the id stays."""
        tidy = display_name(name)
        return self._change(student_id, lambda s: (replace(s, name=tidy), {}), forget=True)

    def keep(self, student_id: str, until: date | None) -> Student:
        """Say until when the student may be kept."""
        return self._change(student_id, lambda s: (replace(s, keep_until=until), {}))

    def remove(self, student_id: str) -> None:
        """Delete a student with everything that is known about them."""
        with self.store.changing():
            if self.stamp(student_id) is None:
                raise _nobody(student_id)
            self._index.forget(student_id)
            self.store.remove(student_id)

    def calibrate(self, student_id: str, calibration: Calibration) -> Student:
        """Add a calibration; the newest of a checkpoint is the one in use."""
        data = encode_calibration(calibration)
        sha = hashlib.sha256(data).hexdigest()
        return self._change(
            student_id,
            lambda s: (
                replace(s, calibrations=(*(c for c in s.calibrations if c != sha), sha)),
                {calibration_file(sha): data},
            ),
        )

    def uncalibrate(self, student_id: str, sha: str) -> Student:
        """Take a calibration back, as if it had never been."""

        def change(student: Student) -> tuple[Student, Files]:
            if sha not in student.calibrations:
                raise StudentError(
                    Reason(Code.NO_CALIBRATION, count=0, beginning=sha), where=student_id
                )
            left = tuple(c for c in student.calibrations if c != sha)
            return replace(student, calibrations=left), {}

        return self._change(student_id, change)

    def add_expression(self, name: str) -> str:
        """A new expression of the whole class."""
        tidy = expression_name(name)
        with self.store.changing():
            self.store.begin()
            write_class(self.folder, (*self.class_expressions(), tidy))
        return tidy

    def remove_expression(self, name: str, student_id: str | None = None) -> None:
        """Remove an expression of the class or of one student, with its references."""
        own = self.open(student_id).own_expressions if student_id else self.class_expressions()
        tidy = expression_name(name)
        if tidy not in own:
            raise StudentError(
                f"{tidy!r} was not added here, so it cannot be removed.",
                next_step=f"Added were: {', '.join(own) or 'none'}.",
            )
        if student_id is not None:
            self._change(student_id, lambda s: (_without(s, tidy), {}), forget=True)
            return
        having = [s.id for s in self.students() if tidy in s.counts]
        with self.store.changing():
            write_class(self.folder, [n for n in self.class_expressions() if n != tidy])
        for one in having:
            self._change(one, lambda s: (s, {}), forget=True)

    # ------------------------------------------------------------------ within

    def _known(self, student: Student) -> frozenset[str]:
        return frozenset(self.expressions(student))

    def _change(
        self,
        student_id: str,
        change: Callable[[Student], tuple[Student, Files]],
        *,
        forget: bool = False,
    ) -> Student:
        with self.store.changing():
            before = self.open(student_id)
            after, files = change(before)
            after = replace(after, references=tuple(sorted(after.references)))
            if forget:
                self._index.forget(student_id)
            self.store.change(student_id, to_yaml(after), files, forget=forget)
        return after

    def _with_references(
        self, student: Student, references: Sequence[NewReference]
    ) -> tuple[Student, Files]:
        known = self.expressions(student)
        files: dict[str, bytes] = {}
        added: set[Reference] = set(student.references)
        for new in references:
            tidy = replace(new, expression=known_expression(new.expression, known))
            reference, data = encode_reference(tidy, student.keeps)
            if reference in added:
                continue
            added.add(reference)
            files[reference.file] = data
            files[reference.sidecar] = sidecar(tidy, self.now())
        return replace(student, references=tuple(sorted(added))), files


def _without(student: Student, expression: str) -> Student:
    return replace(
        student,
        own_expressions=tuple(n for n in student.own_expressions if n != expression),
        references=tuple(r for r in student.references if r.expression != expression),
    )


def _nobody(text: str) -> StudentError:
    return StudentError(Reason(Code.NO_STUDENT, text=printable(text)))
