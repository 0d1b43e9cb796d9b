"""Names that a person gave hold on to places and looks, so that they outlive cuts; pure.

After a shared slide, a speaker view or a gallery that is laid out anew, faces come as new tracks.
One that is where a named face was, and looks as it did, has its name again; elsewhere it must look
clearly more like that face than anybody else does. It is a guess: whoever knows better says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fewshot_fer.arrays import Bools, Bytes, Doubles, Floats
from fewshot_fer.faces.appearance import appearance_of, unlikeness
from fewshot_fer.faces.assignment import pair

_LOOK_EVERY_S: Final = 1.0
_REACH: Final = 0.5
"""In face sizes: nearer than this is the same place, ..."""
_STRETCH: Final = 0.3
"""... when the size is the same but for this factor, as a logarithm."""
_SAME_LOOK: Final = 0.35
"""The largest unlikeness of a face in its old place, ..."""
_SAME_LOOK_ELSEWHERE: Final = 0.2
_CLEAR_BY: Final = 0.05
"""... and in another, where everybody else must be less alike by this."""


@dataclass(frozen=True, slots=True, eq=False)
class _Last:
    """Where a student's face was last [4], how it looked [192], when, and the newest track then."""

    box: Floats
    look: Floats
    time: float
    newest: int


class Places:
    """Remembers the faces that a person named, in one source."""

    def __init__(self) -> None:
        self._last: dict[str, _Last] = {}

    def forget(self, student: str | None) -> None:
        """A student is not where they were said to be."""
        self._last.pop(student or "", None)

    def saw(
        self,
        image: Bytes,
        boxes: Floats,
        tracks: Sequence[int],
        named: Mapping[int, str],
        now: float,
    ) -> None:
        """The faces [n,4] of a frame, and the tracks that have their name from a person."""
        newest = max(tracks, default=0)
        for i, track in enumerate(tracks):
            student = named.get(track)
            if student is None:
                continue
            last = self._last.get(student)
            if last is None or now - last.time >= _LOOK_EVERY_S:
                look = appearance_of(image, boxes[i : i + 1])[0]
                self._last[student] = _Last(boxes[i], look, now, newest)

    def found(
        self,
        image: Bytes,
        boxes: Floats,
        tracks: Sequence[int],
        unnamed: Sequence[int],
        present: Sequence[str],
    ) -> dict[int, str]:
        """New tracks among the unnamed that are faces of students who are not `present`."""
        gone = [student for student in self._last if student not in present]
        newest = min((self._last[student].newest for student in gone), default=0)
        new = [i for i, track in enumerate(tracks) if track in unnamed and track > newest]
        if not gone or not new:
            return {}
        last = [self._last[student] for student in gone]
        unlike = unlikeness(np.stack([one.look for one in last]), appearance_of(image, boxes[new]))
        there = _there(np.stack([one.box for one in last]), boxes[new])
        costs = np.where(there & (unlike <= _SAME_LOOK), unlike, np.inf)
        costs = np.minimum(costs, np.where(_clear(unlike), 1 + unlike, np.inf))
        born = np.array([[tracks[i] > one.newest for i in new] for one in last])
        rows, columns = pair(np.where(born, costs, np.inf))
        return {
            tracks[new[c]]: gone[r] for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
        }


def _there(last: Floats, boxes: Floats) -> Bools:
    """Which boxes [m,4] are where faces [n,4] were: [n,m]."""
    middle, size = _middles(last)
    middles, sizes = _middles(boxes)
    away = np.linalg.norm(middle[:, None] - middles[None], axis=2)
    scale = np.sqrt(size[:, None] * sizes[None])
    near = away <= _REACH * scale
    alike = np.abs(np.log(size[:, None] / sizes[None])) <= _STRETCH
    return np.asarray(near & alike)


def _middles(boxes: Floats) -> tuple[Doubles, Doubles]:
    wide = np.asarray(boxes, np.float64)
    sides = np.maximum(wide[:, 2:] - wide[:, :2], 1.0)
    return (wide[:, :2] + wide[:, 2:]) / 2, sides.max(axis=1)


def _clear(unlike: Doubles) -> Bools:
    """Which pairs are alike, and more so than either is like anybody else."""
    others = np.full_like(unlike, np.inf)
    for axis in (0, 1):
        if unlike.shape[axis] > 1:
            ranked = np.sort(unlike, axis=axis)
            least, second = (np.take(ranked, [k], axis=axis) for k in (0, 1))
            others = np.minimum(others, np.where(unlike == least, second, least))
    return np.asarray((unlike <= _SAME_LOOK_ELSEWHERE) & (unlike + _CLEAR_BY <= others))
