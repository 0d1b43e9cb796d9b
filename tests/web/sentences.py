"""Every sentence that pages in several languages say, found in templates, scripts and Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import fewshot_fer
from fewshot_fer.expressions import BASIC
from fewshot_fer.sentences import SENTENCES
from fewshot_fer.web.portal.telling import BYES, PURPOSES, RECORDED

PACKAGE = Path(fewshot_fer.__file__).parent
WEB = PACKAGE / "web"
SAYING = frozenset({"say", "_gone", "said", "_"})
"""Functions whose constant arguments are said."""
_IN_TEMPLATES = re.compile(r"""_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
_IN_SCRIPTS = re.compile(r"""\b(?:say|inWords)\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
_CHOICES = re.compile(r"""\b(?:say|inWords)\(([^()]*\?[^()]*)""")
_STRING = re.compile(r"""'((?:[^'\\]|\\.)*)'""")


def all_of_them() -> set[str]:
    """English sentences of the portal, the sign-in, errors there and the scripts that say them."""
    return {text for text in _found() if re.search("[A-Za-z]{2}", text)}


def _found() -> Iterator[str]:
    yield from BASIC
    yield from (text for words in SENTENCES.values() for text in words)
    yield from (text for texts in (*BYES.values(), *PURPOSES.values()) for text in texts)
    yield from (text for text in RECORDED.values() if text is not None)
    for path in sorted((WEB / "templates").glob("*.html")):
        yield from _matches(_IN_TEMPLATES, path)
    for path in sorted((WEB / "static").rglob("*.js")):
        yield from _matches(_IN_SCRIPTS, path)
        for choice in _CHOICES.findall(path.read_text(encoding="utf-8")):
            yield from _STRING.findall(choice)
    for path in sorted((*WEB.glob("*/*.py"), *WEB.glob("pages/*/*.py"))):
        yield from _said_in(path)


def _matches(pattern: re.Pattern[str], path: Path) -> Iterator[str]:
    for one, other in pattern.findall(path.read_text(encoding="utf-8")):
        yield (one or other).replace("\\'", "'").replace('\\"', '"')


def _said_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in SAYING:
            for one in node.args:
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    yield one.value
