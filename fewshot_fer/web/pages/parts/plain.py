"""Words and numbers as pages show them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final

_MARKS: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^=])")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
_TERMINAL: Final = re.compile(r"`fewshot-fer|--[a-z]|'#\d|\bcommand line\b")


def text(words: str) -> str:
    """Words that people typed, as markdown that shows them as they are."""
    return _MARKS.sub(r"\\\1", words)


def stressed(words: str, names: Iterable[str]) -> str:
    """Words as markdown, with these names in them in italics."""
    said = text(words)
    for name in {text(name) for name in names}:
        said = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda found: f"*{found[0]}*", said)
    return said


def advice(next_step: str) -> str:
    """What to do next, without the sentences that only help in a terminal."""
    kept = [part for part in _SENTENCE.split(next_step) if not _TERMINAL.search(part)]
    return " ".join(kept)


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
