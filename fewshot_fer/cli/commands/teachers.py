"""`fewshot-fer teachers`: accounts of several teachers on one server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli.call import Answer, Call, command

if TYPE_CHECKING:
    from fewshot_fer.web.school.accounts import Teachers

app = typer.Typer(
    name="teachers",
    no_args_is_help=True,
    help="Accounts of several teachers on one server, each with classes of their own.",
)

Name = Annotated[str, typer.Argument(help="What the teacher signs in with.")]


@app.command()
@command("records", needs="web")
def add(call: Call, name: Name) -> Answer:
    """Add a teacher; the password is asked for, or made up and shown once."""
    password, made_up = _password(call)
    accounts = _accounts(call)
    made = accounts.add(name, password)
    call.audit.note("added a teacher")
    said = f"{made.name} can sign in. Everything of theirs lies in {accounts.folder_of(made)}."
    if made_up:
        said += f"\nTheir password, shown only here: {password}"
    document = {"id": made.id, "name": made.name, "password": password if made_up else None}
    return Answer(document, said)


@app.command("list")
@command("records", needs="web")
def show(call: Call) -> Answer:
    """List the teachers, and where their classes lie."""
    accounts = _accounts(call)
    found = [
        {"id": one.id, "name": one.name, "folder": str(accounts.folder_of(one))}
        for one in accounts.listed()
    ]
    said = "\n".join(f"{one['name']}: {one['folder']}" for one in found)
    return Answer({"teachers": found}, said or "There is one teacher, the server's own.")


@app.command()
@command("yes", "records", needs="web")
def remove(call: Call, name: Name) -> Answer:
    """Delete a teacher with all students, sessions and links of theirs."""
    accounts = _accounts(call)
    found = accounts.named(name)
    call.sure(f"Delete {found.name} with all their students and recorded sessions for good?")
    accounts.remove(found)
    call.audit.note("removed a teacher")
    return Answer({"removed": found.name}, f"{found.name} is gone, with everything of theirs.")


@app.command("password")
@command("records", needs="web")
def another_password(call: Call, name: Name) -> Answer:
    """Give a teacher another password; where they are signed in, that ends."""
    accounts = _accounts(call)
    found = accounts.named(name)
    password, made_up = _password(call)
    accounts.set_password(found, password)
    call.audit.note("set a teacher's password")
    said = f"{found.name} has another password" + (f", shown only here: {password}" * made_up)
    return Answer({"name": found.name, "password": password if made_up else None}, f"{said}.")


def _accounts(call: Call) -> Teachers:
    from fewshot_fer.records.folders import web_folder, web_holds
    from fewshot_fer.web.access.files import Place
    from fewshot_fer.web.school.accounts import Teachers

    place = Place(web_folder(call.settings.records), web_holds(call.settings))
    return Teachers(place, time.time)


def _password(call: Call) -> tuple[str, bool]:
    """A new password, and whether nobody has seen it yet."""
    from fewshot_fer.web.access import passwords

    typed = ""
    if call.has_terminal:
        typed = typer.prompt(
            "Password (empty: make one up)", "", hide_input=True, show_default=False, err=True
        )
    return typed or passwords.made_up(), not typed
