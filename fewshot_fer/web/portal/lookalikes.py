"""Names that look like one another: Unicode's skeletons of confusable letters (UTS 39).

Whoever types *Аnna* with a Cyrillic letter, a space that is not seen or an accent more must not
come in as somebody new beside *Anna*: the teacher is asked.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

_UNSEEN: Final = frozenset("\u115f\u1160\u3164\uffa0\ufe0f\ufe0e")


def look_alike(one: str, other: str) -> bool:
    """Whether a person may take the one name for the other."""
    return not _skeletons(one).isdisjoint(_skeletons(other))


@cache
def _skeletons(name: str) -> frozenset[str]:
    # As it is written, for I and l; and without capitals, for a and A.
    return frozenset((_skeleton(name), _skeleton(name.casefold())))


def _skeleton(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    plain = "".join(_plainest().get(letter, letter) for letter in letters).casefold()
    seen = filter(_counts, unicodedata.normalize("NFKD", plain))
    return "".join(seen).replace("rn", "m").replace("vv", "w")


def _counts(letter: str) -> bool:
    """Whether a letter tells names apart: accents, spaces, dots and what is not seen do not."""
    if letter in _UNSEEN or "\u0300" <= letter <= "\u036f":
        return False
    return letter.isalnum() or unicodedata.category(letter) in ("Mn", "Mc")


@cache
def _plainest() -> Mapping[str, str]:
    """For every letter that has look-alikes the plainest of them: a small Latin one, if any."""
    table = files("confusable_homoglyphs") / "confusables.json"
    found: dict[str, list[dict[str, str]]] = json.loads(table.read_text(encoding="utf-8"))
    return {
        letter: min((letter, *(one["c"] for one in alike if len(one["c"]) == 1)), key=_plainness)
        for letter, alike in found.items()
        if len(letter) == 1
    }


def _plainness(letter: str) -> tuple[bool, bool, str]:
    return not letter.isascii(), not letter.islower(), letter
