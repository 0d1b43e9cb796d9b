"""Informed consent: its numbered texts, and the record that someone agreed to one of them.

A text is never edited once people have agreed to it; a change is a new file. The record holds
the hash of the text as it was read, in its language, so that it can be shown later what exactly
was agreed to. From version 2 on every purpose is agreed to by itself; version 3 says what differs
where a student's own device reads.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from importlib.resources import files
from typing import Final

from fewshot_fer.errors import ConsentError
from fewshot_fer.languages import Phrase
from fewshot_fer.measures import KEEP_DAYS
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.store.names import display_name, printable
from fewshot_fer.students.store.records import EVERY, Consent, Purpose

CURRENT: Final = "v3"
_ENGLISH: Final = "en"


def consent_text(
    version: str = CURRENT, language: str = _ENGLISH, days: int | None = KEEP_DAYS
) -> str:
    """The agreement's words; those of a language that it is not in are the English ones."""
    there = languages(version)
    file = files(__name__) / version / f"{language if language in there else _ENGLISH}.md"
    return file.read_text(encoding="utf-8").replace("{days}", str(days))


def languages(version: str = CURRENT) -> tuple[str, ...]:
    """The languages that a text is in."""
    folder = files(__name__) / version
    if not re.fullmatch(r"v[0-9]{1,4}", version) or not folder.is_dir():
        raise _unknown(version)
    return tuple(sorted(file.name.removesuffix(".md") for file in folder.iterdir()))


def agreed(
    by: str,
    at: datetime,
    version: str = CURRENT,
    *,
    purposes: Iterable[Purpose] = EVERY,
    language: str = _ENGLISH,
    days: int | None = KEEP_DAYS,
) -> Consent:
    """The record of an agreement: who, when, to which text and to what of it."""
    if not by.strip():
        raise ConsentError(Reason(Code.NOBODY_AGREED))
    if at.tzinfo is None:
        raise ValueError("a consent's time needs its zone")
    language = language if language in languages(version) else _ENGLISH
    return Consent(
        by=display_name(by),
        at=at.replace(microsecond=0),
        text=version,
        sha256=_hash(consent_text(version, language, days)),
        purposes=frozenset(purposes),
        language=language,
        days=days,
    )


def altered(consent: Consent) -> bool:
    """Whether the text that was agreed to is not the one that we have under its name."""
    return _hash(consent_text(consent.text, consent.language, consent.days)) != consent.sha256


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _unknown(version: str) -> ConsentError:
    return ConsentError(
        Phrase("There is no agreement text {version!r}.", version=printable(version)),
        next_step=Phrase("The newest is {current!r}.", current=CURRENT),
    )
