"""The library's students as one recogniser sees them: references become prototypes here.

Prototypes are a pure function of (references, the calibration in use, the class's own
expressions, checkpoint). They are remembered only in memory, under everything that they
depend on, and never edited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import LibraryError
from fewshot_fer.expressions import BASIC
from fewshot_fer.students.calibration import Calibration
from fewshot_fer.students.interfaces import Prototypes, Reading, Recognises, Session
from fewshot_fer.students.library import Library
from fewshot_fer.students.records import Student
from fewshot_fer.students.vectors import Known, known_vectors

_TRIES = 3
# How far a class's expression lies from the middle of all: who has never shown it has references
# of everything else, and those win otherwise. Taught by three, recall on others at 1, 0.6 and 0.4:
# 61, 76, 75 % (KDEF20) and 46, 66, 68 % (JAFFE), false alarms 0.3, 0.7, 1.1 and 0.5, 0.6, 0.5 %.
_OWN_SHARE = 0.6


class Roster:
    """Every student's prototypes, always those of the library as it stands now."""

    def __init__(self, library: Library, recogniser: Recognises) -> None:
        self.library = library
        self.recogniser = recogniser
        self._remembered: dict[str, tuple[object, Prototypes]] = {}
        self._class_points: tuple[object, dict[str, Floats]] = ((), {})
        self._class_stamps: object = None

    def prototypes(self, student_id: str | None) -> Prototypes:
        """A student's prototypes with the calibration in use; None is nobody: the generic ones."""
        class_points = self.class_points()
        if student_id is None:
            return self.learn(*self._nothing(), class_points=class_points)
        key = (self.library.stamp(student_id), self._class_points[0])
        found = self._remembered.get(student_id)
        if found is not None and found[0] == key:
            return found[1]
        student, known = self.known(student_id)
        calibration = self.calibration_in_use(student)
        session = self.session(known, calibration) if calibration is not None else None
        prototypes = self.learn(known.z, known.labels, session=session, class_points=class_points)
        self._remembered[student_id] = key, prototypes
        return prototypes

    def learn(
        self,
        z: Floats,
        labels: Sequence[str],
        *,
        session: Session | None = None,
        class_points: Mapping[str, Floats] | None = None,
    ) -> Prototypes:
        """Prototypes from vectors [n,D], also of expressions that only the class has."""
        prior = self.recogniser.prior
        for name, point in (class_points or {}).items():
            prior = replace(
                prior, names=(*prior.names, name), means=np.vstack([prior.means, point])
            )
        return prior.learn(z, labels, session=session)

    def known(self, student_id: str) -> tuple[Student, Known]:
        """A student and their vectors, of one moment, though others may be writing."""
        for attempt in range(_TRIES):
            student = self.library.open(student_id)
            try:
                return student, known_vectors(self.library, self.recogniser, student)
            except LibraryError:
                if self.library.open(student_id) == student or attempt == _TRIES - 1:
                    raise
        raise AssertionError("unreachable")

    def read(self, z: Floats, student_id: str | None = None) -> Sequence[Reading]:
        """Name vectors [n,D] of one student, or of nobody in particular."""
        return self.prototypes(student_id).read(z)

    def session(self, known: Known, calibration: Calibration) -> Session:
        """What a calibration adds to what is known of a student."""
        prior = self.recogniser.prior
        return prior.recalibrate(
            self.learn(known.z, known.labels), calibration.z, calibration.labels
        )

    def calibrations(self, student: Student) -> list[tuple[str, Calibration]]:
        """A student's calibrations, oldest first."""
        return [(sha, self.library.calibration(student, sha)) for sha in student.calibrations]

    def calibration_in_use(self, student: Student) -> Calibration | None:
        """The newest calibration of this checkpoint; those of others wait for theirs."""
        fitting = [
            calibration
            for _, calibration in self.calibrations(student)
            if calibration.checkpoint == self.recogniser.checkpoint_hash
        ]
        return fitting[-1] if fitting else None

    def class_points(self) -> Mapping[str, Floats]:
        """Where the class's own expressions lie [D], with every person's offset removed."""
        stamps = self.library.stamps()
        if stamps is None or stamps != self._class_stamps:
            self._class_points = self._fresh_class_points()
            self._class_stamps = stamps
        return self._class_points[1]

    def _fresh_class_points(self) -> tuple[object, dict[str, Floats]]:
        """The points, with all that they depend on; the same points where that is the same."""
        names = self.library.class_expressions()
        everyone = self.library.students() if names else []
        showing = {n: [s.id for s in everyone if n in s.counts] for n in names}
        key = tuple(
            (name, tuple((one, self.library.stamp(one)) for one in ids))
            for name, ids in showing.items()
        )
        if key == self._class_points[0]:
            return self._class_points
        return key, {n: self._class_point(n, ids) for n, ids in showing.items() if ids}

    def _class_point(self, name: str, student_ids: Sequence[str]) -> Floats:
        """The mean over students of their pictures of it, each less their own offset [D]."""
        rows = []
        for student_id in student_ids:
            _, known = self.known(student_id)
            labels = np.array(known.labels)
            basic = np.isin(labels, BASIC)
            offset = self.learn(known.z[basic], list(labels[basic])).offset
            rows.append(known.z[labels == name].mean(axis=0) - offset)
        middle = self.recogniser.prior.means.mean(axis=0)
        return np.asarray(middle + _OWN_SHARE * (np.mean(rows, axis=0) - middle), np.float32)

    def _nothing(self) -> tuple[Floats, tuple[str, ...]]:
        return self.recogniser.vectors_of(np.zeros((0, 192, 192, 3), np.uint8)), ()
