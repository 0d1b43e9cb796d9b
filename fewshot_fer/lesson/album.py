"""The last minute's best pictures of those who agreed to pictures: in memory, and nowhere else.

Each may teach: the gate for references has let it through. Whoever asks for them decides what is
kept; nothing is until somebody says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from fewshot_fer.arrays import Bytes
from fewshot_fer.faces.quality import Quality
from fewshot_fer.prototypes.prototypes import Reading
from fewshot_fer.students.enrolment.gate import Candidate, passed

_MINUTE_S: Final = 60.0
_MOMENT_S: Final = 3.0
"""Who presses a button has seen it a moment before."""
_EVERY_S: Final = 0.5
"""Pictures of a moment that follow closer show nearly the same."""
_SOURCE: Final = "in class"


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    time: float
    worth: float
    face: Candidate


@dataclass(slots=True)
class Album:
    """Pictures by student; for one thread."""

    _best: dict[str, dict[str, _Look]] = field(default_factory=dict)
    """The clearest of every expression that was read for sure."""
    _latest: dict[str, deque[_Look]] = field(default_factory=dict)
    """The last seconds, whatever they show."""

    def see(
        self, student: str, portrait: Bytes, quality: Quality, reading: Reading, now: float
    ) -> None:
        """One more look [192,192,3] at somebody who agreed that pictures are kept."""
        best = self._best.setdefault(student, {})
        latest = self._latest.setdefault(student, deque(maxlen=int(_MOMENT_S / _EVERY_S)))
        worth = quality.score * max(reading.scores.values(), default=0.0)
        before = best.get(reading.expression)
        is_best = reading.unsure is None and (
            before is None or before.worth < worth or now - before.time > _MINUTE_S
        )
        is_next = not latest or now - latest[-1].time >= _EVERY_S
        if not is_best and not is_next:
            return
        # A copy: a part of all portraits of a frame would keep all of them.
        face = passed(portrait.copy(), quality, reading.expression, _SOURCE)
        if isinstance(face, Candidate):
            look = _Look(now, worth, face)
            if is_best:
                best[reading.expression] = look
            if is_next:
                latest.append(look)

    def of(self, now: float, moment: bool = False) -> Mapping[str, Sequence[Candidate]]:
        """Of every student the minute's clearest picture of each expression.

        Of a `moment` the sharpest of the last seconds, whatever it shows.
        """
        kept = self._latest if moment else {s: best.values() for s, best in self._best.items()}
        since = now - (_MOMENT_S if moment else _MINUTE_S)
        found = {s: [one.face for one in looks if one.time >= since] for s, looks in kept.items()}
        if moment:
            found = {s: sorted(faces, key=_sharpness)[-1:] for s, faces in found.items()}
        return {student: faces for student, faces in found.items() if faces}

    def forget_old(self, now: float) -> None:
        """Drop what is nobody's to see any more: a student who is not seen brings nothing newer."""
        for best in self._best.values():
            for expression in [e for e, one in best.items() if now - one.time > _MINUTE_S]:
                del best[expression]
        for latest in self._latest.values():
            while latest and now - latest[0].time > _MOMENT_S:
                latest.popleft()

    def forget(self, student: str | None) -> None:
        """Drop every picture of a student."""
        self._best.pop(student or "", None)
        self._latest.pop(student or "", None)


def _sharpness(face: Candidate) -> float:
    return face.quality["sharpness"]
