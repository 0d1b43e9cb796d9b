"""What comes out of a lesson: answers to pictures, what happened, and how it stands; frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.reasons import Reason
from fewshot_fer.records.summary import Summary
from fewshot_fer.records.values import ClassSecond, Mark
from fewshot_fer.records.views import ClassShares, View
from fewshot_fer.students.store.records import Purpose

Mode = Literal["off", "class", "per_student"]
"""What of a lesson is recorded."""
OnDevice = Literal["off", "allowed", "preferred", "required"]
"""Whether students' pictures may, should or must be read on their own devices."""
Does = Literal["joined", "left", "agreed", "withdrew", "deleted"]
"""What a student may do that the teacher should know of."""
CheckIns = tuple[Mapping[str, Any], ...]
"""Who is worth a check-in, in the words of those who watch."""


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A picture was read."""

    source: str
    view: View
    """Its time is the lesson's."""
    size: tuple[int, int]
    """Width and height."""
    seconds: float
    """From the picture's arrival to this answer."""
    jpeg: bytes | None = None
    """The picture, where it may be shown."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A picture was not read."""

    reason: Literal["newer", "paused", "ended"]


@dataclass(frozen=True, slots=True)
class Marked:
    """A moment was marked."""

    mark: Mark
    """In seconds of the lesson."""
    recorded: bool
    """Whether a session is recorded that has it, if need be after a pause."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """A student did something that the teacher should know of."""

    what: Does
    name: str
    purposes: tuple[Purpose, ...] = ()
    """What they agreed to, or took back."""


@dataclass(frozen=True, slots=True)
class Paused:
    """Nothing is looked at, or (not `on`) everything again."""

    on: bool


@dataclass(frozen=True, slots=True)
class RecordingState:
    """Whether and how a lesson is recorded; told when that changes."""

    mode: Mode = "off"
    session: int | None = None
    """The session that is recorded, or was last."""
    trouble: FewshotFerError | None = None
    """Why what was seen is not in the record (yet)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What another process needs to go on with a lesson where this one breaks off."""

    seconds: float = 0.0
    """The lesson's time, when this was so."""
    paused: bool = False
    mode: Mode = "off"
    session: int | None = None
    """The session that is recorded, ..."""
    session_began: float | None = None
    """... and its beginning in the lesson's time, once something was seen."""
    marks: tuple[Mark, ...] = ()
    on_device: OnDevice | None = None
    """What students' own devices may or must read."""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """Another process holds the lesson from now on; whoever is here comes back to it there."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The lesson is over."""

    seconds: float
    recording: RecordingState
    """How it was recorded last, and what is missing of that."""
    summary: Summary


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a stream of pictures stands."""

    key: str
    kind: str
    student: str | None
    faces: int
    a_second: float
    """Answers a second."""
    ms: float
    """From a picture's arrival to its answer."""
    said: str | None
    """What is wrong with it, if anything."""
    size: tuple[int, int]
    over: bool
    """It was pulled and gives no pictures any more."""
    error: BaseException | None
    """Why, unless it came to its end."""
    reason: Reason | None = None
    """What is wrong with its pictures, if anything."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some seconds of the class, for the timeline."""

    start: int
    sure: float = 0.0
    expected: float = 0.0
    counts: Mapping[str, float] = field(default_factory=dict)

    def plus(self, second: ClassSecond) -> Stretch:
        """With one more second in it."""
        names = {**self.counts, **second.counts}
        counts = {n: self.counts.get(n, 0.0) + second.counts.get(n, 0.0) for n in names}
        sure, expected = self.sure + second.sure, self.expected + second.expected
        return Stretch(self.start, sure, expected, counts)


@dataclass(frozen=True, slots=True)
class LessonState:
    """How a lesson stands."""

    id: str
    name: str
    started: float
    """By the wall clock."""
    seconds: float = 0.0
    """Since the first picture came."""
    paused: bool = False
    ended: bool = False
    moved: bool = False
    """It has ended here alone: another process goes on with it."""
    recording: RecordingState = field(default_factory=RecordingState)
    sources: tuple[SourceState, ...] = ()
    viewers: int = 0
    view: View | None = None
    """Everybody who is seen now, of all sources together; None where there is nothing new."""
    shares: ClassShares = field(default_factory=lambda: ClassShares({}, 0, 0))
    marks: tuple[Mark, ...] = ()
    timeline: tuple[Stretch, ...] = ()
    check_ins: CheckIns = ()
    on_device: OnDevice = "allowed"
    title: str = ""
    """What the teacher calls the lesson, if anything."""
    library: FewshotFerError | None = None
    """What is wrong with the students' folder, if anything."""

    @property
    def over(self) -> bool:
        """Whether it has ended, or no source gives pictures any more."""
        return self.ended or (bool(self.sources) and all(one.over for one in self.sources))

    @property
    def error(self) -> BaseException | None:
        """Why it is over, where every source broke off; None where one came to its end."""
        errors = [source.error for source in self.sources]
        return errors[0] if errors and None not in errors else None


Event = Looked | Marked | Noticed | Paused | RecordingState | Ended | Moved | LessonState
