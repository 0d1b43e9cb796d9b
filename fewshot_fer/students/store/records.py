"""The values of this room and how they are written down in `student.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Literal

import yaml

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.errors import LibraryError, StudentError
from fewshot_fer.plain_yaml import read_texts
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.store.names import display_name, expression_name, is_id

Keeps = Literal["images", "vectors"]
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class Purpose(StrEnum):
    """What somebody agrees to, or not: each by itself."""

    READ = "read"
    """To be read while a lesson goes on."""
    NUMBERS = "numbers"
    """That what was read is kept, second by second."""
    PICTURES = "pictures"
    """That pictures, and what is computed from them, are kept to teach the program."""


Purposes = frozenset[Purpose]
EVERY: Final[Purposes] = frozenset(Purpose)
NONE: Final[Purposes] = frozenset()

_COVERS: Final[Mapping[str, Purposes]] = {"v1": frozenset({Purpose.READ, Purpose.PICTURES})}
"""What was agreed to with a text from before there were purposes; of any other, nothing was."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agreed, when, to exactly which text and which of its purposes."""

    by: str
    at: datetime
    text: str
    sha256: str
    purposes: Purposes
    language: str = "en"
    """Of the text, ..."""
    days: int | None = None
    """... and for how many days it says that numbers are kept."""

    @property
    def document(self) -> dict[str, Any]:
        """As it is written down."""
        return {
            "by": self.by,
            "at": self.at.isoformat(),
            "text": self.text,
            "language": self.language,
            **({} if self.days is None else {"days": self.days}),
            "sha256": self.sha256,
            "purposes": sorted(one.value for one in self.purposes),
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Consent:
        """What was written down; a text from before there were purposes covers what it spoke of."""
        version, days = text(document["text"]), document.get("days")
        given = document.get("purposes")
        covered = _COVERS.get(version, NONE)
        if given is not None:
            covered = frozenset(map(Purpose, texts(given)))
        return cls(
            by=text(document["by"]),
            at=moment(document["at"]),
            text=version,
            sha256=_hex(document["sha256"]),
            purposes=covered,
            language=text(document.get("language", "en")),
            days=None if days is None else int(days),
        )


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """One picture (or, by choice, one vector) of a student; `sha` is its file's SHA-256."""

    expression: str
    sha: str
    kind: Literal["image", "vector"] = "image"

    @property
    def file(self) -> str:
        """Its path inside the student's folder."""
        ending = "png" if self.kind == "image" else "safetensors"
        return f"references/{self.expression}/{self.sha}.{ending}"

    @property
    def sidecar(self) -> str:
        """The path of what is known about it: quality, source, when it was added."""
        return f"references/{self.expression}/{self.sha}.json"


@dataclass(frozen=True, slots=True)
class Student:
    """One student as the library knows them; references in a fixed order."""

    id: str
    name: str
    created: datetime
    consent: Consent
    keeps: Keeps = "images"
    keep_until: date | None = None
    own_expressions: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    calibrations: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    @property
    def purposes(self) -> Purposes:
        """What they agree to."""
        return self.consent.purposes

    @property
    def counts(self) -> dict[str, int]:
        """How many references each expression has."""
        counts: dict[str, int] = {}
        for reference in self.references:
            counts[reference.expression] = counts.get(reference.expression, 0) + 1
        return counts

    def by_expression(self) -> dict[str, list[Reference]]:
        """The references of each expression."""
        found: dict[str, list[Reference]] = {}
        for reference in self.references:
            found.setdefault(reference.expression, []).append(reference)
        return found

    def reference(self, beginning: str) -> Reference:
        """The one reference whose hash begins so."""
        found = [one for one in self.references if beginning and one.sha.startswith(beginning)]
        if len(found) != 1:
            facts: dict[str, str | int] = {
                "count": len(found), "name": self.name, "beginning": beginning, "student": self.id
            }  # fmt: skip
            raise StudentError(Reason(Code.NO_REFERENCE, **facts))
        return found[0]


@dataclass(frozen=True, slots=True)
class Summary:
    """A line of the list of students; made without opening a picture."""

    id: str
    name: str
    created: datetime
    counts: Mapping[str, int]
    calibrations: int
    keep_until: date | None
    purposes: Purposes
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class NewReference:
    """A reference on its way in: the portrait [192,192,3], or its vector z [D] instead."""

    expression: str
    portrait: Bytes | None = None
    vector: Floats | None = None
    checkpoint: str = ""
    quality: Mapping[str, float] | None = None
    source: str = ""


def summary_of(student: Student) -> Summary:
    """What the list of students shows."""
    return Summary(
        student.id,
        student.name,
        student.created,
        student.counts,
        len(student.calibrations),
        student.keep_until,
        student.purposes,
        student.classes,
    )


def to_yaml(student: Student) -> bytes:
    """The student as `student.yaml`; the same student always gives the same bytes."""
    references: dict[str, list[str]] = {}
    for reference in sorted(student.references):
        references.setdefault(reference.expression, []).append(reference.sha)
    document: dict[str, Any] = {
        "name": student.name,
        "created": student.created.isoformat(),
        "consent": student.consent.document,
        "keeps": student.keeps,
    }
    if student.keep_until is not None:
        document["keep_until"] = student.keep_until.isoformat()
    if student.own_expressions:
        document["own_expressions"] = list(student.own_expressions)
    if student.classes:
        document["classes"] = list(student.classes)
    document["references"] = references
    document["calibrations"] = list(student.calibrations)
    written = yaml.dump(
        document, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, default_flow_style=False
    )
    return str(written).encode()


def from_yaml(student_id: str, data: bytes, *, where: str) -> Student:
    """The student that was written down; anything unexpected is an error, never a guess."""
    try:
        return _student(student_id, read_texts(data))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LibraryError(Reason(Code.PAGE_DAMAGED), where=where) from error


def _student(student_id: str, document: Mapping[str, Any]) -> Student:
    keeps: Keeps = document["keeps"]
    if not is_id(student_id) or keeps not in ("images", "vectors"):
        raise ValueError(student_id)
    kind: Literal["image", "vector"] = "image" if keeps == "images" else "vector"
    until = document.get("keep_until")
    return Student(
        id=student_id,
        name=tidy(document["name"], display_name),
        created=moment(document["created"]),
        consent=Consent.of(document["consent"]),
        keeps=keeps,
        keep_until=date.fromisoformat(until) if until else None,
        own_expressions=tuple(
            tidy(name, expression_name) for name in texts(document.get("own_expressions", []))
        ),
        references=tuple(
            sorted(
                Reference(tidy(name, expression_name), _hex(sha), kind)
                for name, shas in document["references"].items()
                for sha in texts(shas)
            )
        ),
        calibrations=tuple(map(_hex, texts(document["calibrations"]))),
        classes=tuple(tidy(name, display_name) for name in texts(document.get("classes", []))),
    )


def text(given: object) -> str:
    """What has to be text, of whole letters; else a ValueError, as in all that follow."""
    if not isinstance(given, str):
        raise ValueError(given)
    given.encode()
    return given


def texts(given: object) -> list[str]:
    """A list of text."""
    if not isinstance(given, list):
        raise ValueError(given)
    return [text(one) for one in given]


def moment(given: object) -> datetime:
    """A time with its zone: others cannot be compared."""
    found = datetime.fromisoformat(text(given))
    if found.tzinfo is None:
        raise ValueError(given)
    return found


def tidy(given: object, rule: Callable[[str], str]) -> str:
    """Text that a rule of ours leaves as it is: these become folder names."""
    try:
        if rule(text(given)) == given:
            return given
    except LibraryError as error:
        raise ValueError(given) from error
    raise ValueError(given)


def _hex(given: object) -> str:
    """A SHA-256 in small letters, and nothing else: these become file names."""
    found = text(given)
    if len(found) != 64 or set(found) - set("0123456789abcdef"):
        raise ValueError(given)
    return found
