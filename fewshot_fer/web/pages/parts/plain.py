"""Words and numbers as pages show them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from fewshot_fer.reasons import Reason
from fewshot_fer.students.enrolment.cross_checks import Doubt

_MARKS: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=])")


def text(words: str) -> str:
    """Words that people typed, as markdown that shows them as they are."""
    return _MARKS.sub(r"\\\1", words)


def stressed(doubt: Doubt) -> Doubt:
    """A doubt whose words are markdown, with the names in them in italics."""
    names = {name: f"*{text(str(fact))}*" for name, fact in doubt.reason.facts.items()}
    return replace(doubt, reason=Reason(doubt.reason.code, **names))


def percent(share: float | None) -> str:
    """A share in whole percent; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(words: list[str] | tuple[str, ...]) -> str:
    """Words in a row: a, b and c."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def day(when: date | datetime) -> str:
    """A day as people write it."""
    when = when.astimezone() if isinstance(when, datetime) else when
    return f"{when.day} {when:%B %Y}"


def day_of(seconds: float) -> str:
    """The day of a moment that is given in seconds, as clocks count."""
    return day(datetime.fromtimestamp(seconds, UTC))


def moment(when: datetime) -> str:
    """A day and a time here."""
    here = when.astimezone()
    return f"{day(here)}, {here:%H:%M}"


def time_left(seconds: float) -> str:
    """How long something still takes, no more exactly than anybody can know."""
    if seconds < 5:
        return "a few seconds left"
    if seconds < 90:
        return f"about {5 * round(seconds / 5)} seconds left"
    return f"about {round(seconds / 60)} minutes left"
