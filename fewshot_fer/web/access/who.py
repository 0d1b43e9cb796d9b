"""Who asks: the teacher, one student, or nobody."""

from __future__ import annotations

from collections.abc import MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Literal

from starlette.requests import HTTPConnection

from fewshot_fer.errors import AccessError

Role = Literal["teacher", "student", "nobody"]
Asker = tuple[str, str, str]
ROUTED: Final = "x-fewshot-fer-class"
"""The header in which the balancer says for which class it chose this process."""
_KEY: Final = "who"

routed: ContextVar[str | None] = ContextVar("routed", default=None)
"""For which class a student was sent here; None of teachers, and where no balancer says it."""


@dataclass(frozen=True, slots=True)
class Who:
    """A role, and for a student which one (and in which class, when they came by a link)."""

    role: Role
    student: str | None = None
    class_id: str | None = None
    teacher: str | None = None
    """Whose account it is about; None: the server's own teacher."""

    def may_see(self, student: str | None) -> bool:
        """Whether this student (None: a stranger) is theirs to look at."""
        return self.role == "teacher" or (self.role == "student" and student == self.student)


NOBODY: Final = Who("nobody")


def who(asked: HTTPConnection | MutableMapping[str, Any]) -> Who:
    """Who asks; the guard has written it into the scope."""
    scope = asked.scope if isinstance(asked, HTTPConnection) else asked
    found = scope.get("state", {}).get(_KEY, NOBODY)
    return found if isinstance(found, Who) else NOBODY


def asker(asked: HTTPConnection) -> Asker:
    """Whose requests are counted together and share threads: a student's, or an address's."""
    asking = who(asked)
    address = asked.client.host if asked.client is not None else ""
    return asking.teacher or "", asking.role, asking.student or address


def remember(scope: MutableMapping[str, Any], asking: Who) -> None:
    """Write who asks into the scope."""
    scope.setdefault("state", {})[_KEY] = asking


def only_own(asking: Who, student: str | None) -> None:
    """Raise unless this student is theirs to look at."""
    if not asking.may_see(student):
        raise AccessError(
            "This is about another student.", next_step="Ask about yourself, or ask the teacher."
        )
