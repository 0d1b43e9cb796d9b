"""Our own pages; whatever a person typed is escaped by the template engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.responses import HTMLResponse

from fewshot_fer.students.store.consent import consent_text

_ICONS: Final = ("face", "eye", "send", "box", "people", "door")


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """One of the templates, filled in."""
    return HTMLResponse(_templates().get_template(f"{template}.html").render(values), status)


def part(template: str, macro: str, *values: Any) -> str:
    """A part of a page, made by a macro of a template."""
    made: Callable[..., str] = getattr(_templates().get_template(f"{template}.html").module, macro)
    return made(*values).strip()


def said(title: str, *lines: str, status: int = 200) -> HTMLResponse:
    """A page that only says something."""
    return page("said", status, title=title, lines=[one for one in lines if one])


@cache
def agreement(version: str, language: str = "en", days: int | None = None) -> Markup:
    """The agreement's text as HTML."""
    text = consent_text(version, language, days)
    return Markup(MarkdownIt("commonmark", {"html": False}).render(text))


def prepare() -> None:
    """Read all templates, so that no page waits for a disk."""
    for name in _templates().list_templates(extensions=["html"]):
        _templates().get_template(name)


@cache
def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("fewshot_fer.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    drawn = files("fewshot_fer.web").joinpath("templates", "icons")
    icons = {n: Markup(drawn.joinpath(f"{n}.svg").read_text(encoding="utf-8")) for n in _ICONS}
    found.globals |= {"icons": icons, "face": icons["face"]}
    return found
