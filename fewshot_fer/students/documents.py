"""Students, enrolments and recalibrations as other programs read them: one form for all fronts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from fewshot_fer.reasons import Code
from fewshot_fer.sentences import sentence
from fewshot_fer.students.enrolment.card import Learnt
from fewshot_fer.students.store.records import summary_of
from fewshot_fer.students.verdict import BeforeAfter

if TYPE_CHECKING:
    from fewshot_fer.students import recalibration
    from fewshot_fer.students.enrolment import cross_checks, gate
    from fewshot_fer.students.enrolment.enrolment import EnrolmentResult
    from fewshot_fer.students.enrolment.many import Standing
    from fewshot_fer.students.store import records
    from fewshot_fer.students.store.library import Library

# One short table a document, which reads better here than one class each.
# ruff: noqa: UP013
# fmt: off

Counts = Annotated[dict[str, int], Field(description="how many pictures, by expression")]

Consent = TypedDict("Consent", {
    "by": str, "at": str, "text": str, "language": str, "days": int | None, "sha256": str,
    "purposes": Sequence[str],
})
"""Who agreed, when, to which text and to what of it."""

Student = TypedDict("Student", {
    "student": Annotated[str, Field(description="the id")], "name": str, "created": str,
    "consent": Consent, "keeps": Literal["images", "vectors"], "keep_until": str | None,
    "own_expressions": Sequence[str], "references": Counts, "calibrations": Sequence[str],
    "classes": Sequence[str],
})
"""One student."""

StudentLine = TypedDict("StudentLine", {
    "student": str, "name": str, "created": str, "references": Counts, "calibrations": int,
    "keep_until": str | None, "classes": Sequence[str],
})
"""A line of the list."""

Refusal = TypedDict("Refusal", {
    "source": str, "expression": str,
    "code": Annotated[Code | None, Field(description="why, for programs, where it has a name")],
    "what": str, "next_step": str,
})
"""A picture that may not teach, why, and what to do."""

Doubt = TypedDict("Doubt", {
    "source": str, "expression": str, "looks_like": str, "code": Code, "what": str, "place": int,
    "kept": bool,
})
"""A picture that looks like another expression than it was sent as."""

Enrolled = TypedDict("Enrolled", {
    "student": str, "name": str, "references": Counts, "learnt": Sequence[Learnt],
    "helps_most": str | None, "gain": float, "refused": list[Refusal], "doubts": list[Doubt],
    "added": int, "unchecked": str | None,
})
"""What came of an enrolment."""

Asked = TypedDict("Asked", {"code": Code, "what": str})
"""What has to be answered before somebody can be enrolled."""

Waiting = TypedDict("Waiting", {"name": str, "asked": list[Asked], "refused": list[Refusal]})
"""Somebody of a class who could not be enrolled yet."""

EnrolledMany = TypedDict("EnrolledMany", {
    "enrolled": list[Enrolled], "waiting": list[Waiting], "left_out": list[str],
})
"""What came of enrolling a class: who is in, who waits, and which files and rows led nowhere."""

Recalibrated = TypedDict("Recalibrated", {
    "student": str, "calibration": str, "references": BeforeAfter | None,
    "kept_aside": BeforeAfter | None, "helped": bool | None, "in_words": str,
})
"""What a calibration brought."""

ClassList = TypedDict("ClassList", {
    "name": str, "students": Annotated[list[str], Field(description="ids")], "names": list[str],
})
"""A class of the teacher, and who is in it."""
# fmt: on


def class_lists(library: Library, names: Sequence[str]) -> list[ClassList]:
    """Classes and who is in them."""
    there = library.students()
    inside = {name: [one for one in there if name in one.classes] for name in names}
    return [
        {"name": name, "students": [s.id for s in found], "names": [s.name for s in found]}
        for name, found in inside.items()
    ]


def student(found: records.Student) -> Student:
    """A student."""
    consent = found.consent
    return {
        **line(summary_of(found)),
        "consent": {
            "by": consent.by,
            "at": consent.at.isoformat(),
            "text": consent.text,
            "language": consent.language,
            "days": consent.days,
            "sha256": consent.sha256,
            "purposes": sorted(consent.purposes),
        },
        "keeps": found.keeps,
        "own_expressions": found.own_expressions,
        "calibrations": found.calibrations,
    }


def line(found: records.Summary) -> StudentLine:
    """A line of the list of students."""
    return {
        "student": found.id,
        "name": found.name,
        "created": found.created.isoformat(),
        "references": dict(found.counts),
        "calibrations": found.calibrations,
        "keep_until": found.keep_until.isoformat() if found.keep_until else None,
        "classes": found.classes,
    }


def enrolled(came: EnrolmentResult, unread: Sequence[gate.Refusal] = ()) -> Enrolled:
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


def enrolled_many(
    came: Sequence[EnrolmentResult], waiting: Sequence[Standing], left_out: Sequence[str]
) -> EnrolledMany:
    """What came of enrolling a class: who is in, who waits and why, what led nowhere."""
    return {
        "enrolled": [enrolled(one) for one in came],
        "waiting": [
            {
                "name": one.who.name,
                "asked": [{"code": why.code, "what": sentence(why)} for why in one.asked],
                "refused": [refused(each) for each in one.refused],
            }
            for one in waiting
        ],
        "left_out": list(left_out),
    }


def refused(one: gate.Refusal) -> Refusal:
    """A picture that may not teach."""
    error = one.error
    return {
        "source": one.source,
        "expression": one.expression,
        "code": error.reason.code if error.reason else None,
        "what": error.what,
        "next_step": error.next_step,
    }


def doubt(one: cross_checks.Doubt) -> Doubt:
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


def recalibrated(came: recalibration.Recalibrated) -> Recalibrated:
    """What a recalibration brought."""
    return {
        "student": came.student,
        "calibration": came.calibration,
        "references": came.references,
        "kept_aside": came.kept_aside,
        "helped": came.helped,
        "in_words": came.in_words,
    }
