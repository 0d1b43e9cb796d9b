"""Our own pages; whatever a person typed is escaped by the template engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment
from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.languages import LANGUAGES, Say, chosen
from fewshot_fer.look import templates
from fewshot_fer.sentences import Words
from fewshot_fer.students.store.consent import consent_text

LANGUAGE_COOKIE: Final = "fewshot_fer_language"
_ICONS: Final = ("face", "eye", "send", "box", "people", "door")


def saying(asked: HTTPConnection) -> Say:
    """The language of who asks: the one that was chosen on a page, or the browser's."""
    wish = asked.cookies.get(LANGUAGE_COOKIE)
    return chosen(wish, asked.headers.get("accept-language", ""))


def part(template: str, macro: str, *values: Any) -> str:
    """A part of a page, made by a macro of a template."""
    made: Callable[..., str] = getattr(_templates().get_template(f"{template}.html").module, macro)
    return made(*values).strip()


def page(
    template: str, status: int = 200, *, say: Say | None = None, **values: Any
) -> HTMLResponse:
    """One of the templates, filled in; in English, or as `say` does."""
    say = say or Say()
    given = {"_": say, "language": say.language, "direction": say.direction, **values}
    return HTMLResponse(_templates().get_template(f"{template}.html").render(given), status)


def said(
    title: str, *lines: str, status: int = 200, say: Say | None = None, forgets: str = ""
) -> HTMLResponse:
    """A page that only says something; what the browser keeps of a student it `forgets`."""
    say = say or Say()
    told = [say(one) for one in lines if one]
    return page("said", status, say=say, title=say(title), lines=told, forgets=forgets)


def in_words(error: FewshotFerError, say: Say) -> Words:
    """What went wrong and what to do, as far as the catalogues have it."""
    return Words(say(error.what), say(error.next_step))


@cache
def agreement(version: str, language: str = "en", days: int | None = None) -> Markup:
    """The agreement's text as HTML."""
    return Markup(_markdown().render(consent_text(version, language, days)))


def line(text: str) -> Markup:
    """A line of our documentation as HTML, what is code in it as code."""
    return Markup(_markdown().renderInline(text))


def prepare() -> None:
    """Read all templates, so that no page waits for a disk."""
    for name in _templates().list_templates(extensions=["html"]):
        _templates().get_template(name)


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


@cache
def _templates() -> Environment:
    found = templates("fewshot_fer.web", "templates")
    drawn = files("fewshot_fer.web").joinpath("templates", "icons")
    icons = {n: Markup(drawn.joinpath(f"{n}.svg").read_text(encoding="utf-8")) for n in _ICONS}
    found.globals |= {"icons": icons, "face": icons["face"], "languages": LANGUAGES}
    return found
