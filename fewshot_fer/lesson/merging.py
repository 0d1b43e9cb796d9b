"""Makes one view of several sources' views: a gallery, and a camera for a single student; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from fewshot_fer.records.views import Effort, Seen, View, effort_of, shares_of

_OLD_S: Final = 2.0
"""A reading that is older says less than a poorer one that is not."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one of several sources shows."""

    source: str
    """What the source is called."""
    place: int
    """Which of all the sources it is, from 0 on."""
    view: View
    at: float
    """When it came, on the lesson's clock; the view has its source's own."""


def merged(parts: Sequence[Part], sources: int, time: float, members: int) -> View:
    """One view at a time of the lesson's clock; the parts that still count, at least one.

    A student who is seen by several sources is counted once, where they are read best.
    """
    newest = max(parts, key=lambda part: part.at)
    seen = best_of((face for part in parts for face in _of(part, sources)), time)
    found = effort_of(seen, time)
    effort = Effort(found.faces, newest.view.effort.read, found.oldest)
    return View(time, seen, shares_of(seen, members), effort, newest.view.timings)


def number_of(place: int, track: int, sources: int) -> int:
    """The number of a source's track among all sources'."""
    return track * sources + place


def track_of(number: int, sources: int) -> tuple[int, int]:
    """Whose track a number means: the source's place, and the track."""
    track, place = divmod(number, sources)
    return place, track


def best_of(faces: Iterable[Seen], time: float) -> tuple[Seen, ...]:
    """The faces; of those of one student only that which tells most."""
    best: dict[object, Seen] = {}
    for face in faces:
        key = face.student if face.student is not None else ("track", face.track)
        other = best.get(key)
        if other is None or _telling(face, time) > _telling(other, time):
            best[key] = face
    return tuple(best.values())


def _telling(face: Seen, time: float) -> tuple[bool, bool, float]:
    """How much a look says: sure and new first, then how good the face is to look at."""
    new = face.read_at is not None and time - face.read_at <= _OLD_S
    return face.expression is not None, new, face.quality.score if face.quality else 0.0


def _of(part: Part, sources: int) -> Iterable[Seen]:
    """A source's faces with the numbers and times of the whole class."""
    shift = part.at - part.view.time
    for face in part.view.seen:
        yield replace(
            face,
            track=number_of(part.place, face.track, sources),
            read_at=face.read_at + shift if face.read_at is not None else None,
            source=part.source,
        )
