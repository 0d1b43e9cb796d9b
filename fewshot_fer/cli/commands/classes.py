"""`fewshot-fer classes`: the teacher's classes, and who is in each."""

from __future__ import annotations

from typing import Annotated

import typer

from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.show import output

app = typer.Typer(
    name="classes", no_args_is_help=True, help="Your classes, each with its own students."
)

Class = Annotated[str, typer.Argument(metavar="CLASS", help="What the class is called.")]
Students = Annotated[list[str] | None, typer.Argument(metavar="[STUDENT]...", help="Names or ids.")]


@app.command("list")
@command("support_sets")
def list_classes(call: Call) -> Answer:
    """List the classes and who is in them."""
    return _answer(call, *call.library.classes())


@app.command()
@command("support_sets")
def add(call: Call, name: Class, students: Students = None) -> Answer:
    """Add a class, or put more students into one that is there.

    A student may be in several. `live --class` watches the students of one class alone.
    """
    from fewshot_fer.students.classes import add_class, join

    who = [call.library.find(one).id for one in students or ()]
    if name not in call.library.classes():
        name = add_class(call.library, name)
    for student in who:
        join(call.library, name, student)
    return _answer(call, name)


@app.command()
@command("support_sets")
def take_out(call: Call, name: Class, students: Students = None) -> Answer:
    """Take students out of a class; they stay enrolled."""
    from fewshot_fer.students.classes import fill, of_class

    call.library.known_classes([name])
    gone = {call.library.find(one).id for one in students or ()}
    fill(call.library, name, {one.id for one in of_class(call.library, name)} - gone)
    return _answer(call, name)


@app.command()
@command("yes", "support_sets", "records")
def rename(
    call: Call, name: Class, new: Annotated[str, typer.Argument(help="The new name.")]
) -> Answer:
    """Give a class another name, also in what was recorded of it."""
    from fewshot_fer.records.folders import opened
    from fewshot_fer.students.classes import rename_class
    from fewshot_fer.students.store.names import display_name

    call.library.known_classes([name])
    new = display_name(new)
    if new in call.library.classes():
        call.sure(f"Put {name} and {new} together, for good?")
    with opened(call.settings.records) as store:
        store.rename_class(name, new)
    return _answer(call, rename_class(call.library, name, new))


@app.command()
@command("yes", "support_sets")
def remove(call: Call, name: Class) -> Answer:
    """Remove a class; its students and what was recorded stay."""
    from fewshot_fer.students.classes import remove_class

    call.library.known_classes([name])
    call.sure(f"Remove the class {name}? Its students stay.")
    remove_class(call.library, name)
    return Answer({"removed": name}, f"{name} is no class any more; its students stay.")


def _answer(call: Call, *names: str) -> Answer:
    """Classes with their students."""
    from fewshot_fer.students.documents import class_lists

    found = class_lists(call.library, names)
    return Answer(
        {"classes": found},
        lambda: (
            output.table(
                "Classes",
                ("class", "students", ""),
                (
                    (one["name"], len(one["students"]), ", ".join(one["names"]) or "nobody yet")
                    for one in found
                ),
            )
            if found
            else "There is no class yet: all students are one. `fewshot-fer classes add --help`."
        ),
    )
