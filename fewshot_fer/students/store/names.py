"""What students, expressions and ids may be called.

Names are for people to read; ids and folder names are ours, so nothing that a person
types ever becomes a path.
"""

from __future__ import annotations

import difflib
import re
import secrets
import unicodedata
from collections.abc import Iterable

from fewshot_fer.errors import StudentError
from fewshot_fer.expressions import UNSURE
from fewshot_fer.languages import Phrase
from fewshot_fer.reasons import Code, Reason

LONGEST_NAME = 100
LONGEST_EXPRESSION = 32
_ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,38}[a-z0-9]")
_DIRECTION_MARKS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_RESERVED = frozenset(
    [UNSURE, *"con prn aux nul none all class".split()]
    + [f"{port}{n}" for port in ("com", "lpt") for n in range(10)]
)


def random_id() -> str:
    """Eight letters that nobody misreads: 40 bits, so two students never meet by chance."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(8))


def is_id(text: str) -> bool:
    """Whether this may be the name of a student's folder."""
    return _ID.fullmatch(text) is not None and text not in _RESERVED


def checked_id(text: str) -> str:
    """The id itself, or an error: the one door between a typed id and a path."""
    if not is_id(text):
        raise StudentError(Reason(Code.NO_SUCH_ID, text=printable(text)))
    return text


def display_name(text: str) -> str:
    """A name as people write it, tidied; any script, a slash and emoji are welcome."""
    name = "".join(letter for letter in text if letter not in _DIRECTION_MARKS)
    name = unicodedata.normalize("NFC", name)
    name = re.sub(r" +", " ", name).strip()
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Co", "Zl", "Zp") for letter in name):
        raise StudentError(
            "The name holds characters that cannot be shown.",
            where=printable(text),
            next_step="Type the name again by hand.",
        )
    if not any(unicodedata.category(letter)[0] in "LNS" for letter in name):
        raise StudentError("The name is empty.", next_step="Give the name that the teacher knows.")
    if len(name) > LONGEST_NAME:
        raise StudentError(
            Phrase(
                "The name has {length} characters; at most {most} fit.",
                length=len(name),
                most=LONGEST_NAME,
            ),
            where=printable(text),
            next_step="Use a shorter form of the name.",
        )
    return name


def expression_name(text: str) -> str:
    """An expression's name, which is also its folder's: small letters, digits and hyphens."""
    name = unicodedata.normalize("NFC", text).strip().casefold()
    name = unicodedata.normalize("NFC", re.sub(r"[\s_]+", "-", name))
    plain = name.replace("-", "")
    fits = len(name) <= LONGEST_EXPRESSION and len(name.encode()) <= 2 * LONGEST_EXPRESSION
    if not plain.isalnum() or not name[0].isalpha() or not fits or name in _RESERVED:
        raise StudentError(
            Phrase("{text!r} cannot be the name of an expression.", text=printable(text)),
            next_step=Phrase(
                "Use one or two other words of letters and digits, such as 'confused', of at most "
                "{most} letters.",
                most=LONGEST_EXPRESSION,
            ),
        )
    return name


def known_expression(text: str, known: Iterable[str]) -> str:
    """The expression meant, or an error that names the nearest one."""
    names = tuple(known)
    name = expression_name(text)
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    guess = f"Did you mean {near[0]!r}? " if near else ""
    raise StudentError(Reason(Code.NO_EXPRESSION, name=name, guess=guess, known=", ".join(names)))


def printable(text: str, longest: int = 60) -> str:
    """What a person typed, made safe for a message."""
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"
