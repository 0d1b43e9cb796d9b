"""Domain adaptation of a student to a lesson (recalibration), from one picture or many frames.

Nothing in the student's references is changed by it. Every calibration is a file of its
own; the newest of the running checkpoint is in use, and taking it back leaves no trace.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mode

import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import FaceError, LibraryError, StudentError
from fewshot_fer.languages import Phrase
from fewshot_fer.prototypes.prototypes import Prototypes
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.calibration import Calibration, thinned
from fewshot_fer.students.store.names import known_expression
from fewshot_fer.students.store.vectors import StudentVectors
from fewshot_fer.students.verdict import BeforeAfter, Score, harm_of, verdict

_FEWEST_TO_KEEP_ASIDE = 4


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """What a calibration brought, on the student's references and on frames kept aside."""

    student: str
    calibration: str
    references: BeforeAfter | None
    kept_aside: BeforeAfter | None

    def __str__(self) -> str:
        return self.in_words

    @property
    def helped(self) -> bool | None:
        """Whether the frames kept aside are read better; None where nothing tells."""
        if self.kept_aside is None:
            return None
        before, after = self.kept_aside.before, self.kept_aside.after
        if before.right is not None and after.right is not None and before.right != after.right:
            return after.right > before.right
        if round(before.unsure * before.pictures) != round(after.unsure * after.pictures):
            return after.unsure < before.unsure
        return None

    @property
    def in_words(self) -> str:
        """What it brought, plainly; and when it brought harm."""
        told, harm = verdict(self.helped, self.kept_aside), harm_of(self.references)
        return Phrase("{verdict} {harm}", verdict=told, harm=harm) if harm else told


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a student's history."""

    calibration: str
    in_words: str
    pictures: int
    in_use: bool
    set_aside: bool


def recalibrate(
    roster: Roster,
    student_id: str,
    z: Floats,
    labels: Sequence[str] | None,
    *,
    how: str,
) -> Recalibrated:
    """Learn a lesson's light and lens from its vectors [n,D]; store it; say what it brought."""
    student, known = roster.known(student_id)
    if not len(z):
        raise FaceError(Reason(Code.NO_USABLE_FACE), where=student.name)
    given = None
    if labels is not None:
        names = roster.library.expressions(student)
        given = tuple(known_expression(label, names) for label in labels)
    z, given = thinned(z, given)
    calibration = Calibration(
        z=z,
        labels=given,
        checkpoint=roster.recogniser.checkpoint_hash,
        made=roster.library.now(),
        how=how,
    )
    if roster.session(known, calibration).frames == 0:
        raise FaceError(Reason(Code.TOO_FEW_SURE), where=student.name)
    kept_aside = _kept_aside(roster, known, calibration)
    student = roster.library.calibrate(student_id, calibration)
    before = roster.learn(known.z, known.labels)
    after = _with(roster, known, calibration)
    return Recalibrated(
        student=student.id,
        calibration=student.calibrations[-1],
        references=_both(before, after, known.z, known.labels) if len(known.z) else None,
        kept_aside=kept_aside,
    )


def recalibrate_class(
    roster: Roster, samples: Mapping[str, Floats], *, label: str | None = None, how: str = "class"
) -> dict[str, Recalibrated | Reason]:
    """Everyone in view, from their vectors [n,D] by student id; a reason for who was left as is.

    Where no `label` says what all show, only confident frames count, and too few change nothing.
    Who clearly shows something else most of the time is left as they are.
    """
    results: dict[str, Recalibrated | Reason] = {}
    for student_id, z in samples.items():
        labels = None if label is None else [label] * len(z)
        try:
            if label is not None:
                clear = [one.expression for one in roster.read(z, student_id) if one.unsure is None]
                other = [name for name in clear if name != label]
                if 2 * len(other) > len(z):  # New light alone makes a look unsure.
                    raise FaceError(Reason(Code.NOT_AT_REST, expression=mode(other)))
            results[student_id] = recalibrate(roster, student_id, z, labels, how=how)
        except (FaceError, LibraryError) as error:
            if error.reason is None:
                raise
            results[student_id] = error.reason
    return results


