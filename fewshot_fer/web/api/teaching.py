"""Expressions beside the basic ones, of the class or of one student."""

from __future__ import annotations

from typing import Final, Literal

from fastapi import APIRouter
from typing_extensions import TypedDict

from fewshot_fer.errors import MissingError
from fewshot_fer.students import documents
from fewshot_fer.students.custom_expressions import teach_class, teach_student
from fewshot_fer.students.documents import Enrolled
from fewshot_fer.students.enrolment.gate import Picture
from fewshot_fer.students.store.names import expression_name
from fewshot_fer.web.api.calls import Asked, Call, Operation
from fewshot_fer.web.api.tools import (
    PICTURES,
    AskedWithPictures,
    all_pictures,
    enrolment,
    student_of,
)

routes: Final = APIRouter(tags=["Expressions"], route_class=Operation)
_CLASS: Final = "/expressions/{expression}"
_OWN: Final = "/students/{student}/expressions/{expression}"

# One short table an answer, which reads better here than one class each.
# ruff: noqa: UP013
# fmt: off

Expression = TypedDict("Expression", {
    "name": str, "of": Literal["everybody", "the class", "the student"],
})
"""An expression, and whose it is."""

Expressions = TypedDict("Expressions", {
    "expressions": list[Expression], "students_with_own": list[str],
})
"""What can be read."""

Taught = TypedDict("Taught", {"expression": str, "students": list[Enrolled]})
"""An expression that was learnt, and from whom."""

Forgotten = TypedDict("Forgotten", {"removed": str})
"""An expression that is gone."""
# fmt: on


@routes.get("/expressions")
def list_expressions(call: Asked) -> Expressions:
    """List what can be read."""
    library = call.app.library
    everybodys = set(library.expressions())
    having = [one.id for one in library.students() if set(one.counts) - everybodys]
    return {"expressions": _everybodys(call), "students_with_own": having}


@routes.get("/students/{student}/expressions")
def list_own_expressions(call: Asked, student: str) -> Expressions:
    """List what can be read of a student."""
    theirs = call.app.library.own_expressions(student_of(call, student))
    own: list[Expression] = [{"name": name, "of": "the student"} for name in theirs]
    return {"expressions": [*_everybodys(call), *own], "students_with_own": []}


@routes.post(_CLASS, status_code=201, openapi_extra=PICTURES)
def teach_the_class(call: AskedWithPictures, expression: str) -> Taught:
    """Teach the class an expression.

    Fields named after students' ids hold their pictures; all are taken, or none.
    """
    by_student: dict[str, list[Picture]] = {}
    for picture in all_pictures(call):
        student = student_of(call, picture.expression)
        one = Picture(expression, picture.image, picture.source)
        by_student.setdefault(student.id, []).append(one)
    taught = teach_class(enrolment(call), expression, by_student)
    return {"expression": expression, "students": [documents.enrolled(one) for one in taught]}


@routes.post(_OWN, status_code=201, openapi_extra=PICTURES)
def teach_a_student(call: AskedWithPictures, student: str, expression: str) -> Taught:
    """Teach an expression of one student's own."""
    found = student_of(call, student)
    given = all_pictures(call, expression)
    taught = teach_student(enrolment(call), found.id, expression, given)
    return {"expression": expression, "students": [documents.enrolled(taught)]}


@routes.delete(_CLASS)
def remove_expression(call: Asked, expression: str) -> Forgotten:
    """Forget an expression of the class.

    With all pictures of it.
    """
    name = expression_name(expression)
    _known(name, call.app.library.class_expressions())
    call.app.library.remove_expression(name)
    return {"removed": name}


@routes.delete(_OWN)
def remove_own_expression(call: Asked, student: str, expression: str) -> Forgotten:
    """Forget an expression of one student.

    With all pictures of it.
    """
    name, found = expression_name(expression), student_of(call, student)
    _known(name, found.own_expressions)
    call.app.library.remove_expression(name, found.id)
    return {"removed": name}


def _everybodys(call: Call) -> list[Expression]:
    library = call.app.library
    return [
        *(Expression(name=name, of="everybody") for name in library.basic),
        *(Expression(name=name, of="the class") for name in library.class_expressions()),
    ]


def _known(name: str, added: tuple[str, ...]) -> None:
    if name not in added:
        raise MissingError(
            "This expression was not added here, so it cannot be removed.",
            next_step=f"Added were: {', '.join(added) or 'none'}.",
        )
