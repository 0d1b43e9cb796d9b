"""Students, enrolments and recalibrations as other programs read them: one form for all fronts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fewshot_fer.sentences import sentence
from fewshot_fer.students.store.records import summary_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fewshot_fer.students.enrolment.cross_checks import Doubt
    from fewshot_fer.students.enrolment.enrolment import EnrolmentResult
    from fewshot_fer.students.enrolment.gate import Refusal
    from fewshot_fer.students.recalibration import Recalibrated
    from fewshot_fer.students.store.records import Student, Summary

Document = dict[str, object]


def student(found: Student) -> Document:
    """A student."""
    return {
        **line(summary_of(found)),
        "consent": found.consent.document,
        "keeps": found.keeps,
        "own_expressions": found.own_expressions,
        "calibrations": found.calibrations,
    }


def line(found: Summary) -> Document:
    """A line of the list of students."""
    return {
        "student": found.id,
        "name": found.name,
        "created": found.created.isoformat(),
        "references": dict(found.counts),
        "calibrations": found.calibrations,
        "keep_until": found.keep_until.isoformat() if found.keep_until else None,
    }


def enrolled(came: EnrolmentResult, unread: Sequence[Refusal] = ()) -> Document:
    """What came of an enrolment; `unread` are pictures that could not even be looked at."""
    return {
        "student": came.student.id,
        "name": came.student.name,
        "references": came.student.counts,
        "learnt": came.card.learnt,
        "helps_most": came.card.helps_most,
        "gain": came.card.gain,
        "refused": [refused(one) for one in (*unread, *came.refused)],
        "doubts": [doubt(one) for one in came.doubts],
        "added": came.added,
        "unchecked": sentence(came.unchecked) if came.unchecked else None,
    }


def refused(one: Refusal) -> Document:
    """A picture that may not teach."""
    error = one.error
    return {
        "source": one.source,
        "expression": one.expression,
        "code": error.reason.code if error.reason else None,
        "what": error.what,
        "next_step": error.next_step,
    }


def doubt(one: Doubt) -> Document:
    """A picture that looks like another expression."""
    return {
        "source": one.source,
        "expression": one.expression,
        "looks_like": one.looks_like,
        "code": one.reason.code,
        "what": one.question,
        "place": one.place,
        "kept": one.kept,
    }


def recalibrated(came: Recalibrated) -> Document:
    """What a recalibration brought."""
    return {
        "student": came.student,
        "calibration": came.calibration,
        "references": came.references,
        "kept_aside": came.kept_aside,
        "helped": came.helped,
        "in_words": came.in_words,
    }
