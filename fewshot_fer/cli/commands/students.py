"""`fewshot-fer students`: who is in the library, and everything that can be done with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import options, people
from fewshot_fer.cli.show import output, panels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from fewshot_fer.students.store.records import Student, Summary
    from fewshot_fer.students.store.verify import Problem

app = typer.Typer(no_args_is_help=True, help="See, move and delete the students of the library.")


def register(whole: typer.Typer) -> None:
    """Add the group."""
    whole.add_typer(app, name="students", rich_help_panel=panels.STUDENTS)


@app.command("list")
def list_students(
    context: typer.Context, support_sets: options.SupportSets = None, as_json: options.Json = False
) -> None:
    """List everybody, without opening a picture."""
    from fewshot_fer.students import shown

    settings = options.settings(context, support_sets=support_sets)
    found = people.library(settings).students()
    output.show(
        {"students": [shown.line(student) for student in found]},
        as_json=as_json,
        picture=lambda: _list(found),
    )


@app.command()
def show(
    context: typer.Context,
    student: people.Who,
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """Show one student: consent, references, calibrations."""
    from fewshot_fer.students import shown

    settings = options.settings(context, support_sets=support_sets)
    found = people.library(settings).find(student)
    output.show(shown.student(found), as_json=as_json, picture=lambda: _page(found))


@app.command()
def drop(
    context: typer.Context,
    student: people.Who,
    references: Annotated[
        list[str], typer.Argument(help="Beginnings of references, as `students show` lists them.")
    ],
    yes: people.Yes = False,
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """Take single references of a student back; the others stay."""
    from fewshot_fer.students import shown

    settings = options.settings(context, support_sets=support_sets)
    library = people.library(settings)
    found = library.find(student)
    gone = [found.reference(beginning) for beginning in references]
    what = ", ".join(f"{one.expression} {one.sha[:8]}" for one in gone)
    people.sure(f"Delete {what} of {found.name} for good?", as_json=as_json, yes=yes)
    left = library.drop(found.id, gone)
    output.show(shown.student(left), as_json=as_json, picture=lambda: _page(left))


@app.command()
def rename(
    context: typer.Context,
    student: people.Who,
    name: Annotated[str, typer.Argument(help="The new name to show.")],
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """Give a student another name; the id stays."""
    from fewshot_fer.students import shown

    settings = options.settings(context, support_sets=support_sets)
    library = people.library(settings)
    renamed = library.rename(library.find(student).id, name)
    output.show(shown.student(renamed), as_json=as_json, picture=lambda: _page(renamed))


@app.command("export")
def export_student(
    context: typer.Context,
    student: people.Who,
    target: Annotated[Path, typer.Argument(help="A zip file to write, or a folder.")],
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """Write a student to one zip."""
    from fewshot_fer.students.store.moving import export_student

    settings = options.settings(context, support_sets=support_sets)
    library = people.library(settings)
    found = library.find(student)
    path = export_student(library, found.id, target)
    output.show(
        {"student": found.id, "path": path},
        as_json=as_json,
        picture=lambda: (
            f"{found.name} is in {path}. It holds pictures: keep it as safe as they are."
        ),
    )


@app.command("import")
def import_students(
    context: typer.Context,
    sources: Annotated[list[Path], typer.Argument(help="Zips that `students export` wrote.")],
    as_new: Annotated[
        bool, typer.Option("--as-new", help="Give a new id, where this one is taken.")
    ] = False,
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """Bring students in from zips; each is checked before anything is stored."""
    from fewshot_fer.students import shown
    from fewshot_fer.students.store.moving import import_student
    from fewshot_fer.students.store.names import random_id

    settings = options.settings(context, support_sets=support_sets)
    library = people.library(settings)
    found = [
        import_student(library, source, as_new=random_id() if as_new else None)
        for source in sources
    ]
    output.show(
        {"students": [shown.student(student) for student in found]},
        as_json=as_json,
        picture=lambda: output.line(
            "\n".join(f"{student.name} is here ({student.id})." for student in found)
        ),
    )


@app.command()
def remove(
    context: typer.Context,
    student: people.Who,
    yes: people.Yes = False,
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """Delete a student with everything that is known about them, as when consent is withdrawn."""
    from fewshot_fer.records.recording import remove_student

    settings = options.settings(context, support_sets=support_sets)
    library = people.library(settings)
    found = library.find(student)
    people.sure(
        f"Delete {found.name} ({found.id}) with {len(found.references)} references for good?",
        as_json=as_json,
        yes=yes,
    )
    sessions = remove_student(library, settings.records, found.id)
    output.show(
        {"removed": [found.id], "sessions": sessions},
        as_json=as_json,
        picture=lambda: output.line(
            f"{found.name} is deleted, and from {len(sessions)} recorded sessions too."
        ),
    )


@app.command()
def verify(
    context: typer.Context,
    student: Annotated[str | None, typer.Argument(help="One student; else everybody.")] = None,
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """Check every file's hash and say what is wrong; changes nothing."""
    from fewshot_fer.students.store.verify import verify as verified

    settings = options.settings(context, support_sets=support_sets)
    library = people.library(settings)
    problems = verified(library, library.find(student).id if student else None)
    output.show(
        {"sound": not problems, "problems": problems},
        as_json=as_json,
        picture=lambda: _problems(problems),
    )
    if problems:
        raise typer.Exit(1)


