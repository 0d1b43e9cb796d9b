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

    # Why a picture may not teach, or is asked about.
    NO_FACE = "no-face"
    NO_SUCH_FACE = "no-such-face"
    SEVERAL_FACES = "several-faces"
    SAME_PICTURE = "same-picture"
    SAME_PICTURE_TWO_NAMES = "same-picture-two-names"
    SOMEBODY_ELSE = "somebody-else"
    LIKE_YOUR = "like-your"
    LIKE_MOST_PEOPLES = "like-most-peoples"
    STILL_AT_REST = "still-at-rest"
    LIKE_ANOTHER = "like-another"
    READ_WORSE = "read-worse"
    NOBODY_CHECKED = "nobody-checked"
    PICTURES_REFUSED = "pictures-refused"

    # What is asked of those who are enrolled together.
    NAME_TWICE = "name-twice"
    ENROLLED_ALREADY = "enrolled-already"
    PICTURE_OF_TWO = "picture-of-two"
    NO_USABLE_PICTURE = "no-usable-picture"

    # Why something of a student cannot be done.
    NOBODY_AGREED = "nobody-agreed"
    PICTURES_NOT_AGREED = "pictures-not-agreed"
    NO_STUDENT = "no-student"
    NO_SUCH_ID = "no-such-id"
    NAMESAKE = "namesake"
    ALREADY_HERE = "already-here"
    NO_EXPRESSION = "no-expression"
    BASIC_EXPRESSION = "basic-expression"
    NO_REFERENCE = "no-reference"
    NO_CALIBRATION = "no-calibration"
    NO_USABLE_FACE = "no-usable-face"
    TOO_FEW_SURE = "too-few-sure"
    NOT_AT_REST = "not-at-rest"
    PAGE_DAMAGED = "page-damaged"
    FILE_DAMAGED = "file-damaged"
    FILE_MISSING = "file-missing"
    EXPORT_REFUSED = "export-refused"

    # What is wrong with a stream of pictures.
    SILENT = "silent"
    NO_PICTURE_YET = "no-picture-yet"
    BLACK = "black"
    RESIZED = "resized"

    # Of the record, and of who asks.
    NO_SESSION = "no-session"
    NO_SESSION_YET = "no-session-yet"
    RECORD_FULL = "record-full"
    TIME_OVER = "time-over"


@dataclass(frozen=True, slots=True, init=False)
class Reason:
    """A code and the facts that its sentence needs: `Reason(Code.CLOSE, first=…, second=…)`."""

    code: Code
    facts: Mapping[str, Fact]

    def __init__(self, code: Code, **facts: Fact) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "facts", facts)

    def __hash__(self) -> int:
        return hash((self.code, frozenset(self.facts.items())))
