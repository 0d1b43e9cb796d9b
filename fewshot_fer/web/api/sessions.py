"""Recorded sessions."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from fewshot_fer.audit import EXPORTED_SESSION
from fewshot_fer.errors import MissingError
from fewshot_fer.records.store import Store
from fewshot_fer.reports import tables, words
from fewshot_fer.reports.compare import compare
from fewshot_fer.reports.page import page
from fewshot_fer.reports.summary import Report, read_report
from fewshot_fer.reports.tables import MEDIA_TYPES, Session
from fewshot_fer.web import html
from fewshot_fer.web.access.headers import REPORT
from fewshot_fer.web.api.calls import Asked, Call, Operation, Shape, download, files

routes: Final = APIRouter(tags=["Sessions"], route_class=Operation)
_ONE: Final = "/sessions/{session}"
_HTML: Final = "text/html; charset=utf-8"

# One short table an answer, which reads better here than one class each.
# ruff: noqa: UP013

Sessions = TypedDict("Sessions", {"sessions": list[Session]})
"""What was recorded, the latest first."""

Deleted = TypedDict("Deleted", {"deleted": list[int]})
"""Sessions that are gone."""


class Each(Shape):
    """How much of a session."""

    each: bool = Field(default=False, description="every student too, where they were recorded")


class SessionChange(Shape):
    """What to change about a session; what is left out stays."""

    title: str | None = Field(default=None, max_length=200, description="the lesson's own name")
    class_name: str | None = Field(default=None, max_length=200)


class As(Each):
    """As what."""

    format: Literal["csv", "json", "parquet"] = "csv"


class Two(Shape):
    """Two sessions of one class."""

    before: int
    after: int


@routes.get("/sessions")
def list_sessions(call: Asked) -> Sessions:
    """List what was recorded."""
    with call.app.store() as store:
        return {"sessions": [tables.session_json(one) for one in store.sessions()]}


@routes.get("/sessions/compare")
def compare_sessions(call: Asked, query: Annotated[Two, Query()]) -> tables.Comparison:
    """What changed from one session to another."""
    with call.app.store() as store:
        before, after = (
            store.read(_number(store, str(one))) for one in (query.before, query.after)
        )
        return tables.comparison_json(compare(before, after))


@routes.get(_ONE)
def show_session(call: Asked, session: str, query: Annotated[Each, Query()]) -> tables.Report:
    """Show a session.

    A number, or `latest`.
    """
    return tables.report_json(_report(call, session, query))


@routes.patch(_ONE)
def change_session(call: Asked, session: str, body: SessionChange) -> Session:
    """Give a session a title, or say which class it is of."""
    with call.app.store() as store:
        number = _number(store, session)
        store.rename(number, title=body.title, class_name=body.class_name)
        return tables.session_json(store.find(number))


@routes.get(f"{_ONE}/report", **files(_HTML))
def session_report(
    request: Request, call: Asked, session: str, query: Annotated[Each, Query()]
) -> Response:
    """The report to read, as one page, in the language of who asks."""
    found = _report(call, session, query)
    names = {one.id: one.name for one in call.app.library.students()}
    text = page(found, names if query.each else None, html.saying(request))
    name = f"{words.file_name(found.recorded.session)}.html"
    return download(text.encode(), _HTML, name, policy=REPORT)


@routes.get(f"{_ONE}/export", **files(*MEDIA_TYPES.values()))
def export_session(call: Asked, session: str, query: Annotated[As, Query()]) -> Response:
    """Every second as a table.

    CSV, JSON or Parquet.
    """
    kind = query.format
    with call.app.store() as store:
        number = _number(store, session)
        called = {one.id: one.name for one in call.app.library.students()}
        found = tables.seconds(store, number, per_student=query.each, called=called)
        stem = words.file_name(store.find(number))
    call.app.audit.note(EXPORTED_SESSION)
    return download(tables.WRITERS[kind](found), MEDIA_TYPES[kind], f"{stem}.{kind}")


@routes.delete(_ONE)
def delete_session(call: Asked, session: str) -> Deleted:
    """Delete a session for good."""
    with call.app.store() as store:
        number = _number(store, session)
        store.delete([number])
    call.app.audit.note("deleted a session")
    return {"deleted": [number]}


def _report(call: Call, session: str, query: Each) -> Report:
    with call.app.store() as store:
        number = _number(store, session)
        found = read_report(store, number, per_student=query.each)
        if query.each and not found.students:
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
