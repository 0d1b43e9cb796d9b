"""`fewshot-fer expressions`: what can be read beside the seven, of one student or the class."""

from __future__ import annotations

from typing import Annotated

import typer

from fewshot_fer.cli import people
from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.options import ENROLMENT
from fewshot_fer.cli.show import output
from fewshot_fer.sentences import sentence

app = typer.Typer(
    name="expressions", no_args_is_help=True, help="Teach expressions that no data set has."
)

Name = Annotated[str, typer.Argument(help="The expression, such as confused.")]
Student = Annotated[
    str | None, typer.Option(help="Of this student alone; else of the whole class.")
]


@app.command()
@command(*ENROLMENT)
def add(
    call: Call,
    name: Name,
    pictures: Annotated[
        list[str],
        typer.Argument(
            help="With --student: picture files. For the class: STUDENT=FILE … of several students."
        ),
    ],
    student: Student = None,
) -> Answer:
    """Teach an expression from a few pictures; from then on it is one like any other."""
    from fewshot_fer.students import documents
    from fewshot_fer.students.custom_expressions import teach_class, teach_student
    from fewshot_fer.students.enrolment.gate import picture_at

    enrolment = people.enrolment(call)
    if student is not None:
        files = [picture_at(name, path) for path in pictures]
        taught = [teach_student(enrolment, call.library.find(student).id, name, files)]
    else:
        taught = teach_class(enrolment, name, people.by_student(call.library, pictures, name))
    said = [
        f"{name} is learnt, from pictures of {', '.join(one.student.name for one in taught)}.",
        *(f"{doubt.source}: {doubt.answered}" for one in taught for doubt in one.doubts),
        *dict.fromkeys(sentence(one.unchecked) for one in taught if one.unchecked),
    ]
    return Answer(
        {"expression": name, "students": [documents.enrolled(one) for one in taught]},
        "\n".join(said),
    )


@app.command("list")
@command("support_sets")
def list_expressions(call: Call, student: Student = None) -> Answer:
    """List the expressions that can be read, and whose they are."""
    library = call.library
    own = library.own_expressions(library.find(student)) if student is not None else ()
    rows = [
        *((name, "everybody") for name in library.basic),
        *((name, "the class") for name in library.class_expressions()),
        *((name, "the student") for name in own),
    ]
    everybodys = set(library.expressions())
    having = [one for one in library.students() if student is None and set(one.counts) - everybodys]
    names = ", ".join(one.name for one in having[:5]) + (", …" if len(having) > 5 else "")
    hint = [
        f"Some have expressions of their own: {names}. "
        f"`fewshot-fer expressions list --student {one.id}` shows a student's own."
        for one in having[:1]
    ]
    return Answer(
        {
            "expressions": [{"name": name, "of": whose} for name, whose in rows],
            "students_with_own": [one.id for one in having],
        },
        lambda: output.page(output.table("Expressions", ("name", "of"), rows), *hint),
    )


@app.command()
@command("yes", "support_sets")
def remove(call: Call, name: Name, student: Student = None) -> Answer:
    """Forget an expression with all its references."""
    found = call.library.find(student) if student is not None else None
    whose = found.name if found is not None else "the class"
    call.sure(f"Forget {name} of {whose} with its references?")
    call.library.remove_expression(name, found.id if found is not None else None)
    return Answer({"removed": name}, f"{name} of {whose} is forgotten.")
