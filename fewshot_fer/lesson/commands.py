"""What may be asked of a lesson while it runs; each command says what it is answered with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from fewshot_fer.lesson.events import Ended, Event, Marked, Mode, Noticed, OnDevice
from fewshot_fer.lesson.naming import Namer
from fewshot_fer.lesson.sources import Pictures
from fewshot_fer.reasons import Reason
from fewshot_fer.students.enrolment.gate import Candidate
from fewshot_fer.students.recalibration import Recalibrated

AnswerT = TypeVar("AnswerT")
Kind = Literal["gallery", "device", "drawn"]
Results = Mapping[str, Recalibrated | Reason]
"""What recalibrating brought every student; of who was left as they were, why."""
Sink = Callable[[Event], None]
"""Is told what happens, in the lesson's own thread: it must be quick and never wait."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A stream of pictures of a class, or of one student."""

    key: str
    """What it is called; no two of a lesson are called alike."""
    kind: Kind = "gallery"
    """The pictures of a `device` are shown to nobody; a `drawn` class keeps no lesson alive."""
    student: str | None = None
    """The id of the one student whom it shows."""
    pictures: Pictures | None = None
    """Pulled, at the speed at which they were taken; a source without them is pushed."""
    waits: bool = False
    """Pull the next picture only when the last one was answered."""
    namer: Namer | None = None
    """Says who is who, where neither the one student nor the faces do."""
    cores: float | None = None
    """How many processor cores reading it may take."""


class Command(Generic[AnswerT]):
    """Something to ask of a lesson."""


@dataclass(frozen=True, slots=True)
class Pull(Command[None]):
    """Take pictures from a source until it ends."""

    source: Source


@dataclass(frozen=True, slots=True)
class Leave(Command[None]):
    """A source is no more."""

    source: str


@dataclass(frozen=True, slots=True)
class Name(Command[None]):
    """A person says who a face is (None: nobody of the class)."""

    source: str
    track: int
    student: str | None


@dataclass(frozen=True, slots=True)
class Heed(Command[None]):
    """What somebody agreed to has changed, or they are gone: it holds once this is answered."""


@dataclass(frozen=True, slots=True)
class Notice(Command[None]):
    """Tell those who watch that a student came or went."""

    what: Noticed


@dataclass(frozen=True, slots=True)
class Mark(Command[Marked]):
    """Mark this moment; a record that is begun or goes on later gets it then."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Rename(Command[None]):
    """Call the lesson so, also in its record."""

    title: str


@dataclass(frozen=True, slots=True)
class Pause(Command[None]):
    """Look at nothing and record nothing, or (not `on`) look and record again."""

    on: bool = True


@dataclass(frozen=True, slots=True)
class ReadOnDevice(Command[None]):
    """From now on students' own devices may, should or must read their pictures themselves."""

    policy: OnDevice


@dataclass(frozen=True, slots=True)
class Record(Command[int | None]):
    """Record so from now on, in a session of its own; the session that is recorded, or was."""

    mode: Mode
    when_seen: bool = False
    """Begin with the first view, so that sources that show nothing leave no empty session."""


@dataclass(frozen=True, slots=True)
class Recalibrate(Command[Results]):
    """Fit everybody who is seen to today's light."""

    resting: bool = False
    """All were at rest for the last seconds; else the last minute's sure looks count."""


@dataclass(frozen=True, slots=True)
class Collect(Command[Mapping[str, list[Candidate]]]):
    """The last minute's clearest pictures, by student, of those who agreed to pictures.

    Of a `moment` the last seconds' sharpest of each instead, whatever it shows.
    """

    moment: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Watch(Command[None]):
    """Tell this sink what happens from now on, and first how things stand."""

    sink: Sink


@dataclass(frozen=True, slots=True, eq=False)
class Unwatch(Command[None]):
    """Tell it nothing more."""

    sink: Sink


@dataclass(frozen=True, slots=True)
class End(Command[Ended]):
    """End the lesson and keep what was recorded."""

    moves: bool = False
    """Another process goes on with it: the session that is recorded stays open."""
