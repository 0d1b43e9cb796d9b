"""Words and numbers as pages show them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from fewshot_fer.reasons import Reason
from fewshot_fer.reports import words
from fewshot_fer.students.enrolment.cross_checks import Doubt
from fewshot_fer.web.pages.parts.saying import _, say

_MARKS: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=])")


def text(typed: str) -> str:
    """Words that people typed, as markdown that shows them as they are."""
    return _MARKS.sub(r"\\\1", typed)


def stressed(doubt: Doubt) -> Doubt:
    """A doubt whose words are markdown, with the names in them in italics."""
    facts = ((name, say().fact(name, fact)) for name, fact in doubt.reason.facts.items())
    names = {name: f"*{text(str(fact))}*" for name, fact in facts}
    return replace(doubt, reason=Reason(doubt.reason.code, **names))


def percent(share: float | None) -> str:
    """A share in whole percent; a dash where there is none."""
    return "–" if share is None else _(words.percent(share))


def listed(some: list[str] | tuple[str, ...]) -> str:
    """Words in a row: a, b and c."""
    if len(some) < 2:
        return "".join(some)
    return _("{some} and {last}", some=tuple(some[:-1]), last=some[-1])


def day(when: date | datetime) -> str:
    """A day as people write it."""
    return say().day(when.astimezone() if isinstance(when, datetime) else when)


def day_of(seconds: float) -> str:
    """The day of a moment that is given in seconds, as clocks count."""
    return day(datetime.fromtimestamp(seconds, UTC))


def time_left(seconds: float) -> str:
    """How long something still takes, no more exactly than anybody can know."""
    if seconds < 5:
        return _("a few seconds left")
    if seconds < 90:
        return _("about {count} seconds left", count=5 * round(seconds / 5))
    return _("about {count} minutes left", count=round(seconds / 60))
