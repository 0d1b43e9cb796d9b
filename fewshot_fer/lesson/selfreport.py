"""What a student's own device read in its own pictures, and says of itself; none came here.

Nobody can check it, so it is marked wherever it goes. It takes the way of a picture through the
lesson: the newest wins, a pause skips it, and who has not agreed is a face and no more.
"""

from __future__ import annotations

from dataclasses import dataclass

from fewshot_fer.lesson.members import Members
from fewshot_fer.prototypes.prototypes import Reading
from fewshot_fer.reasons import Reason
from fewshot_fer.records.views import Seen, Timings, View, effort_of, shares_of
from fewshot_fer.students.store.records import Purpose

_NOTHING_DONE = Timings(0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class SaidQuality:
    """How good the face was to look at, as the device judged it."""

    score: float
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class SaidFace:
    """The one face before the device, smoothed there."""

    pixels: int
    """The longer side of the face; where it was in the picture stays there."""
    reading: Reading
    quality: SaidQuality


@dataclass(frozen=True, slots=True)
class SelfReport:
    """What was seen."""

    face: SaidFace | None
    """None: there was none."""

    def view(self, student: str | None, members: Members, time: float) -> View:
        """The same as a view of the class, of the student whose device it is."""
        seen = () if self.face is None else (self._seen(self.face, student, members, time),)
        shares = shares_of(seen, len(members))
        return View(time, seen, shares, effort_of(seen, time), _NOTHING_DONE)

    def _seen(self, face: SaidFace, student: str | None, members: Members, time: float) -> Seen:
        purposes = members.purposes(student)
        box = 0.0, 0.0, float(face.pixels), float(face.pixels)
        if Purpose.READ not in purposes:
            return Seen(box, 0, *(None,) * 5, purposes=purposes, on_device=True)
        name = members.name(student) if student is not None else None
        return Seen(
            box, 0, student, name, face.reading, face.quality, time,
            purposes=purposes, on_device=True,
        )  # fmt: skip
