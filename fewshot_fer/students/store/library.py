"""The library of students: everything that is stored about people, and nothing else is.

Support sets are the truth; prototypes are derived from them. Every change happens whole or not
at all (see `store`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from fewshot_fer.errors import ConsentError, StudentError
from fewshot_fer.expressions import BASIC
from fewshot_fer.languages import Phrase
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.store.calibration import (
    Calibration,
    encode_calibration,
)
from fewshot_fer.students.store.class_page import write_page
from fewshot_fer.students.store.contents import (
    calibration_file,
    encode_reference,
    sidecar,
)
from fewshot_fer.students.store.names import (
    display_name,
    expression_name,
    known_expression,
)
from fewshot_fer.students.store.reader import LibraryReader, nobody
from fewshot_fer.students.store.records import (
    Consent,
    Keeps,
    NewReference,
    Purpose,
    Reference,
    Student,
    to_yaml,
)

Files = Mapping[str, bytes]
MOST_REFERENCES: Final = 500
"""Of a student: a hundred times what helps, and half of what fits into an export."""
_NO_EXPRESSION: Final = "removed an expression"


class Library(LibraryReader):
    """A folder of students; open it wherever you like, from as many processes as you like."""

    def create(
        self,
        name: str,
        consent: Consent | None,
        references: Sequence[NewReference] = (),
        *,
        keeps: Keeps = "images",
        keep_until: date | None = None,
        own_expressions: Sequence[str] = (),
        classes: Sequence[str] = (),
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
            classes=self.known_classes(classes),
        )
        with self.store.changing():
            if not namesake:
                self.refuse_namesake(student.name)
            files: dict[str, bytes] = {}
            student = self._having(student, references, files)
            self.store.create(student.id, to_yaml(student), files)
        self.tells("enrolled a student")
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
        self.tells("imported a student")

    def add(
        self, student_id: str, references: Sequence[NewReference], *, own: Sequence[str] = ()
    ) -> Student:
        """More references for a student, perhaps of new expressions of their own."""
        files: dict[str, bytes] = {}

        def change(student: Student) -> Student:
            names = [expression_name(name) for name in own]
            known = self.expressions(student)
            mine = (*student.own_expressions, *(n for n in names if n not in known))
            return self._having(replace(student, own_expressions=mine), references, files)

        return self._change(student_id, "added pictures", change, files)

    def drop(self, student_id: str, references: Sequence[Reference]) -> Student:
        """Fewer references for a student."""
        gone = set(references)
        return self._change(
            student_id,
            "deleted pictures",
            lambda s: replace(s, references=tuple(set(s.references) - gone)),
            forget=True,
        )

    def relabel(self, student_id: str, reference: Reference, expression: str) -> Student:
        """Say that a reference shows another expression; the picture itself stays as it is."""
        files: dict[str, bytes] = {}

        def change(student: Student) -> Student:
            name = known_expression(expression, self.expressions(student))
            moved = replace(student.reference(reference.sha), expression=name)
            files[moved.file] = self.read_file(student, reference.file)
            files[moved.sidecar] = self.read_file(student, reference.sidecar)
            left = tuple(one for one in student.references if one.sha != reference.sha)
            return replace(student, references=(*left, moved))

        return self._change(student_id, "relabelled a picture", change, files, forget=True)

    def rename(self, student_id: str, name: str) -> Student:
        """Another name to show; the id stays."""
        tidy = display_name(name)
        return self._change(
            student_id, "renamed a student", lambda s: replace(s, name=tidy), forget=True
        )

    def assign(self, student_id: str, classes: Sequence[str]) -> Student:
        """Say which classes a student is in."""
        known = self.known_classes(classes)
        return self._change(
            student_id, "changed a student's classes", lambda s: replace(s, classes=known)
        )

    def keep(self, student_id: str, until: date | None) -> Student:
        """Say until when the student may be kept."""
        return self._change(
            student_id, "changed a student's date", lambda s: replace(s, keep_until=until)
        )

    def agree(self, student_id: str, consent: Consent) -> Student:
        """Note what a student agrees to from now on; what that does not cover is deleted."""

        def change(student: Student) -> Student:
            after = replace(student, consent=consent)
            if Purpose.PICTURES in after.purposes:
                return after
            return replace(after, references=(), calibrations=(), own_expressions=())

        return self._change(student_id, "changed an agreement", change, forget=True)

    def remove(self, student_id: str) -> None:
        """Delete a student with everything that is known about them."""
        with self.store.changing():
            if self.stamp(student_id) is None:
                raise nobody(student_id)
            self._index.forget(student_id)
            self.store.remove(student_id)
        self.tells("deleted a student")

    def calibrate(self, student_id: str, calibration: Calibration) -> Student:
        """Add a calibration; the newest of a checkpoint is the one in use."""
        data = encode_calibration(calibration)
        sha = hashlib.sha256(data).hexdigest()

        def change(student: Student) -> Student:
            _refuse_unless_agreed(student)
            others = (c for c in student.calibrations if c != sha)
            return replace(student, calibrations=(*others, sha))

        files = {calibration_file(sha): data}
        return self._change(student_id, "recalibrated a student", change, files)

    def uncalibrate(self, student_id: str, sha: str) -> Student:
        """Take a calibration back, as if it had never been."""

        def change(student: Student) -> Student:
            if sha not in student.calibrations:
                raise StudentError(
                    Reason(Code.NO_CALIBRATION, count=0, beginning=sha), where=student_id
                )
            left = tuple(c for c in student.calibrations if c != sha)
            return replace(student, calibrations=left)

        return self._change(student_id, "took a recalibration back", change)

    def add_expression(self, name: str) -> str:
        """A new expression of the whole class."""
        tidy = expression_name(name)
        with self.store.changing():
            self.store.begin()
            write_page(self.folder, lambda p: replace(p, expressions=(*p.expressions, tidy)))
        self.tells("added an expression")
        return tidy

    def remove_expression(self, name: str, student_id: str | None = None) -> None:
        """Remove an expression of the class or of one student, with its references."""
        own = self.open(student_id).own_expressions if student_id else self.class_expressions()
        tidy = expression_name(name)
        if tidy not in own:
            raise StudentError(
                Phrase("{name!r} was not added here, so it cannot be removed.", name=tidy),
                next_step=Phrase("Added were: {names}.", names=", ".join(own) or "none"),
            )
        if student_id is not None:
            self._change(student_id, _NO_EXPRESSION, lambda s: _without(s, tidy), forget=True)
            return
        # The class's page comes last: what is cut off before is not done, and is done again.
        for one in [i for i in self.store.ids() if tidy in self.open(i).counts]:
            self._change(
                one, "", lambda s: s if tidy in s.own_expressions else _without(s, tidy),
                forget=True,
            )  # fmt: skip
        with self.store.changing():
            write_page(
                self.folder,
                lambda p: replace(p, expressions=tuple(n for n in p.expressions if n != tidy)),
            )
        self.tells(_NO_EXPRESSION)

    def _change(
        self,
        student_id: str,
        did: str,
        change: Callable[[Student], Student],
        files: Files | None = None,
        *,
        forget: bool = False,
    ) -> Student:
        """Change a student; `did` says what that is, or nothing where it is part of something."""
        with self.store.changing():
            before = self.open(student_id)
            after = change(before)
            after = replace(after, references=tuple(sorted(after.references)))
            if forget:
                self._index.forget(student_id)
            self.store.change(student_id, to_yaml(after), files or {}, forget=forget)
        if did:
            self.tells(did)
        return after

    def _having(
        self, student: Student, references: Sequence[NewReference], files: dict[str, bytes]
    ) -> Student:
        """The student with more references, whose files are added to `files`."""
        if references:
            _refuse_unless_agreed(student)
        known = self.expressions(student)
        added: set[Reference] = set(student.references)
        for new in references:
            tidy = replace(new, expression=known_expression(new.expression, known))
            reference, data = encode_reference(tidy, student.keeps)
            if reference in added:
                continue
            added.add(reference)
            files[reference.file] = data
            files[reference.sidecar] = sidecar(tidy, self.now())
        if len(added) > MOST_REFERENCES:
            raise StudentError(
                Phrase("A student has at most {most} pictures.", most=MOST_REFERENCES),
                next_step="Delete some first; five of each expression are enough.",
            )
        # Another checkpoint may not know these: there they are the student's own.
        beyond = {one.expression for one in added} & set(self.basic) - set(BASIC)
        own = dict.fromkeys((*student.own_expressions, *sorted(beyond)))
        return replace(student, references=tuple(sorted(added)), own_expressions=tuple(own))


def _refuse_unless_agreed(student: Student) -> None:
    """Raise unless pictures of a student, and what is computed from them, may be kept."""
    if Purpose.PICTURES not in student.purposes:
        raise ConsentError(Reason(Code.PICTURES_NOT_AGREED, name=student.name))


def _without(student: Student, expression: str) -> Student:
    return replace(
        student,
        own_expressions=tuple(n for n in student.own_expressions if n != expression),
        references=tuple(r for r in student.references if r.expression != expression),
    )
