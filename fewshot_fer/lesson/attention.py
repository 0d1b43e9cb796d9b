"""Which faces are read in a frame: those just looked at; with too little time, evenly in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fewshot_fer.arrays import Bools, Bytes, Doubles, Floats, Ints
from fewshot_fer.faces.follower import Tracked

_FORGET_AFTER_S: Final = 20.0
"""A track unseen for this long is gone for good."""
_WAIT_S: Final = 0.4
"""A face that was not read for so long is read where it was last seen, looked at or not."""
_REST_S: Final = 0.08
"""A face is not read again sooner: looks so near to each other say the same."""
_CHANGE_COUNTS: Final = 2.0
"""A face that has wholly changed is as urgent as one read this many times longer ago."""
_GLANCE: Final = 8
_WHOLE_CHANGE: Final = 24.0
"""The mean difference of greys from which on a face has wholly changed."""


@dataclass(slots=True)
class _Face:
    """What is remembered of a track."""

    seen: float
    read: float | None = None
    reads: int = 0
    glance: Floats | None = None
    """How it looked when it was last chosen [8,8]."""


class Attention:
    """Remembers when every track was seen and read."""

    def __init__(self) -> None:
        self._faces: dict[int, _Face] = {}

    @property
    def tracks(self) -> tuple[int, ...]:
        """All that are remembered."""
        return tuple(self._faces)

    def meet(self, tracks: Sequence[int], now: float) -> None:
        """The tracks of a frame."""
        for track in tracks:
            self._faces.setdefault(track, _Face(now)).seen = now

    def choose(
        self, frame: Bytes, tracked: Tracked, may: Bools, now: float, count: int | None
    ) -> Ints:
        """The indices of the faces to read in a frame [h,w,3]; at most so many, of those that may.

        `may` [n] says which may be read.
        """
        faces = [self._faces[track] for track in tracked.ids.tolist()]
        read = [np.inf if face.read is None else now - face.read for face in faces]
        ages = np.array(read, np.float64)
        ready = np.flatnonzero(may & (tracked.fresh | (ages >= _WAIT_S)) & (ages >= _REST_S))
        if count is None:
            return ready
        glances = {i: _glance(frame, tracked.faces.boxes[i]) for i in ready.tolist()}
        changes = np.array([_change(faces[i].glance, glances[i]) for i in glances], np.float64)
        reads = np.array([faces[i].reads for i in glances], np.int64)
        chosen = ready[most_urgent(ages[ready], changes, reads, count)]
        for i in chosen.tolist():
            faces[i].glance = glances[i]
        return chosen

    def was_read(self, track: int, now: float) -> None:
        """A face has been read."""
        face = self._faces[track]
        face.read, face.reads = now, face.reads + 1

    def read_at(self, track: int) -> float | None:
        """When a face was last read."""
        return self._faces[track].read

    def forget(self, now: float) -> list[int]:
        """The tracks that have been away for too long, which are forgotten now."""
        gone = [t for t, face in self._faces.items() if now - face.seen > _FORGET_AFTER_S]
        for track in gone:
            del self._faces[track]
        return gone


def most_urgent(ages: Doubles, changes: Doubles, reads: Ints, count: int) -> Ints:
    """The indices of the faces to read: the longest unread, sooner if they have changed.

    ages [n] in seconds, infinite for a face never read; changes [n] from 0 to 1; reads [n], how
    often each was read, which decides between equals. No face waits more than three times as
    long as all would if they took turns.
    """
    # To the millisecond, or rounding would decide between faces read in the same frame.
    urgency = ages.round(3) * (1 + _CHANGE_COUNTS * np.clip(changes, 0, 1))
    return np.sort(np.lexsort((reads, -urgency))[:count])


def _glance(frame: Bytes, box: Floats) -> Floats:
    """A face in 8x8 greys, its light taken out."""
    height, width = frame.shape[:2]
    x0, y0 = np.clip(box[:2], 0, [width - 1, height - 1]).astype(int)
    x1, y1 = np.clip(box[2:], [x0 + 1, y0 + 1], [width, height]).astype(int)
    grey = frame[y0:y1, x0:x1, 1]
    small = cv2.resize(grey, (_GLANCE, _GLANCE), interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(small - small.mean(), np.float32)


def _change(before: Floats | None, now: Floats) -> float:
    """How much a face has changed since it was read, from 0 to 1."""
    if before is None:
        return 1.0
    return min(1.0, float(np.abs(now - before).mean()) / _WHOLE_CHANGE)
