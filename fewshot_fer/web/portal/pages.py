"""The student's pages as HTML; whatever a person typed is escaped by the template engine."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.responses import HTMLResponse

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.students.store.consent import consent_text
from fewshot_fer.web.access.refusal import status_of

_ICONS: Final = ("face", "eye", "send", "box", "people", "door")


@cache
def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    drawn = files(__package__).joinpath("templates", "icons")
    icons = {n: Markup(drawn.joinpath(f"{n}.svg").read_text(encoding="utf-8")) for n in _ICONS}
    found.globals |= {"icons": icons, "face": icons["face"]}
    return found


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """One of the templates, filled in."""
    return HTMLResponse(_templates().get_template(f"{template}.html").render(values), status)


def said(
    title: str, *lines: str, status: int = 200, button: tuple[str, str] | None = None
) -> HTMLResponse:
    """A page that only says something."""
    return page("said", status, title=title, lines=[one for one in lines if one], button=button)


def refused(error: FewshotFerError) -> HTMLResponse:
    """A page that says what went wrong and what to do."""
    return said(error.what, error.next_step, status=status_of(error))


@cache
def agreement(version: str) -> Markup:
    """The agreement's text as HTML."""
    return Markup(MarkdownIt("commonmark", {"html": False}).render(consent_text(version)))
