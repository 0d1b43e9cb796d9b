"""Few-shot learning: references of the library become prototypes, as one recogniser sees them.

Prototypes are a pure function of (references, the calibration in use, the class's own
expressions, checkpoint). They are remembered only in memory, under everything that they
depend on, and never edited.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import LibraryError
from fewshot_fer.measures import NO_PORTRAITS
from fewshot_fer.prototypes import EVEN, BaseRates
from fewshot_fer.prototypes.classwide import (
    Teacher,
    learn_class_expression,
)
from fewshot_fer.prototypes.prior import ClassExpression
from fewshot_fer.prototypes.prototypes import Prototypes, Reading
from fewshot_fer.prototypes.session_shift import SessionShift
from fewshot_fer.reasons import Code
from fewshot_fer.students.store.calibration import DAMAGED, Calibration
from fewshot_fer.students.store.contents import fits
from fewshot_fer.students.store.interfaces import Recognises, space_of
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import Student
from fewshot_fer.students.store.vectors import StudentVectors, known_vectors

_log = logging.getLogger(__name__)
_TRIES = 3
Taught = tuple[object, tuple[ClassExpression, ...]]


class Roster:
    """Every student's prototypes, always those of the library as it stands now."""

    def __init__(self, library: Library, recogniser: Recognises) -> None:
        self.library = library
        self.recogniser = recogniser
        self._remembered: dict[str, tuple[object, Prototypes]] = {}
        self._taught: Taught = ((), ())
        self._class_stamps: object = None

    def prototypes(self, student_id: str | None) -> Prototypes:
        """A student's prototypes with the calibration in use; None is nobody: the generic ones."""
        about_class, taught = self._taught_now()
        if student_id is None:
            nothing = self.recogniser.vectors_of(NO_PORTRAITS)
            return self.learn(nothing, (), class_expressions=taught)
        key = (self.library.stamp(student_id), about_class)
        found = self._remembered.get(student_id)
        if found is not None and found[0] == key:
            return found[1]
        student, known = self.known(student_id)
        calibration = self.calibration_in_use(student)
        session = self.session(known, calibration) if calibration is not None else None
        prototypes = self.learn(known.z, known.labels, session=session, class_expressions=taught)
        self._remembered[student_id] = key, prototypes
        return prototypes

    def forget_who_left(self) -> None:
        """Remember nobody who is not enrolled any more."""
        here = {one.id for one in self.library.students()} if self._remembered else set()
        for student in set(self._remembered) - here:
            self._remembered.pop(student, None)

    def stamp(self, student_id: str) -> object:
        """Changes whenever a student's prototypes do: by what they, or the class, were taught."""
        return self.library.stamp(student_id), self._taught_now()[0]

    def learn(
        self,
        z: Floats,
        labels: Sequence[str],
        *,
        session: SessionShift | None = None,
        class_expressions: Sequence[ClassExpression] = (),
    ) -> Prototypes:
        """Prototypes from vectors [n,D], also of expressions that only the class has."""
        prior = self.recogniser.prior.knowing(class_expressions)
        return prior.learn(z, labels, session=session)

    def known(self, student_id: str) -> tuple[Student, StudentVectors]:
        """A student and their vectors, of one moment, though others may be writing."""
        for attempt in range(_TRIES):
            student = self.library.open(student_id)
            try:
                return student, known_vectors(self.library, self.recogniser, student)
            except LibraryError:
                if self.library.open(student_id) == student or attempt == _TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def read(
        self, z: Floats, student_id: str | None = None, rates: BaseRates = EVEN
    ) -> Sequence[Reading]:
        """Name vectors [n,D] of one student, or of nobody in particular."""
        return self.prototypes(student_id).read(z, rates=rates)

    def session(self, known: StudentVectors, calibration: Calibration) -> SessionShift:
        """What a calibration adds to what is known of a student."""
        prior = self.recogniser.prior
        return prior.recalibrate(
            self.learn(known.z, known.labels), calibration.z, calibration.labels
        )

    def calibrations(self, student: Student) -> list[tuple[str, Calibration]]:
        """A student's calibrations, oldest first."""
        return [(sha, self.calibration(student, sha)) for sha in student.calibrations]

    def calibration(self, student: Student, sha: str) -> Calibration:
        """One of a student's calibrations; a damaged one is of no checkpoint, so never in use."""
        try:
            found = self.library.calibration(student, sha)
        except LibraryError as error:
            if not error.has(Code.FILE_DAMAGED):
                raise
            return DAMAGED
        return found if fits(space_of(self.recogniser), found.z, found.checkpoint) else DAMAGED

    def calibration_in_use(self, student: Student) -> Calibration | None:
        """The newest calibration of this checkpoint; those of others wait for theirs."""
        newest_first = (self.calibration(student, sha) for sha in reversed(student.calibrations))
        here = self.recogniser.checkpoint_hash
        return next((one for one in newest_first if one.checkpoint == here), None)

    def class_expressions(self) -> tuple[ClassExpression, ...]:
        """The class's own expressions, as those who showed them have taught them."""
        return self._taught_now()[1]

    def _taught_now(self) -> Taught:
        """The class's own expressions, with a key that changes whenever they do."""
        stamps = self.library.stamps()
        if stamps is None or stamps != self._class_stamps:
            self._taught = self._freshly_taught()
            self._class_stamps = stamps
        return self._taught

    def _freshly_taught(self) -> Taught:
        """The expressions, with all that they depend on; the same where that is the same."""
        names = self.library.class_expressions()
        everyone = self.library.students() if names else []
        showing = {n: [s.id for s in everyone if n in s.counts] for n in names}
        key = tuple(
            (name, tuple((one, self.library.stamp(one)) for one in ids))
            for name, ids in showing.items()
        )
        if key == self._taught[0]:
            return self._taught
        return key, tuple(self._learnt_of(n, ids) for n, ids in showing.items() if ids)

    def _learnt_of(self, name: str, student_ids: Sequence[str]) -> ClassExpression:
        """A class's expression from the pictures of those who show it."""
        teachers = []
        for student_id in student_ids:
            try:
                _, known = self.known(student_id)
            except LibraryError as error:  # Damaged, or deleted meanwhile: the others still teach.
                if self.library.stamp(student_id) is not None:  # No log holds who was deleted.
                    _log.warning("%s teaches nothing: %s", student_id, error.what)
                continue
            labels = np.array(known.labels)
            basic = np.isin(labels, self.recogniser.prior.names)
            if (labels == name).any():
                samples = known.z[labels == name]
                teachers.append(Teacher(samples, known.z[basic], labels[basic].tolist()))
        return learn_class_expression(self.recogniser.prior, name, teachers)