def undo(roster: Roster, student_id: str, calibration: str | None = None) -> Entry:
    """Take a calibration back (the newest, or the one that begins so): as if it had never been."""
    entries = history(roster, student_id)
    if not entries:
        raise StudentError("This student has no calibration.", where=student_id)
    entry = entries[-1] if calibration is None else _named(entries, calibration)
    roster.library.uncalibrate(student_id, entry.calibration)
    return entry


def history(roster: Roster, student_id: str) -> list[Entry]:
    """A student's calibrations, oldest first."""
    found = roster.calibrations(roster.library.open(student_id))
    here = roster.recogniser.checkpoint_hash
    fitting = [sha for sha, calibration in found if calibration.checkpoint == here]
    return [
        Entry(
            calibration=sha,
            in_words=calibration.in_words,
            pictures=len(calibration.z),
            in_use=fitting[-1:] == [sha],
            set_aside=calibration.checkpoint != here,
        )
        for sha, calibration in found
    ]


def compare(roster: Roster, student_id: str, first: str, second: str) -> BeforeAfter:
    """The student's references as read with one calibration and with another.

    `none` stands for no calibration.
    """
    student, known = roster.known(student_id)
    entries = history(roster, student_id)

    def prototypes(name: str) -> Prototypes:
        if name == "none":
            return roster.learn(known.z, known.labels)
        entry = _named(entries, name)
        if entry.set_aside:
            raise StudentError(
                "This calibration belongs to another checkpoint; it is set aside until that "
                "one returns.",
                where=entry.in_words,
                next_step="Compare two of the running checkpoint.",
            )
        return _with(roster, known, roster.library.calibration(student, entry.calibration))

    return _both(prototypes(first), prototypes(second), known.z, known.labels)


def _kept_aside(
    roster: Roster, known: StudentVectors, calibration: Calibration
) -> BeforeAfter | None:
    """Every second frame teaches, the others tell whether it helped."""
    n = len(calibration.z)
    if n < _FEWEST_TO_KEEP_ASIDE:
        return None
    teaching, aside = np.arange(0, n, 2), np.arange(1, n, 2)
    labels = calibration.labels
    half = Calibration(
        z=calibration.z[teaching],
        labels=tuple(labels[i] for i in teaching) if labels is not None else None,
        checkpoint=calibration.checkpoint,
        made=calibration.made,
        how=calibration.how,
    )
    truth = tuple(labels[i] for i in aside) if labels is not None else None
    before = roster.learn(known.z, known.labels)
    return _both(before, _with(roster, known, half), calibration.z[aside], truth)


def _with(roster: Roster, known: StudentVectors, calibration: Calibration) -> Prototypes:
    session = roster.session(known, calibration)
    return roster.learn(known.z, known.labels, session=session)


def _both(
    before: Prototypes, after: Prototypes, z: Floats, truth: Sequence[str] | None
) -> BeforeAfter:
    return BeforeAfter(_score(before, z, truth), _score(after, z, truth))


def _score(prototypes: Prototypes, z: Floats, truth: Sequence[str] | None) -> Score:
    readings = prototypes.read(z)
    right = None
    if truth is not None:
        right = float(np.mean([r.expression == t for r, t in zip(readings, truth, strict=True)]))
    return Score(
        pictures=len(readings),
        right=right,
        confidence=float(np.mean([r.scores[r.expression] for r in readings])),
        unsure=float(np.mean([r.unsure is not None for r in readings])),
    )


def _named(entries: Sequence[Entry], beginning: str) -> Entry:
    found = [entry for entry in entries if beginning and entry.calibration.startswith(beginning)]
    if len(found) != 1:
        raise StudentError(Reason(Code.NO_CALIBRATION, count=len(found), beginning=beginning))
    return found[0]
