"""`fewshot-fer expressions`: what can be read beside the seven, of one student or the class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import options, people
from fewshot_fer.cli.show import output, panels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Group

    from fewshot_fer.students.store.library import Library
    from fewshot_fer.students.store.records import Summary

app = typer.Typer(no_args_is_help=True, help="Teach expressions that no data set has.")

Name = Annotated[str, typer.Argument(help="The expression, such as confused.")]
Student = Annotated[
    str | None, typer.Option(help="Of this student alone; else of the whole class.")
]


def register(whole: typer.Typer) -> None:
    """Add the group."""
    whole.add_typer(app, name="expressions", rich_help_panel=panels.STUDENTS)


@app.command()
def add(
    context: typer.Context,
    name: Name,
    pictures: Annotated[
        list[str],
        typer.Argument(
            help="With --student: picture files. For the class: STUDENT=FILE … of several students."
        ),
    ],
    student: Student = None,
    skip_refused: people.SkipRefused = False,
    skip_doubtful: people.SkipDoubtful = False,
    same_person: people.SamePerson = False,
    yes: people.Yes = False,
    checkpoint: options.Checkpoint = None,
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """Teach an expression from a few pictures; from then on it is one like any other."""
    from fewshot_fer.students import shown
    from fewshot_fer.students.custom_expressions import teach_class, teach_student

    settings = options.settings(context, checkpoint=checkpoint, support_sets=support_sets)
    enrolment = people.enrolment(
        settings,
        ask=people.interactive(as_json=as_json, yes=yes),
        skip_refused=skip_refused,
        as_json=as_json,
        same_person=same_person,
        skip_doubtful=skip_doubtful,
    )
    library = enrolment.roster.library
    if student is not None:
        files = [people.picture_of(name, path) for path in pictures]
        taught = [teach_student(enrolment, library.find(student).id, name, files)]
    else:
        taught = teach_class(enrolment, name, people.by_student(library, pictures, name))
    names = ", ".join(one.student.name for one in taught)
    output.show(
        {"expression": name, "students": [shown.enrolled(one) for one in taught]},
        as_json=as_json,
        picture=lambda: output.line(
            "\n".join(
                [
                    f"{name} is learnt, from pictures of {names}.",
                    *(f"{d.source}: {d.answered}" for one in taught for d in one.doubts),
                    *dict.fromkeys(one.unchecked for one in taught if one.unchecked),
                ]
            )
        ),
    )


@app.command("list")
def list_expressions(
    context: typer.Context,
    student: Student = None,
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """List the expressions that can be read, and whose they are."""
    from fewshot_fer.expressions import BASIC

    settings = options.settings(context, support_sets=support_sets)
    library = people.library(settings)
    own = library.find(student).own_expressions if student is not None else ()
    rows = [
        *((name, "everybody") for name in BASIC),
        *((name, "the class") for name in library.class_expressions()),
        *((name, "the student") for name in own),
    ]
    having = [] if student is not None else _having_own(library)
    output.show(
        {
            "expressions": [{"name": name, "of": whose} for name, whose in rows],
            "students_with_own": [one.id for one in having],
        },
        as_json=as_json,
        picture=lambda: _listed(rows, having),
    )


def _having_own(library: Library) -> list[Summary]:
    """Students with references of expressions that are neither basic nor the class's."""
    everybodys = set(library.expressions())
    return [one for one in library.students() if set(one.counts) - everybodys]


def _listed(rows: Sequence[tuple[str, str]], having: Sequence[Summary]) -> Group:
    from rich.console import Group

    table = output.table("Expressions", ("name", "of"), rows)
    if not having:
        return Group(table)
    names = ", ".join(one.name for one in having[:5]) + (", …" if len(having) > 5 else "")
    hint = f"`fewshot-fer expressions list --student {having[0].id}` shows a student's own."
    return Group(table, output.line(f"Some have expressions of their own: {names}. {hint}"))


@app.command()
def remove(
    context: typer.Context,
    name: Name,
    student: Student = None,
    yes: people.Yes = False,
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """Forget an expression with all its references."""
    settings = options.settings(context, support_sets=support_sets)
    library = people.library(settings)
    found = library.find(student) if student is not None else None
    whose = found.name if found is not None else "the class"
    people.sure(f"Forget {name} of {whose} with its references?", as_json=as_json, yes=yes)
    library.remove_expression(name, found.id if found is not None else None)
    output.show(
        {"removed": name},
        as_json=as_json,
        picture=lambda: output.line(f"{name} of {whose} is forgotten."),
    )
