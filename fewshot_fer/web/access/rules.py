"""Which path is for whom: the one table. What is not in it does not exist."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from fewshot_fer.web.access.who import NOBODY, Who

Allowed = Literal["anybody", "teacher", "student", "everyone known", "own"]
"""`student`: any student, for pages about oneself. `own`: the teacher, or the student named in
the path as {student}."""

Kind = Literal["ours", "streamlit", "asset", "api"]
"""Which headers an answer gets, and how a refusal looks."""

SOCKET: Final = "SOCKET"
MB: Final = 1_000_000


@dataclass(frozen=True)
class Rule:
    """Who may use a path, how, and how much may be sent to it."""

    path: str
    methods: str
    allowed: Allowed
    kind: Kind = "ours"
    largest: int = 64_000

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The path as an expression: {name} is one part, {name:path} any number."""
        parts = re.split(r"(\{\w+(?::path)?\})", self.path)
        return re.compile("".join(map(_expression, parts)))

    @cached_property
    def verbs(self) -> frozenset[str]:
        """The methods; who may GET may HEAD."""
        named = frozenset(self.methods.split())
        return named | {"HEAD"} if "GET" in named else named

    def admits(self, asking: Who, parts: dict[str, str]) -> bool:
        """Whether this is for them."""
        match self.allowed:
            case "anybody":
                return True
            case "teacher":
                return asking.role == "teacher"
            case "student":
                return asking.role == "student" and asking.student is not None
            case "everyone known":
                return asking.role != "nobody"
            case "own":
                return asking.may_see(parts.get("student"))


RULES: Final[tuple[Rule, ...]] = (
    Rule("/health", "GET", "anybody"),
    Rule("/assets/{path:path}", "GET", "anybody", "asset"),
    Rule("/sign-in", "GET POST", "anybody"),
    Rule("/sign-out", "POST", "anybody"),
    Rule("/join/{token}", "GET POST", "anybody", largest=12 * MB),
    Rule("/join/{token}/{path:path}", "GET POST", "anybody", largest=12 * MB),
    Rule("/me", "GET POST", "student", largest=12 * MB),
    Rule("/me/live", SOCKET, "student"),
    Rule("/me/{path:path}", "GET POST DELETE", "student", largest=12 * MB),
    Rule("/live/{class_id}", SOCKET, "teacher"),
    # Streamlit's own.
    Rule("/_stcore/stream", SOCKET, "teacher", "streamlit"),
    Rule(
        "/_stcore/upload_file/{path:path}", "PUT DELETE OPTIONS", "teacher", "streamlit", 500 * MB
    ),
    Rule("/_stcore/{path:path}", "GET OPTIONS", "teacher", "streamlit"),
    Rule("/media/{path:path}", "GET OPTIONS", "teacher", "streamlit"),
    Rule("/component/{path:path}", "GET OPTIONS", "teacher", "streamlit"),
    Rule("/static/{path:path}", "GET", "teacher", "streamlit"),
    Rule("/", "GET", "teacher", "streamlit"),
    Rule("/{page}", "GET", "teacher", "streamlit"),
)


def rule_of(
    path: str, method: str, rules: Sequence[Rule] = RULES
) -> tuple[Rule, dict[str, str]] | None:
    """The first rule for a path and method, with the named parts of the path; None: no way in."""
    for rule in rules:
        found = rule.pattern.fullmatch(path)
        if found is not None and method in rule.verbs:
            return rule, found.groupdict()
    return None


def chosen(rule: Rule, parts: dict[str, str], candidates: Sequence[Who]) -> Who | None:
    """The first of the candidates whom the rule admits; None when it admits none of them."""
    return next((one for one in (*candidates, NOBODY) if rule.admits(one, parts)), None)


def _expression(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name, _, rest = part[1:-1].partition(":")
    return f"(?P<{name}>{'.*' if rest else '[^/]+'})"
