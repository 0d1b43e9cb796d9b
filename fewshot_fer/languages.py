"""The languages that pages speak; the command line and the API speak English.

An English sentence is its own key. What a catalogue lacks is said in English, and a test lists it.
The catalogues lie among the scripts' files, since scripts read the same ones (`static/say.js`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, Literal

ENGLISH: Final = "en"
LANGUAGES: Final[Mapping[str, str]] = {
    ENGLISH: "English", "de": "Deutsch", "es": "Español", "fr": "Français", "hi": "हिन्दी",
    "zh": "简体中文",
}  # fmt: skip
"""What each is called by those who speak it."""
_DAYS: Final = {
    "de": "{0.day}.{0.month}.{0.year}", "es": "{0.day}/{0.month}/{0.year}",
    "fr": "{0.day}/{0.month}/{0.year}", "hi": "{0.day}/{0.month}/{0.year}",
    "zh": "{0.year}年{0.month}月{0.day}日",
}  # fmt: skip
PSEUDO: Final = "xx"
"""For tests: longer than English and from right to left, so that it shows what breaks."""


@dataclass(frozen=True, slots=True)
class Say:
    """Says English sentences in a language; `{names}` stand for facts."""

    language: str = ENGLISH

    def __call__(self, text: str, **facts: object) -> str:
        """The sentence in this language, with its facts."""
        said = catalogue(self.language).get(text, text)
        said = f"‹{said}···›" if self.language == PSEUDO else said
        return said.format(**facts) if facts else said

    def day(self, when: date) -> str:
        """A day as it is written in this language."""
        return _DAYS.get(self.language, "{0.day} {0:%b} {0.year}").format(when)

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """Which way it is read."""
        return "rtl" if self.language == PSEUDO else "ltr"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Sentences by their English ones; none for English itself."""
    if language == ENGLISH or language not in LANGUAGES:
        return {}
    file = files("fewshot_fer") / "web" / "static" / "words" / f"{language}.json"
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return found


def chosen(wish: str | None, header: str) -> Say:
    """The language that somebody has chosen, or else prefers (Accept-Language)."""
    known = (*LANGUAGES, PSEUDO)
    if wish in known:
        return Say(str(wish))
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:20]):
        name, _, rest = part.strip().partition(";")
        try:
            weight = float(rest.partition("q=")[2] or 1)
        except ValueError:
            weight = 0.0
        ranked.append((-weight, place, name.partition("-")[0].casefold()))
    known_ones = (name for weight, _, name in sorted(ranked) if weight and name in LANGUAGES)
    return Say(next(known_ones, ENGLISH))
