"""The languages that pages and reports speak; the command line and the API speak English.

An English sentence is its own key. What a catalogue lacks is said in English, and a test lists it.
The catalogues lie among the scripts' files, since scripts read the same ones (`static/say.js`).

The core speaks English and knows nobody's language: what it says is a `Phrase`, a string that
remembers what it was made of, and whoever shows it says it again in the language of who looks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
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


_NONE_IS_ONE: Final = frozenset({"fr", "hi"})
"""Where none is said as one is: *0 image*."""
_DECIMAL_COMMA: Final = frozenset({"de", "es", "fr"})
_BETWEEN: Final = {"zh": "、"}
_OURS: Final = frozenset(
    "expression looks_like first second before after own generic what why next_step how".split()
)
"""Facts that may be plain words of ours: an expression, what is wrong. A name, a title, a mark or
whatever else somebody typed may read like one, and stays as it is."""
_ROOMS: Final = ("", "class/", "pages/", "reports/", "notes/")
"""Where sentences are: of students' pages, the class's, teachers', reports; and what goes wrong."""


@dataclass(frozen=True, slots=True)
class Say:
    """Says English sentences in a language; `{names}` stand for facts."""

    language: str = ENGLISH

    def __call__(self, text: str, /, **facts: object) -> str:
        """The sentence in this language, with its facts."""
        if isinstance(phrase := text, Phrase):
            one = phrase.single if self._is_one(phrase.facts.get("count")) else None
            text, facts = one or phrase.text, {**phrase.facts}
        said = catalogue(self.language).get(text, text)
        said = f"‹{said}···›" if self.language == PSEUDO else said
        if not facts:
            return said
        # A fact at the end may be empty, such as a next step.
        return said.format(**{k: self.fact(k, v) for k, v in facts.items()}).rstrip(" ")

    def day(self, when: date) -> str:
        """A day as it is written in this language."""
        return _DAYS.get(self.language, "{0.day} {0:%B} {0.year}").format(when)

    def moment(self, when: datetime) -> str:
        """A day and a time, by this machine's clock."""
        here = when.astimezone()
        return f"{self.day(here)}, {here:%H:%M}"

    def decimal(self, number: float, digits: int = 1) -> str:
        """A number with its decimals."""
        text = f"{number:.{digits}f}"
        return text.replace(".", ",") if self.language in _DECIMAL_COMMA else text

    def fact(self, name: str, fact: object) -> object:
        """A fact of a sentence: phrases and words of ours are said, days and rows in their way."""
        if isinstance(fact, Phrase):
            return self(fact)
        if isinstance(fact, str):
            return catalogue(self.language).get(fact, fact) if name in _OURS else fact
        if isinstance(fact, date):
            return self.moment(fact) if isinstance(fact, datetime) else self.day(fact)
        if isinstance(fact, tuple):
            row = (str(self.fact(name, one)) for one in fact)
            return _BETWEEN.get(self.language, ", ").join(row)
        return fact

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """Which way it is read."""
        return "rtl" if self.language == PSEUDO else "ltr"

    def _is_one(self, count: object) -> bool:
        return count == 1 or (count == 0 and self.language in _NONE_IS_ONE)


class Phrase(str):
    """An English sentence that remembers what it was made of; `Say` says it in other languages."""

    __slots__ = ("facts", "single", "text")
    text: str
    facts: Mapping[str, object]
    single: str | None
    """How it goes of one, where the sentence is of many."""

    def __new__(cls, text: str, /, **facts: object) -> Phrase:
        """A sentence; facts may be phrases, days, or rows of them."""
        made = super().__new__(cls, Say()(text, **facts))
        made.text, made.facts, made.single = text, facts, None
        return made


def many(count: int, one: str, more: str, **facts: object) -> Phrase:
    """A sentence of so many: both forms are in the catalogues, and each language takes its own."""
    made = Phrase(one if count == 1 else more, count=count, **facts)
    made.text, made.single = more, one
    return made


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Sentences by their English ones; none for English itself."""
    if language == ENGLISH or language not in LANGUAGES:
        return {}
    words = files("fewshot_fer") / "web" / "static" / "words"
    found: dict[str, str] = {}
    for room in _ROOMS:
        file = words / f"{room}{language}.json"
        found |= json.loads(file.read_text(encoding="utf-8"))
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
