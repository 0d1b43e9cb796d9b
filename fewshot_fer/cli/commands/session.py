"""`fewshot-fer session`: what was recorded, as a list, a report, a comparison, or gone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli.call import Answer, Call, command
from fewshot_fer.cli.show import sessionview

if TYPE_CHECKING:
    from fewshot_fer.records.store import Store
    from fewshot_fer.reports.summary import Report

app = typer.Typer(
    name="session", no_args_is_help=True, help="Recorded sessions: see, compare, export, delete."
)

Number = Annotated[
    int | None, typer.Argument(metavar="[SESSION]", help="Its number; else the latest.")
]
Each = Annotated[bool, typer.Option("--each", help="Every student too, where they were recorded.")]


@app.command("list")
@command("records")
def list_sessions(call: Call) -> Answer:
    """List what was recorded, the latest first."""
    from fewshot_fer.reports.tables import session_json

    with _store(call) as store:
        found = store.sessions()
    return Answer(
        {"sessions": [session_json(session) for session in found]},
        lambda: sessionview.listed(found),
    )


@app.command()
@command("records")
def show(call: Call, session: Number = None, each: Each = False) -> Answer:
    """Show a session in the terminal: the class, and with --each its students."""
    from fewshot_fer.reports.tables import report_json

    found = _report(call, session, each=each)
    return Answer(report_json(found), lambda: sessionview.page(found, _names(call)))


@app.command()
@command("records")
def rename(
    call: Call,
    session: Number = None,
    title: Annotated[str | None, typer.Option(help="What the lesson is called.")] = None,
    class_: Annotated[
        str | None, typer.Option("--class", metavar="CLASS", help="Which class it is of.")
    ] = None,
) -> Answer:
    """Give a session a title, or say which class it is of."""
    from fewshot_fer.reports import words
    from fewshot_fer.reports.tables import session_json

    if title is None and class_ is None:
        raise typer.BadParameter("say a --title or a --class")
    with _store(call) as store:
        number = store.find(session).id
        store.rename(number, title=title, class_name=class_)
        found = store.find(number)
    return Answer(session_json(found), f"Session {number} is {words.title(found)}.")


@app.command()
@command("records")
def report(
    call: Call,
    session: Number = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Else session-NUMBER.html.")
    ] = None,
    each: Each = False,
) -> Answer:
    """Write the report: one HTML file that needs no network, to read, print or send."""
    from fewshot_fer.files import write_atomically
    from fewshot_fer.reports.page import page

    found = _report(call, session, each=each)
    number = found.recorded.session.id
    path = to or Path(f"session-{number}.html")
    write_atomically(path, page(found, _names(call) if each else None).encode())
    return Answer(
        {"session": number, "path": path, "students": len(found.students)},
        f"The report is in {path}.",
    )


@app.command()
@command("records")
def compare(
    call: Call,
    before: Annotated[int, typer.Argument(help="The number of the earlier session.")],
    after: Annotated[int, typer.Argument(help="The number of the later one.")],
) -> Answer:
    """Say what changed in the class from one session to another, and how sure that is."""
    from fewshot_fer.reports.compare import compare
    from fewshot_fer.reports.tables import comparison_json

    with _store(call) as store:
        found = compare(store.read(before), store.read(after))
    return Answer(comparison_json(found), lambda: sessionview.comparison(found))


@app.command()
@command("records")
def export(
    call: Call,
    target: Annotated[Path, typer.Argument(help="A file: .csv, .parquet or .json.")],
    session: Annotated[int | None, typer.Option(help="Its number; else the latest.")] = None,
    each: Each = False,
) -> Answer:
    """Write every second as a table: the class, or with --each its students."""
    from fewshot_fer.audit import EXPORTED_SESSION
    from fewshot_fer.files import write_atomically
    from fewshot_fer.reports import tables

    write = tables.WRITERS.get(target.suffix.casefold().removeprefix("."))
    if write is None:
        raise typer.BadParameter("the name must end in .csv, .parquet or .json")
    with _store(call) as store:
        number = store.find(session).id
        called = {one.id: one.name for one in call.library.students()}
        columns = tables.seconds(store, number, per_student=each, called=called)
    call.audit.note(EXPORTED_SESSION)
    beside = target.with_name(f"{target.stem}-columns.csv")
    write_atomically(target, write(columns))
    write_atomically(beside, tables.meanings(columns))
    rows = len(columns["second"])
    return Answer(
        {"session": number, "path": target, "rows": rows, "columns": beside},
        f"{rows} rows of session {number} are in {target}; what each column means is in {beside}.",
    )


@app.command()
@command("yes", "records")
def delete(
    call: Call,
    sessions: Annotated[list[int] | None, typer.Argument(help="Their numbers.")] = None,
    student: Annotated[
        str | None, typer.Option(help="Instead: all that was recorded of this student.")
    ] = None,
) -> Answer:
    """Delete sessions, or everything of one student, for good."""
    if bool(sessions) == bool(student):
        raise typer.BadParameter("name sessions, or one --student")
    if student:
        from fewshot_fer.records.recording import forget

        who = _id_of(call, student)
        call.sure(f"Delete all records of {student}?")
        touched = forget(call.settings.records, who)
        call.audit.note("deleted what was recorded of a student")
        return Answer(
            {"student": who, "sessions": touched},
            f"{student} is deleted from {len(touched)} sessions.",
        )
    with _store(call) as store:
        gone = [store.find(number).id for number in sessions or []]
        numbers = ", ".join(map(str, gone))
        call.sure(f"Delete session {numbers} for good?")
        store.delete(gone)
    call.audit.note(f"deleted {len(gone)} session{'s' * (len(gone) != 1)}")
    return Answer({"deleted": gone}, f"Deleted: {numbers}.")


def _store(call: Call) -> Store:
    from fewshot_fer.records.store import Retention, Store

    return Store.open(call.settings.records, retention=Retention.of(call.settings))


def _report(call: Call, session: int | None, *, each: bool) -> Report:
    from fewshot_fer.errors import RecordError
    from fewshot_fer.reports.summary import report_of

    with _store(call) as store:
        found = store.read(session, students=each)
        number, recorded = found.session.id, found.session.each
        if each and not found.students:
            raise RecordError(
                f"Nobody who is enrolled was seen in session {number}."
                if recorded
                else f"Session {number} holds no single students.",
                where=store.where,
                next_step="Leave --each out."
                + ("" if recorded else " Students are recorded only where that was chosen."),
            )
        return report_of(found, store.earlier(found.session) if each else ())


def _names(call: Call) -> dict[str, str]:
    """What to call students; who left the library is shown by the id."""
    return {student.id: student.name for student in call.library.students()}


def _id_of(call: Call, student: str) -> str:
    """The id of somebody who may have left the library already."""
    from fewshot_fer.errors import StudentError

    try:
        return call.library.find(student).id
    except StudentError:
        return student
