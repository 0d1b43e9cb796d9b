"""`fewshot-fer session`: what was recorded, as a list, a report, a comparison, or gone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fewshot_fer.cli import options, people
from fewshot_fer.cli.show import output, panels, sessionview

if TYPE_CHECKING:
    from fewshot_fer.records.store import Store
    from fewshot_fer.reports.summary import Report
    from fewshot_fer.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Recorded sessions: see, compare, export, delete.")

Number = Annotated[
    int | None, typer.Argument(metavar="[SESSION]", help="Its number; else the latest.")
]
Records = Annotated[
    str | None, typer.Option(help="Another database, such as sqlite:///lessons.db.")
]
Each = Annotated[bool, typer.Option("--each", help="Every student too, where they were recorded.")]


def register(whole: typer.Typer) -> None:
    """Add the group."""
    whole.add_typer(app, name="session", rich_help_panel=panels.CLASS)


@app.command("list")
def list_sessions(
    context: typer.Context, records: Records = None, as_json: options.Json = False
) -> None:
    """List what was recorded, the latest first."""
    from fewshot_fer.reports.tables import session_json

    with _store(options.settings(context, records=records)) as store:
        found = store.sessions()
    output.show(
        {"sessions": [session_json(session) for session in found]},
        as_json=as_json,
        picture=lambda: sessionview.listed(found),
    )


@app.command()
def show(
    context: typer.Context,
    session: Number = None,
    each: Each = False,
    records: Records = None,
    as_json: options.Json = False,
) -> None:
    """Show a session in the terminal: the class, and with --each its students."""
    from fewshot_fer.reports.tables import report_json

    settings = options.settings(context, records=records)
    found = _report(settings, session, each=each)
    output.show(
        report_json(found),
        as_json=as_json,
        picture=lambda: sessionview.page(found, _names(settings)),
    )


@app.command()
def report(
    context: typer.Context,
    session: Number = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Else session-NUMBER.html.")
    ] = None,
    each: Each = False,
    records: Records = None,
    as_json: options.Json = False,
) -> None:
    """Write the report: one HTML file that needs no network, to read, print or send."""
    from fewshot_fer.files import write_atomically
    from fewshot_fer.reports.page import page

    settings = options.settings(context, records=records)
    found = _report(settings, session, each=each)
    path = to or Path(f"session-{found.recorded.session.id}.html")
    write_atomically(path, page(found, _names(settings) if each else None).encode())
    output.show(
        {"session": found.recorded.session.id, "path": path, "students": len(found.students)},
        as_json=as_json,
        picture=lambda: output.line(f"The report is in {path}."),
    )


@app.command()
def compare(
    context: typer.Context,
    before: Annotated[int, typer.Argument(help="The number of the earlier session.")],
    after: Annotated[int, typer.Argument(help="The number of the later one.")],
    records: Records = None,
    as_json: options.Json = False,
) -> None:
    """Say what changed in the class from one session to another, and how sure that is."""
    from fewshot_fer.reports.compare import compare

    with _store(options.settings(context, records=records)) as store:
        found = compare(store.read(before), store.read(after))
    output.show(
        {
            "before": found.before.id,
            "after": found.after.id,
            "coverage": {"before": found.coverage[0], "after": found.coverage[1]},
            "changes": found.changes,
        },
        as_json=as_json,
        picture=lambda: sessionview.comparison(found),
    )


@app.command()
def export(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(help="A file: .csv, .parquet or .json.")],
    session: Annotated[int | None, typer.Option(help="Its number; else the latest.")] = None,
    each: Each = False,
    records: Records = None,
    as_json: options.Json = False,
) -> None:
    """Write every second as a table: the class, or with --each its students."""
    from fewshot_fer.files import write_atomically
    from fewshot_fer.reports import tables

    writers = {".csv": tables.as_csv, ".parquet": tables.as_parquet, ".json": tables.as_json}
    write = writers.get(target.suffix.casefold())
    if write is None:
        raise typer.BadParameter("the name must end in .csv, .parquet or .json")
    with _store(options.settings(context, records=records)) as store:
        found = store.read(session)
        columns = (
            tables.student_columns(store.student_seconds(found.session), found.session.names)
            if each
            else tables.class_columns(found)
        )
    write_atomically(target, write(columns))
    rows = len(columns["second"])
    output.show(
        {"session": found.session.id, "path": target, "rows": rows},
        as_json=as_json,
        picture=lambda: output.line(f"{rows} rows of session {found.session.id} are in {target}."),
    )


@app.command()
def delete(
    context: typer.Context,
    sessions: Annotated[list[int] | None, typer.Argument(help="Their numbers.")] = None,
    student: Annotated[
        str | None, typer.Option(help="Instead: all that was recorded of this student.")
    ] = None,
    yes: people.Yes = False,
    records: Records = None,
    as_json: options.Json = False,
) -> None:
    """Delete sessions, or everything of one student, for good."""
    if bool(sessions) == bool(student):
        raise typer.BadParameter("name sessions, or one --student")
    settings = options.settings(context, records=records)
    if student:
        from fewshot_fer.records.recording import forget

        who = _id_of(settings, student)
        people.sure(f"Delete all records of {student}?", as_json=as_json, yes=yes)
        touched = forget(settings.records, who)
        document: dict[str, object] = {"student": who, "sessions": touched}
        words = f"{student} is deleted from {len(touched)} sessions."
    else:
        with _store(settings) as store:
            gone = [store.find(number).id for number in sessions or []]
            numbers = ", ".join(map(str, gone))
            people.sure(f"Delete session {numbers} for good?", as_json=as_json, yes=yes)
            store.delete(gone)
            document, words = {"deleted": gone}, f"Deleted: {numbers}."
    output.show(document, as_json=as_json, picture=lambda: output.line(words))


# ---------------------------------------------------------------------- what they share


def _store(settings: Settings) -> Store:
    from fewshot_fer.records.store import Store

    return Store.open(settings.records)


def _report(settings: Settings, session: int | None, *, each: bool) -> Report:
    from fewshot_fer.errors import RecordError
    from fewshot_fer.reports.summary import report_of

    with _store(settings) as store:
        found = store.read(session, students=each)
        if each and not found.students:
            nobody = f"Nobody who is enrolled was seen in session {found.session.id}."
            raise RecordError(
                nobody
                if found.session.each
                else f"Session {found.session.id} holds no single students.",
                where=store.where,
                next_step="Leave --each out."
                if found.session.each
                else "Leave --each out. Students are recorded only where that was chosen.",
            )
        return report_of(found, store.earlier(found.session) if each else ())


def _names(settings: Settings) -> dict[str, str]:
    """What to call students; who left the library is shown by the id."""
    return {student.id: student.name for student in people.library(settings).students()}


def _id_of(settings: Settings, student: str) -> str:
    """The id of somebody who may have left the library already."""
    from fewshot_fer.errors import StudentError

    try:
        return people.library(settings).find(student).id
    except StudentError:
        return student
