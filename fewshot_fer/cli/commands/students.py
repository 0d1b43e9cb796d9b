"""`fewshot-fer students`: who is in the library, and everything that can be done with them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fewshot_fer.cli import people
from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.options import ENROLMENT, Who
from fewshot_fer.cli.people import removed
from fewshot_fer.cli.show import output
from fewshot_fer.cli.show import students as view

app = typer.Typer(
    name="students", no_args_is_help=True, help="See, move and delete the students of the library."
)


@app.command("list")
@command("support_sets")
def list_students(
    call: Call,
    of: Annotated[
        str | None, typer.Option("--class", metavar="CLASS", help="Only those of one class.")
    ] = None,
) -> Answer:
    """List everybody, without opening a picture."""
    from fewshot_fer.students import documents
    from fewshot_fer.students.classes import of_class

    call.library.known_classes([] if of is None else [of])
    found = of_class(call.library, of or "")
    return Answer(
        {"students": [documents.line(student) for student in found]}, lambda: view.listed(found)
    )


@app.command()
@command("support_sets")
def show(call: Call, student: Who) -> Answer:
    """Show one student: consent, references, calibrations."""
    from fewshot_fer.students import documents

    found = call.library.find(student)
    return Answer(documents.student(found), lambda: view.page(found))


@app.command("enroll-many")
@command(*ENROLMENT)
def enroll_many(
    call: Call,
    source: Annotated[
        Path,
        typer.Argument(
            help="A folder or a zip of photographs named after students, with or without a list; "
            "or the list: a CSV with the columns name and photo."
        ),
    ],
    consent: Annotated[
        str | None,
        typer.Option(metavar="WHO", help="Who agreed, for all: recorded for each of them."),
    ] = None,
    agrees_to: Annotated[
        str, typer.Option(help="What they agreed to of it: pictures are due here.")
    ] = "read,numbers,pictures",
) -> Answer:
    """Enrol a whole class: one photograph a student is enough.

    Who cannot be enrolled yet is named with the reason, and the exit code is 1; but not where
    photographs only look like another expression and nobody could be asked.
    """
    from fewshot_fer.students import documents
    from fewshot_fer.students.enrolment.bundles import opened
    from fewshot_fer.students.enrolment.class_list import sort_out
    from fewshot_fer.students.enrolment.many import ClassTray, enrol_all, settle

    agreement = people.consent(call, consent, agrees_to)
    enrolment, tray = people.enrolment(call, some=True), ClassTray()
    with opened(source) as files, output.progress("Looking at photographs") as advance:
        tray.bring(sort_out(files, call.library.expressions()), enrolment.gate, advance)
    names = [one.name for one in call.library.students()]
    standing = tray.standing(enrolment.look, names)
    doubtful = [one for one in standing if one.doubtful]
    if doubtful and people.all_kept(call, [one.who.name for one in doubtful]):
        settle(doubtful)
        standing = tray.standing(enrolment.look, names)
    with output.progress("Enrolling") as advance:
        came = enrol_all(standing, enrolment, agreement, progress=advance)
    waiting = [one for one in standing if not one.ready]
    strict = call.given["skip_doubtful"] or people.asks_of_doubts(call)
    wanting = [one for one in waiting if strict or not one.doubtful]
    return Answer(
        documents.enrolled_many(came, waiting, tray.left_out),
        lambda: view.enrolled_many(came, waiting, tray.left_out),
        fine=not wanting and not tray.left_out,
    )


@app.command()
@command("yes", "support_sets")
def drop(
    call: Call,
    student: Who,
    references: Annotated[
        list[str], typer.Argument(help="Beginnings of references, as `students show` lists them.")
    ],
) -> Answer:
    """Take single references of a student back; the others stay."""
    from fewshot_fer.students import documents

    found = call.library.find(student)
    gone = [found.reference(beginning) for beginning in references]
    what = ", ".join(f"{one.expression} {one.sha[:8]}" for one in gone)
    call.sure(f"Delete {what} of {found.name} for good?")
    left = call.library.drop(found.id, gone)
    return Answer(documents.student(left), lambda: view.page(left))


@app.command()
@command("support_sets")
def relabel(
    call: Call,
    student: Who,
    reference: Annotated[
        str, typer.Argument(help="The beginning of a reference, as `students show` lists it.")
    ],
    expression: Annotated[str, typer.Argument(help="What it shows.")],
) -> Answer:
    """Say that a reference of a student shows another expression."""
    from fewshot_fer.students import documents

    found = call.library.find(student)
    changed = call.library.relabel(found.id, found.reference(reference), expression)
    return Answer(documents.student(changed), lambda: view.page(changed))


@app.command()
@command("support_sets")
def rename(
    call: Call,
    student: Who,
    name: Annotated[str, typer.Argument(help="The new name to show.")],
) -> Answer:
    """Give a student another name; the id stays."""
    from fewshot_fer.students import documents

    renamed = call.library.rename(call.library.find(student).id, name)
    return Answer(documents.student(renamed), lambda: view.page(renamed))


@app.command()
@command("support_sets")
def export(
    call: Call,
    student: Who,
    target: Annotated[Path, typer.Argument(help="A zip file to write, or a folder.")],
) -> Answer:
    """Write a student to one zip."""
    from fewshot_fer.students.store.moving import export_student

    found = call.library.find(student)
    path = export_student(call.library, found.id, target)
    return Answer(
        {"student": found.id, "path": path},
        f"{found.name} is in {path}. It holds pictures: keep it as safe as they are.",
    )


@app.command("import")
@command("support_sets")
def import_students(
    call: Call,
    sources: Annotated[list[Path], typer.Argument(help="Zips that `students export` wrote.")],
    as_new: Annotated[
        bool, typer.Option("--as-new", help="Give a new id, where this one is taken.")
    ] = False,
) -> Answer:
    """Bring students in from zips; each is checked before anything is stored."""
    from fewshot_fer.students import documents
    from fewshot_fer.students.store.moving import import_student
    from fewshot_fer.students.store.names import random_id

    found = [
        import_student(call.library, source, as_new=random_id() if as_new else None)
        for source in sources
    ]
    return Answer(
        {"students": [documents.student(student) for student in found]},
        "\n".join(f"{student.name} is here ({student.id})." for student in found),
    )


@app.command()
@command("yes", "support_sets")
def remove(call: Call, student: Who) -> Answer:
    """Delete a student with everything that is known about them, as when consent is withdrawn."""
    found = call.library.find(student)
    call.sure(f"Delete {found.name} ({found.id}) with {len(found.references)} references for good?")
    sessions = removed(call, found.id)
    return Answer(
        {"removed": [found.id], "sessions": sessions},
        f"{found.name} is deleted, and from {len(sessions)} recorded sessions too. "
        f"{call.audit.copies()}".strip(),
    )


@app.command()
@command("yes", "support_sets")
def agree(
    call: Call,
    student: Who,
    to: Annotated[
        str,
        typer.Argument(metavar="PURPOSES", help="All that they agree to: read,numbers,pictures."),
    ],
    consent: Annotated[
        str | None, typer.Option(metavar="WHO", help="Who has read the agreement and agreed.")
    ] = None,
) -> Answer:
    """Note what a student agrees to from now on; what that does not cover is deleted."""
    from fewshot_fer.records.recording import agree as note
    from fewshot_fer.students import documents

    found, agreement = call.library.find(student), people.consent(call, consent, to)
    gone = sorted(found.purposes - agreement.purposes)
    if gone:
        call.sure(f"Delete what was kept of {found.name} for {', '.join(gone)}, for good?")
    after = note(call.library, call.settings.records, found.id, agreement)
    words = f"{after.name} agrees to {', '.join(sorted(after.purposes))}."
    return Answer(documents.student(after), words)


@app.command()
@command("yes", "support_sets")
def withdraw(
    call: Call,
    student: Who,
    purposes: Annotated[
        str, typer.Argument(help="What they take back: read, numbers, pictures, or several.")
    ],
) -> Answer:
    """Take back a part of what a student agreed to, and delete what was kept for it."""
    from dataclasses import replace

    from fewshot_fer.records.recording import agree as note
    from fewshot_fer.students import documents

    found, gone = call.library.find(student), frozenset(people.purposes(purposes))
    call.sure(f"Delete what was kept of {found.name} for {', '.join(sorted(gone))}, for good?")
    left = replace(found.consent, purposes=found.purposes - gone)
    after = note(call.library, call.settings.records, found.id, left)
    words = f"{after.name} agrees to {', '.join(sorted(after.purposes)) or 'nothing'} now."
    return Answer(documents.student(after), words)


@app.command()
@command("support_sets")
def verify(
    call: Call,
    student: Annotated[str | None, typer.Argument(help="One student; else everybody.")] = None,
) -> Answer:
    """Check every file's hash and say what is wrong; changes nothing."""
    from fewshot_fer.students.store.verify import verify as verified

    found = verified(call.library, call.library.find(student).id if student else None)
    return Answer(
        {"sound": not found, "problems": found}, lambda: view.problems(found), fine=not found
    )


@app.command()
@command("yes", "support_sets")
def expire(
    call: Call,
    older_than: Annotated[
        int | None, typer.Option(min=1, help="Also those enrolled more than so many days ago.")
    ] = None,
) -> Answer:
    """Delete those whose date has passed."""
    from datetime import timedelta

    from fewshot_fer.students.store.retention import due, expire

    age = timedelta(days=older_than) if older_than is not None else None
    names = [student.name for student in due(call.library, older_than=age)]
    if names:
        call.sure(f"Delete {', '.join(names)} for good?")
    gone = expire(
        call.library,
        older_than=age,
        remove=lambda one: removed(call, one),
    )
    return Answer(
        {"removed": [student.id for student in gone]},
        f"Deleted: {', '.join(student.name for student in gone) or 'nobody'}.",
    )
