"""The colours of expressions, the same in the report, the pages and the terminal.

Chosen so that neighbours of a stack differ in lightness too: who sees no red from green still sees
where one ends. A colour never stands alone; the expression's name is beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

COLOURS: Final[Mapping[str, str]] = {
    "angry": "#cf4a4a",
    "disgust": "#7f9a35",
    "fear": "#8a63b8",
    "happy": "#f0b429",
    "sad": "#3a78b5",
    "surprise": "#2fb0a5",
    "neutral": "#c3cbd6",
}
OTHERS: Final = ("#a0522d", "#d977b0", "#4d4d4d", "#6b8e9e", "#b5a642")
"""For expressions that people name themselves."""
STACK: Final = ("happy", "surprise", "neutral", "sad", "fear", "disgust", "angry")
"""From the bottom of a stack to its top."""
COVERED: Final = "#5b6b7f"


def colour(name: str, names: Sequence[str] = ()) -> str:
    """An expression's colour, the same wherever these names are shown together."""
    if name in COLOURS:
        return COLOURS[name]
    own = [other for other in names if other not in COLOURS]
    return OTHERS[own.index(name) % len(OTHERS)] if name in own else OTHERS[0]


def ordered(names: Sequence[str]) -> list[str]:
    """Expressions from the bottom of a stack to its top."""
    return [n for n in STACK if n in names] + [n for n in names if n not in STACK]
