"""What a class session says of one frame: frozen, so that every front may keep and share it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fewshot_fer.prototypes.prototypes import Reading
from fewshot_fer.reasons import Reason
from fewshot_fer.students.store.records import EVERY, Purpose, Purposes

Box = tuple[float, float, float, float]


class Quality(Protocol):
    """How good a face is to look at."""

    @property
    def score(self) -> float:
        """All in all, 0 to 1."""
        ...

    @property
    def reason(self) -> Reason | None:
        """Why the face can hardly be read, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """One face of the frame."""

    box: Box
    """x0, y0, x1, y1 in pixels."""
    track: int
    student: str | None
    name: str | None
    reading: Reading | None
    """What is shown, smoothed over time; None until the face was read for the first time."""
    quality: Quality | None
    """How good the face was when it was last read."""
    read_at: float | None
    """When it was last read; equal to the view's time if in this very frame."""
    source: str = ""
    """Which source shows it, where several make one class: the box is in that one's picture."""
    purposes: Purposes = EVERY
    """What may be done with it; who has not agreed to be read is a face and no more."""
    on_device: bool = False
    """Whether the student's own device read it: then it is what that device says of itself."""

    @property
    def may_be_read(self) -> bool:
        """Whether it is somebody who agreed."""
        return Purpose.READ in self.purposes

    @property
    def expression(self) -> str | None:
        """What is shown, when that is sure."""
        return self.reading.expression if self.reading and not self.reading.unsure else None


@dataclass(frozen=True, slots=True)
class ClassShares:
    """The class as a whole."""

    shares: Mapping[str, float]
    """Of the faces read with confidence, the share of each expression; empty if there is none."""
    sure: int
    """Faces that are confidently read."""
    expected: int
    """Students who agreed to be read, or the faces that are read where these are more."""
    unread: int = 0
    """Faces that are not read, since nobody agreed to it."""

    def __str__(self) -> str:
        shares = ", ".join(f"{name} {100 * share:.0f} %" for name, share in self.shares.items())
        read = f"{self.sure} of {self.expected} clearly read"
        return f"{shares} ({read})" if shares else read

    @property
    def coverage(self) -> float:
        """The share of the class that the numbers speak of."""
        return self.sure / self.expected if self.expected else 0.0


@dataclass(frozen=True, slots=True)
class Effort:
    """What was done for this frame and what was not."""

    faces: int
    read: int
    """Faces embedded and read in this frame."""
    oldest: float
    """The age in seconds of the oldest reading in the frame; infinite for a face never read."""

    @property
    def skipped(self) -> int:
        """Faces whose reading is of an earlier frame."""
        return self.faces - self.read


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds that each stage took."""

    follow: float
    align: float
    embed: float
    match: float
    total: float


@dataclass(frozen=True, slots=True)
class View:
    """All that is known of the class at the time of a frame."""

    time: float
    seen: tuple[Seen, ...]
    shares: ClassShares
    effort: Effort
    timings: Timings

    def __str__(self) -> str:
        return f"{self.time:.1f} s: {self.shares}"


def shares_of(seen: Sequence[Seen], members: int) -> ClassShares:
    """The class's shares from the faces of a frame and how many students agreed to be read."""
    unread = sum(not face.may_be_read for face in seen)
    sure = [face.expression for face in seen if face.expression is not None]
    counts = Counter(sure)
    return ClassShares(
        {name: count / len(sure) for name, count in counts.most_common()},
        len(sure),
        max(members, len(seen) - unread),
        unread,
    )


def effort_of(seen: Iterable[Seen], time: float) -> Effort:
    """What was done, from the faces of a frame that may be read."""
    faces = [face.read_at for face in seen if face.may_be_read]
    ages = [time - read_at if read_at is not None else float("inf") for read_at in faces]
    return Effort(len(ages), sum(age == 0 for age in ages), max(ages, default=0.0))
