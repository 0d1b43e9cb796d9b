"""Informed consent: its numbered texts, and the record that someone agreed to one of them.

A text is never edited once people have agreed to it; a change is a new file. The record
holds the text's hash, so that it can be shown later what exactly was agreed to.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from importlib.resources import files

from fewshot_fer.errors import ConsentError
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.store.names import display_name, printable
from fewshot_fer.students.store.records import Consent

CURRENT = "v1"


def consent_text(version: str = CURRENT) -> str:
    """The agreement's words."""
    if not re.fullmatch(r"v[0-9]{1,4}", version):
        raise _unknown(version)
    try:
        return (files(__name__) / f"{version}.md").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise _unknown(version) from error


def agreed(by: str, at: datetime, version: str = CURRENT) -> Consent:
    """The record of an agreement: who, when, which text."""
    if not by.strip():
        raise ConsentError(Reason(Code.NOBODY_AGREED))
    if at.tzinfo is None:
        raise ValueError("a consent's time needs its zone")
    digest = hashlib.sha256(consent_text(version).encode()).hexdigest()
    return Consent(by=display_name(by), at=at.replace(microsecond=0), text=version, sha256=digest)


def altered(consent: Consent) -> bool:
    """Whether the text that was agreed to is not the one that we have under its name."""
    return hashlib.sha256(consent_text(consent.text).encode()).hexdigest() != consent.sha256


def _unknown(version: str) -> ConsentError:
    return ConsentError(
        f"There is no agreement text {printable(version)!r}.",
        next_step=f"The newest is {CURRENT!r}.",
    )
