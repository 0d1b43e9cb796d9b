"""Recorded sessions."""

from __future__ import annotations

from fewshot_fer.errors import MissingError
from fewshot_fer.records.store import Store
from fewshot_fer.reports import tables
from fewshot_fer.reports.compare import compare
from fewshot_fer.reports.page import page
from fewshot_fer.reports.summary import Report, read_report
from fewshot_fer.web.access.headers import REPORT
from fewshot_fer.web.api.shapes import sessions as shapes
from fewshot_fer.web.api.table import Call, Download, Group, Nothing
from fewshot_fer.web.api.tools import AnyCall

operation = Group("Sessions")
_ONE = "/sessions/{session}"


@operation("GET", "/sessions", shapes.Sessions)
def list_sessions(call: AnyCall) -> object:
    """List what was recorded."""
    with call.app.store() as store:
        return {"sessions": [tables.session_json(one) for one in store.sessions()]}


@operation("GET", _ONE, shapes.Report, query=shapes.Each)
def show_session(call: Call[shapes.Each, Nothing]) -> object:
    """Show a session.

    A number, or `latest`.
    """
    return tables.report_json(_report(call))


@operation("GET", f"{_ONE}/report", "text/html", query=shapes.Each)
def session_report(call: Call[shapes.Each, Nothing]) -> object:
    """The report to read, as one page."""
    found = _report(call)
    names = {one.id: one.name for one in call.app.library.students()}
    text = page(found, names if call.query.each else None)
    name = f"session-{found.recorded.session.id}.html"
    return Download(text.encode(), "text/html; charset=utf-8", name, policy=REPORT)


@operation("GET", f"{_ONE}/export", "text/csv", query=shapes.ExportQuery)
def export_session(call: Call[shapes.ExportQuery, Nothing]) -> object:
    """Every second as a table.

    CSV, JSON or Parquet.
    """
    kind = call.query.format
    with call.app.store() as store:
        number = _number(store, call.path["session"])
        data = tables.WRITERS[kind](tables.seconds(store, number, per_student=call.query.each))
    return Download(data, tables.MEDIA_TYPES[kind], f"session-{number}.{kind}")


@operation("GET", "/sessions/compare", shapes.SessionsCompared, query=shapes.CompareSessions)
def compare_sessions(call: Call[shapes.CompareSessions, Nothing]) -> object:
    """What changed from one session to another."""
    with call.app.store() as store:
        before, after = (
            store.read(_number(store, str(one))) for one in (call.query.before, call.query.after)
        )
        return tables.comparison_json(compare(before, after))


@operation("DELETE", _ONE, shapes.Deleted)
def delete_session(call: AnyCall) -> object:
    """Delete a session for good."""
    with call.app.store() as store:
        number = _number(store, call.path["session"])
        store.delete([number])
    return {"deleted": [number]}


def _report(call: Call[shapes.Each, Nothing]) -> Report:
    each = call.query.each
    with call.app.store() as store:
        number = _number(store, call.path["session"])
        found = read_report(store, number, per_student=each)
        if each and not found.students:
            raise MissingError(
                "This session holds no single students.",
                next_step="Leave `each` out. Students are recorded only where that was chosen.",
            )
        return found


def _number(store: Store, text: str) -> int:
    """The session meant, by its number or as `latest`."""
    known = [one.id for one in store.sessions()]
    if text == "latest" and known:
        return known[0]
    if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) in known:
        return int(text)
    raise MissingError("There is no such session.", next_step="GET /api/v1/sessions lists them.")
