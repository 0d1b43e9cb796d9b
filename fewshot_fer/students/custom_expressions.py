"""Expressions that no data set has, taught from a few pictures: a student's or the class's.

The pictures of a class-wide expression stay with the students whom they show, so that
deleting a student deletes them too; the class keeps only the name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fewshot_fer.errors import FewshotFerError, StudentError
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.enrolment.enrolment import Enrolment, EnrolmentResult, Incoming
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.names import expression_name


def teach_student(
    enrolment: Enrolment, student_id: str, name: str, pictures: Sequence[Incoming]
) -> EnrolmentResult:
    """Teach an expression of one student's own."""
    return enrolment.add(student_id, pictures, own=[_new_name(name, enrolment.roster.library)])


def teach_class(
    enrolment: Enrolment, name: str, pictures: Mapping[str, Sequence[Incoming]]
) -> list[EnrolmentResult]:
    """Teach the class an expression from pictures by student; all of them or none."""
    library = enrolment.roster.library
    tidy = _new_name(name, library)
    if not pictures:
        raise StudentError(
            "There are no pictures to teach the class from.",
            next_step="Give some of several students, such as ANNA=a.jpg BEN=b.jpg.",
        )
    is_new = tidy not in library.class_expressions()
    library.add_expression(tidy)
    try:
        return [enrolment.add(student_id, taught) for student_id, taught in pictures.items()]
    except FewshotFerError:
        if is_new:
            library.remove_expression(tidy)
        raise


def _new_name(name: str, library: Library) -> str:
    tidy = expression_name(name)
    if tidy in library.basic:
        raise StudentError(Reason(Code.BASIC_EXPRESSION, name=tidy))
    return tidy