@app.command()
def expire(
    context: typer.Context,
    older_than: Annotated[
        int | None, typer.Option(min=1, help="Also those enrolled more than so many days ago.")
    ] = None,
    yes: people.Yes = False,
    support_sets: options.SupportSets = None,
    as_json: options.Json = False,
) -> None:
    """Delete those whose time is over."""
    from datetime import timedelta

    from fewshot_fer.records.recording import remove_student
    from fewshot_fer.students.store.retention import due, expire

    settings = options.settings(context, support_sets=support_sets)
    library = people.library(settings)
    age = timedelta(days=older_than) if older_than is not None else None
    names = [student.name for student in due(library, older_than=age)]
    if names:
        people.sure(f"Delete {', '.join(names)} for good?", as_json=as_json, yes=yes)
    gone = expire(
        library,
        older_than=age,
        remove=lambda student: remove_student(library, settings.records, student),
    )
    output.show(
        {"removed": [student.id for student in gone]},
        as_json=as_json,
        picture=lambda: output.line(f"Deleted: {', '.join(s.name for s in gone) or 'nobody'}."),
    )


def _list(found: Sequence[Summary]) -> Table | str:
    if not found:
        return "Nobody is enrolled yet. `fewshot-fer enroll --help` says how."
    return output.table(
        "Students",
        ("id", "name", "references", "calibrations", "enrolled", "kept until"),
        (
            (
                student.id,
                student.name,
                people.counts(dict(student.counts)),
                student.calibrations or "-",
                f"{student.created:%Y-%m-%d}",
                student.keep_until or "-",
            )
            for student in found
        ),
    )


def _page(student: Student) -> Table:
    consent = student.consent
    return output.table(
        "Student",
        ("", ""),
        (
            ("name", student.name),
            ("id", student.id),
            ("enrolled", f"{student.created:%Y-%m-%d %H:%M}"),
            ("consent", f"{consent.by}, {consent.at:%Y-%m-%d %H:%M}, text {consent.text}"),
            ("kept until", student.keep_until or "-"),
            ("keeps", student.keeps),
            ("references", people.counts(student.counts)),
            *(
                ("", f"{name}: {', '.join(one.sha[:8] for one in each)}")
                for name, each in student.by_expression().items()
            ),
            ("own expressions", ", ".join(student.own_expressions) or "none"),
            ("calibrations", len(student.calibrations) or "none"),
        ),
    )


def _problems(problems: Sequence[Problem]) -> Table | str:
    if not problems:
        return "Everything is as it should be."
    return output.table(
        "What is wrong",
        ("where", "what", "to do"),
        ((problem.where, problem.what, problem.next_step) for problem in problems),
    )
