"""The class as a whole: what all sources show now, and what they have shown until now; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from fewshot_fer.lesson.events import Stretch
from fewshot_fer.records.seconds import Seconds
from fewshot_fer.records.summary import Summing
from fewshot_fer.records.views import ClassShares, Effort, Seen, View, effort_of, shares_of

STEP_S: Final = 5
"""Seconds in one stretch of the timeline."""
_OLD_S: Final = 2.0
"""A reading that is older says less than a poorer one that is not."""


class Overview:
    """Puts the newest views of all sources together, whenever it is asked to."""

    def __init__(self) -> None:
        self.view: View | None = None
        self.shares = ClassShares({}, 0, 0)
        self.timeline: tuple[Stretch, ...] = ()
        """Seconds in which nothing was seen leave a gap."""
        self.summing = Summing()
        self._seconds = Seconds(per_student=False)

    def update(
        self, views: Mapping[str, View], now: float, members: int, *, counts: bool = True
    ) -> View | None:
        """The views that are new make the class, now and (if it `counts`) in the end; or None."""
        if not views:
            self.view, self.shares = None, ClassShares({}, 0, self.shares.expected)
            return None
        self.view = merged(views, now, members)
        self.shares = self.view.shares
        if not counts:
            return self.view
        self.summing.add(self.view)
        over = self._seconds.add(self.view)
        if over is not None:
            start = over.whole.second // STEP_S * STEP_S
            *before, last = self.timeline or (Stretch(start),)
            parts = (last,) if last.start == start else (last, Stretch(start))
            self.timeline = (*before, *parts[:-1], parts[-1].plus(over.whole))
        return self.view


def merged(views: Mapping[str, View], time: float, members: int) -> View:
    """One view of those of several sources, at least one, by what the sources are called.

    A student who is seen by several sources is counted once, where they are read best.
    """
    newest = max(views.values(), key=lambda view: view.time)
    faces = (replace(face, source=name) for name, view in views.items() for face in view.seen)
    seen = _best_of(faces, time)
    found = effort_of(seen, time)
    effort = Effort(found.faces, newest.effort.read, found.oldest)
    return View(time, seen, shares_of(seen, members), effort, newest.timings)


def _best_of(faces: Iterable[Seen], time: float) -> tuple[Seen, ...]:
    """The faces; of those of one student only that which tells most."""
    best: dict[object, Seen] = {}
    for face in faces:
        key = face.student if face.student is not None else (face.source, face.track)
        other = best.get(key)
        if other is None or _telling(face, time) > _telling(other, time):
            best[key] = face
    return tuple(best.values())


def _telling(face: Seen, time: float) -> tuple[bool, bool, float]:
    """How much a look says: sure and new first, then how good the face is to look at."""
    new = face.read_at is not None and time - face.read_at <= _OLD_S
    return face.expression is not None, new, face.quality.score if face.quality else 0.0
