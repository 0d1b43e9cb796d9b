"""What is written down of a session and what is read back; no database in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, Final

import numpy as np
from pydantic import Field

from fewshot_fer.arrays import Floats, Ints

Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""What fits into a column; looked at where values come from a file."""
BLOCK_S: Final = 10
"""Reports are made from blocks of so many seconds."""
_LONGEST_LESSON: Final = timedelta(days=1)


def one_line(text: str) -> str:
    """What somebody typed, as it is kept."""
    # Half an emoji, as a browser may cut one, is in no database's alphabet.
    whole = text.encode(errors="replace").decode().replace("\0", "")
    return " ".join(whole.split())[:200]


# ---------------------------------------------------------------------- written


@dataclass(frozen=True, slots=True)
class ClassSecond:
    """The class in one second: means over the frames of that second."""

    second: Number
    expected: Annotated[Number, Field(le=32_767)]
    """Students of the class."""
    faces: float
    sure: float
    """Faces that were confidently read."""
    counts: Mapping[str, float]
    """How many of these showed each expression."""
    on_device: float = 0.0
    """How many of the faces were read on students' own devices."""


@dataclass(frozen=True, slots=True)
class StudentSecond:
    """One student in one second; shares are of the frames of that second."""

    student: str
    track: Number
    seen: float
    sure: float
    quality: float
    shown: str | None
    """What was confidently shown for at least half of the second."""
    scores: Mapping[str, float]
    on_device: bool = False
    """Whether it was read on the student's own device, if only for a part of the second."""


@dataclass(frozen=True, slots=True)
class Second:
    """All that is kept of one second."""

    whole: ClassSecond
    students: tuple[StudentSecond, ...] = ()

    def without(self, gone: Callable[[str], bool]) -> Second:
        """The same without some students."""
        return replace(self, students=tuple(s for s in self.students if not gone(s.student)))


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment that the teacher marked, in seconds of the session."""

    second: Number
    text: str


# ---------------------------------------------------------------------- read back


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session in the list."""

    id: int
    class_name: str
    started: datetime
    ended: datetime | None
    """None: it still runs, or it was cut off."""
    each: bool
    """Students were recorded one by one."""
    seconds: int
    students: int
    marks: int
    names: tuple[str, ...]
    """The expressions, in the order of every array here."""
    title: str = ""
    """What the teacher calls the lesson, if anything."""

    def is_over(self, now: datetime) -> bool:
        """Whether it was ended, or cut off for sure."""
        return self.ended is not None or now - self.started > _LONGEST_LESSON


@dataclass(frozen=True, slots=True)
class ClassTrack:
    """The class second by second."""

    seconds: Ints
    """[n], increasing; a gap is a pause."""
    expected: Floats
    """[n]"""
    faces: Floats
    """[n]"""
    counts: Floats
    """How many confidently showed each expression [n,C]."""
    on_device: Floats
    """How many faces were read on students' own devices [n]."""

    @property
    def sure(self) -> Floats:
        """How many were confidently read [n]."""
        return np.asarray(self.counts.sum(axis=1), np.float32)


@dataclass(frozen=True, slots=True)
class StudentTrack:
    """One student second by second."""

    seconds: Ints
    """[n]"""
    seen: Floats
    """[n]"""
    sure: Floats
    """[n]"""
    quality: Floats
    """[n]"""
    shown: Ints
    """The expression's place in the names, or -1 [n]."""
    scores: Floats
    """[n,C]"""
    on_device: Ints
    """1 where it was read on the student's own device, else 0 [n]."""


@dataclass(frozen=True, slots=True)
class StudentBlocks:
    """One student in blocks of some seconds: what every number of the report is made from."""

    blocks: Ints
    """Which blocks, increasing [n]."""
    counts: Floats
    """Seconds in which each expression was confidently shown [n,C]."""
    seen: Floats
    """Seconds in which the face was to be seen [n]."""
    quality: Floats
    """The mean quality of the face while it was seen [n]."""
    on_device: int = 0
    """Seconds that were read on the student's own device."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A session as a report needs it."""

    session: SessionRecord
    whole: ClassTrack
    marks: tuple[Mark, ...] = ()
    students: Mapping[str, StudentBlocks] = field(default_factory=dict)
    """By student id; empty where students were not recorded."""
