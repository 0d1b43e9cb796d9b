"""Every sentence that is said in several languages: in templates, scripts and Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import fewshot_fer
from fewshot_fer import errors
from fewshot_fer.expressions import BASIC
from fewshot_fer.sentences import SENTENCES
from fewshot_fer.web.pages import PAGES
from fewshot_fer.web.portal.telling import BYES, PURPOSES, RECORDED

PACKAGE = Path(fewshot_fer.__file__).parent
WEB = PACKAGE / "web"
SAYING = frozenset({"say", "_gone", "said", "_page", "_", "Phrase", "many"})
"""Functions whose constant arguments are said."""
SHOWING = frozenset(
    "button subheader markdown info warning success title text_input selectbox checkbox toggle "
    "pills segmented_control file_uploader popover expander spinner date_input number_input "
    "multiselect form_submit_button link_button tabs image altair_chart head quiet back done sure "
    "empty download table Progress Tooltip line_head facts".split()
)
"""Functions of teachers' pages that show their arguments."""
_WORDED = frozenset({"label", "help", "placeholder", "alt", "title"})
_WORD = re.compile("[A-Z][a-z]+|[a-z]+ [a-z]+")
_NO_WORD = re.compile(
    r":[a-z]+[/\[][\w:.\]]*|[\w-]+\.(?:html|csv|png|webm|json)|<[^>]*>|Parquet|Anna"
)
"""Signs, names of files and tags: they are the same in all languages."""
FOR_TERMINALS = ("cli", "training", "evaluation", "web/api")
"""Rooms that speak English: the terminal's, researchers', and what programs are told."""
ERRORS_SHOWN = (
    "students", "records/store.py", "records/trouble.py", "records/recorder.py", "reports",
    "web/access", "web/network", "web/pages", "web/portal", "web/school", "images.py", "files.py",
)  # fmt: skip
"""Where errors come from that pages show."""
_ENGLISH_ERRORS = ("web/access/origin.py", "web/portal/on_device/saying.py")
"""The start of the server, and what devices say to it: no page shows these."""
_QUOTED = r"""(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')"""
_IN_TEMPLATES = re.compile(rf"_\(\s*{_QUOTED}")
_IN_SCRIPTS = re.compile(rf"\b(?:say|inWords)\(\s*{_QUOTED}")
_CHOICES = re.compile(r"""\b(?:say|inWords)\([^()]*?\? ([^()]*)""")
_MANY = re.compile(rf"\bmany\([^,]+,\s*{_QUOTED},\s*{_QUOTED}")
_STRING = re.compile(r"""'((?:[^'\\\n]|\\.)*)'""")
_INSIDE = r"(?:[^()]|\((?:[^()]|\([^()]*\))*\))*"
_SAID = re.compile(rf"\b(?:say|inWords|many)\({_INSIDE}\)")
_FIELD = re.compile(r"\{[^}]*\}")


def all_of_them() -> set[str]:
    """English sentences that somebody is told who may speak another language."""
    return {text for text in found() if re.search("[A-Za-z]{2}", _FIELD.sub("", text))}


def found() -> Iterator[str]:
    yield from BASIC
    yield from (title for _, title, *_ in PAGES)
    yield from (text for words in SENTENCES.values() for text in words)
    yield from (text for texts in (*BYES.values(), *PURPOSES.values()) for text in texts)
    yield from (text for text in RECORDED.values() if text is not None)
    for path in sorted((*WEB.glob("templates/*.html"), *PACKAGE.glob("reports/*.html"))):
        yield from _matches(_IN_TEMPLATES, path)
    for path in sorted(WEB.glob("static/**/*.js")):
        yield from _matches(_IN_SCRIPTS, path)
        yield from _matches(_MANY, path)
        for choice in _CHOICES.findall(path.read_text(encoding="utf-8")):
            yield from _STRING.findall(choice)
    for path in sorted(WEB.glob("static/*/*.html")):
        page = _Page()
        page.feed(path.read_text(encoding="utf-8"))
        yield from page.said
    for path in sorted(PACKAGE.rglob("*.py")):
        if not _within(path, FOR_TERMINALS):
            yield from _said_in(path)


def past_the_catalogues() -> Iterator[str]:
    """Words of teachers' pages and of scripts that nobody asked the catalogues for."""
    for path in sorted(WEB.glob("pages/**/*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        asked = {id(x) for call in _calls(tree, SAYING) for x in ast.walk(call)}
        for call in _calls(tree, SHOWING):
            shown = [*call.args, *(one.value for one in call.keywords if one.arg in _WORDED)]
            for node in (x for one in shown for x in ast.walk(one) if id(x) not in asked):
                text = node.value if isinstance(node, ast.Constant) else None
                if isinstance(text, str) and _WORD.search(_NO_WORD.sub("", text)):
                    yield f"{path.name}: {text}"
    for path in sorted(WEB.glob("static/**/*.js")):
        code = re.sub(r"(?m)(?:^|\s)//.*|/\*[\s\S]*?\*/", "", path.read_text(encoding="utf-8"))
        for one in _STRING.findall(_SAID.sub("", code)):
            if re.search("[A-Z][a-z]+ [a-z]", one):
                yield f"{path.name} {one}"


def _calls(tree: ast.AST, names: frozenset[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in names:
            yield node


def _called(node: ast.Call) -> str:
    return str(getattr(node.func, "id", getattr(node.func, "attr", "")))


def _within(path: Path, places: Iterable[str]) -> bool:
    within = path.relative_to(PACKAGE).as_posix()
    return any(within == place or within.startswith(f"{place}/") for place in places)


def _matches(pattern: re.Pattern[str], path: Path) -> Iterator[str]:
    for found in pattern.findall(path.read_text(encoding="utf-8")):
        yield from (one.replace("\\'", "'").replace('\\"', '"') for one in found if one)


class _Page(HTMLParser):
    """What a piece of HTML says, as scripts put it into a language (`speak` in say.js)."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.said += [v for k, v in attrs if v and k in ("aria-label", "placeholder", "title")]

    def handle_data(self, data: str) -> None:
        self.said.append(" ".join(data.split()))


def _said_in(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name | ast.Tuple):
            for name, text in _assigned(node.targets[0], node.value):
                named.setdefault(name, []).append(text)
    shown = _within(path, ERRORS_SHOWN) and not _within(path, _ENGLISH_ERRORS)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = _called(node)
            if called in SAYING:
                for one in node.args:
                    yield from _constants(one, named)
            elif shown and hasattr(errors, called):
                more = [one.value for one in node.keywords if one.arg == "next_step"]
                for one in [*node.args[:1], *more]:
                    yield from _constants(one, named)


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, str]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, what in zip(target.elts, value.elts, strict=False):
            yield from _assigned(one, what)
    elif isinstance(target, ast.Name):
        yield from ((target.id, text) for text in _constants(value, {}))


def _constants(node: ast.expr, named: dict[str, list[str]]) -> Iterator[str]:
    """Constants that an argument may be: itself, a choice, or a name that was given one."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from (*_constants(one, named), *_constants(other, named))
        case ast.BoolOp(values=values):
            yield from (text for value in values for text in _constants(value, named))
        case ast.Name(id=name):
            yield from named.get(name, ())
