"""Which path is for whom: the one table. What is not in it does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from fewshot_fer.web.access.who import NOBODY, Who

Allowed = Literal["anybody", "teacher", "student", "everyone known", "own", "closed"]
"""`student`: any student, for pages about oneself. `own`: the teacher, or the student named in
the path as {student}. `closed`: nobody, ever."""

Kind = Literal["ours", "streamlit", "asset", "engine", "api"]
"""Which headers an answer gets, and how a refusal looks."""

SOCKET: Final = "SOCKET"
EVERY: Final = f"GET POST PUT PATCH DELETE OPTIONS {SOCKET}"
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
        """The methods; who may GET a page may HEAD."""
        named = frozenset(self.methods.split())
        return named | {"HEAD"} if "GET" in named and self.kind != "api" else named

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
            case "closed":
                return False


def _api(*lines: tuple[str, str, Allowed] | tuple[str, str, Allowed, int]) -> Iterator[Rule]:
    for path, methods, allowed, *largest in lines:
        yield Rule(f"/api/v1{path}", methods, allowed, "api", *largest)


RULES: Final[tuple[Rule, ...]] = (
    Rule("/health", "GET", "anybody"),
    Rule("/assets/on_device/worker.js", "GET", "anybody", "engine"),
    Rule("/assets/{path:path}", "GET", "anybody", "asset"),
    Rule("/on_device/{seal}/{file}", "GET", "everyone known", "asset"),
    Rule("/sign-in", "GET POST", "anybody"),
    Rule("/sign-out", "GET POST", "anybody"),
    Rule("/language", "GET", "anybody"),
    Rule("/join/{token}", "GET POST", "anybody"),
    Rule("/me", "GET", "student"),
    Rule("/me/facts", "GET", "student"),
    Rule("/me/agreement", "POST", "student"),
    Rule("/me/pictures", "POST", "student"),
    Rule("/me/pictures/{reference}", "GET", "student"),
    Rule("/me/leave", "POST", "student"),
    Rule("/me/delete", "GET POST", "student"),
    Rule("/me/live", SOCKET, "student"),
    Rule("/live/{class_id}", SOCKET, "teacher"),
    Rule("/guide", SOCKET, "teacher"),
    *_api(
        ("/analyze", "POST", "everyone known", 60 * MB),
        ("/me", "GET", "everyone known"),
        ("/consent", "GET", "everyone known"),
        ("/doctor", "GET", "teacher"),
        ("/class-lists", "GET PUT PATCH DELETE", "teacher"),
        ("/students", "GET", "teacher"),
        ("/students", "POST", "teacher", 200 * MB),
        ("/students/import", "POST", "teacher", 210 * MB),
        ("/gate", "POST", "teacher", 200 * MB),
        ("/students/{student}", "GET DELETE", "own"),
        ("/students/{student}", "PATCH", "teacher"),
        ("/students/{student}/agreement", "PUT", "own"),
        ("/students/{student}/card", "GET", "own"),
        ("/students/{student}/export", "GET", "own"),
        ("/students/{student}/gate", "POST", "own", 100 * MB),
        ("/students/{student}/references", "GET", "own"),
        ("/students/{student}/references", "POST", "own", 100 * MB),
        ("/students/{student}/references/{reference}", "DELETE", "own"),
        ("/students/{student}/expressions", "GET", "own"),
        ("/students/{student}/expressions/{expression}", "POST", "own", 100 * MB),
        ("/students/{student}/expressions/{expression}", "DELETE", "own"),
        ("/students/{student}/recalibrations", "GET", "own"),
        ("/students/{student}/recalibrations", "POST", "own", 100 * MB),
        ("/students/{student}/recalibrations/compare", "GET", "own"),
        ("/students/{student}/recalibrations/{calibration}", "DELETE", "own"),
        ("/expressions", "GET", "teacher"),
        ("/expressions/{expression}", "POST", "teacher", 200 * MB),
        ("/expressions/{expression}", "DELETE", "teacher"),
        ("/sessions", "GET", "teacher"),
        ("/sessions/compare", "GET", "teacher"),
        ("/sessions/{session}", "GET PATCH DELETE", "teacher"),
        ("/sessions/{session}/report", "GET", "teacher"),
        ("/sessions/{session}/export", "GET", "teacher"),
        ("/classes", "GET POST", "teacher"),
        ("/classes/{class_id}", "GET PATCH DELETE", "teacher"),
        ("/classes/{class_id}/frames", "POST", "teacher", 3 * MB),
        ("/classes/{class_id}/marks", "POST", "teacher"),
        ("/classes/{class_id}/pause", "POST", "teacher"),
        ("/classes/{class_id}/resume", "POST", "teacher"),
        ("/classes/{class_id}/recording", "POST DELETE", "teacher"),
        ("/classes/{class_id}/recalibrations", "POST", "teacher"),
    ),
    Rule("/api/docs", "GET", "everyone known"),
    Rule("/api/openapi.json", "GET", "everyone known"),
    Rule("/openapi.json", "GET", "everyone known"),
    # Streamlit's own. What we do not use of it is closed: agents, its sign-in, its numbers.
    Rule("/_stcore/stream", SOCKET, "teacher", "streamlit"),
    Rule("/_stcore/health", "GET OPTIONS", "teacher", "streamlit"),
    Rule("/_stcore/host-config", "GET OPTIONS", "teacher", "streamlit"),
    Rule("/_stcore/bidi-components/{path:path}", "GET OPTIONS", "teacher", "streamlit"),
    Rule(
        "/_stcore/upload_file/{session_id}/{file_id}",
        "PUT DELETE OPTIONS",
        "teacher",
        "streamlit",
        210 * MB,
    ),
    Rule("/_stcore/{path:path}", EVERY, "closed"),
    Rule("/auth/{path:path}", EVERY, "closed"),
    Rule("/oauth2callback", EVERY, "closed"),
    Rule("/media/{path:path}", "GET OPTIONS", "teacher", "streamlit"),
    Rule("/component/{path:path}", "GET OPTIONS", "teacher", "streamlit"),
    Rule("/static/{path:path}", "GET", "teacher", "streamlit"),
    Rule("/", "GET", "teacher", "streamlit"),
    Rule("/{page}", "GET", "teacher", "streamlit"),
    # Files of Streamlit's one page, asked for below the path of a page of ours.
    Rule("/{page}/static/{path:path}", "GET", "teacher", "streamlit"),
)


_ON_THE_WAY: Final = ("/health", "/assets/", "/on_device/", "/language", "/join/")
FOR_STUDENTS: Final = tuple(
    one for one in RULES if one.allowed == "student" or one.path.startswith(_ON_THE_WAY)
)
"""What a student's own device needs: the way in, and pages about oneself."""


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


_PART: Final = r"[^/\x00-\x1f\x7f]+"
"""No control characters: a router behind the guard takes a line break for the end of a path."""


def _expression(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name, _, rest = part[1:-1].partition(":")
    return f"(?P<{name}>{'.*' if rest else _PART})"
