"""Expressions beside the basic ones, of the class or of one student."""

from __future__ import annotations

from fewshot_fer.errors import MissingError
from fewshot_fer.students import documents
from fewshot_fer.students.custom_expressions import teach_class, teach_student
from fewshot_fer.students.enrolment.gate import Picture
from fewshot_fer.students.store.names import expression_name
from fewshot_fer.web.api.shapes import teaching as shapes
from fewshot_fer.web.api.shapes.students import Pictures
from fewshot_fer.web.api.table import Call, Group, Nothing
from fewshot_fer.web.api.tools import AnyCall, enrolment, pictures, student_of

operation = Group("Expressions")
_CLASS = "/expressions/{expression}"
_OWN = "/students/{student}/expressions/{expression}"


@operation("GET", "/expressions", shapes.Expressions)
def list_expressions(call: AnyCall) -> object:
    """List what can be read."""
    library = call.app.library
    everybodys = set(library.expressions())
    having = [one.id for one in library.students() if set(one.counts) - everybodys]
    return {"expressions": _everybodys(call), "students_with_own": having}


@operation("GET", "/students/{student}/expressions", shapes.Expressions)
def list_own_expressions(call: AnyCall) -> object:
    """List what can be read of a student."""
    theirs = call.app.library.own_expressions(student_of(call))
    own = [{"name": name, "of": "the student"} for name in theirs]
    return {"expressions": [*_everybodys(call), *own], "students_with_own": []}


@operation(
    "POST",
    _CLASS,
    shapes.Taught,
    body=Pictures,
    status=201,
    pictures="a student's id",
    errors=(404, 409),
)
def teach_the_class(call: Call[Nothing, Pictures]) -> object:
    """Teach the class an expression.

    Fields named after students' ids hold their pictures; all are taken, or none.
    """
    name = call.path["expression"]
    by_student: dict[str, list[Picture]] = {}
    for picture in pictures(call):
        student = student_of(call, picture.expression)
        one = Picture(name, picture.image, picture.source)
        by_student.setdefault(student.id, []).append(one)
    taught = teach_class(enrolment(call, call.body), name, by_student)
    return {"expression": name, "students": [documents.enrolled(one) for one in taught]}


@operation(
    "POST", _OWN, shapes.Taught, body=Pictures, status=201, pictures="anything", errors=(409,)
)
def teach_a_student(call: Call[Nothing, Pictures]) -> object:
    """Teach an expression of one student's own."""
    name, student = call.path["expression"], student_of(call)
    taught = teach_student(enrolment(call, call.body), student.id, name, pictures(call, name))
    return {"expression": name, "students": [documents.enrolled(taught)]}


@operation("DELETE", _CLASS, shapes.Forgotten)
def remove_expression(call: AnyCall) -> object:
    """Forget an expression of the class.

    With all pictures of it.
    """
    name = expression_name(call.path["expression"])
    _known(name, call.app.library.class_expressions())
    call.app.library.remove_expression(name)
    return {"removed": name}


@operation("DELETE", _OWN, shapes.Forgotten)
def remove_own_expression(call: AnyCall) -> object:
    """Forget an expression of one student.

    With all pictures of it.
    """
    name, student = expression_name(call.path["expression"]), student_of(call)
    _known(name, student.own_expressions)
    call.app.library.remove_expression(name, student.id)
    return {"removed": name}


def _everybodys(call: AnyCall) -> list[dict[str, str]]:
    library = call.app.library
    return [
        *({"name": name, "of": "everybody"} for name in library.basic),
        *({"name": name, "of": "the class"} for name in library.class_expressions()),
    ]


def _known(name: str, added: tuple[str, ...]) -> None:
    if name not in added:
        raise MissingError(
            "This expression was not added here, so it cannot be removed.",
            next_step=f"Added were: {', '.join(added) or 'none'}.",
        )
