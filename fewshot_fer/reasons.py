"""Why something is so, as a value: a code for programs, and facts for whoever words it.

What is wrong with a picture, why a label is not shown, why somebody may not: the core gives a
`Reason`. Only `sentences.py` and the fronts' own catalogues turn one into words, and nothing
reads those words again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Fact = str | int | float


class Code(StrEnum):
    """Every reason there is; the values are stable, other programs read them."""

    # Why a label is not shown.
    FAR = "far"
    CLOSE = "close"
    NOT_READ = "not-read"

    # What is wrong with a face.
    SMALL = "small"
    BLURRED = "blurred"
    DARK = "dark"
    BRIGHT = "bright"
    FLAT = "flat"
    TURNED = "turned"
    TILTED = "tilted"
    CUT_OFF = "cut-off"
    HARDLY_A_FACE = "hardly-a-face"
    MOUTH_HIDDEN = "mouth-hidden"
    NO_POINTS = "no-points"


@dataclass(frozen=True, slots=True, init=False)
class Reason:
    """A code and the facts that its sentence needs: `Reason(Code.CLOSE, first=…, second=…)`."""

    code: Code
    facts: Mapping[str, Fact]

    def __init__(self, code: Code, **facts: Fact) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "facts", facts)
