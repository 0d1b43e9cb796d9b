"""One lesson watched: frames go in with their times, what is seen of the class comes out.

    follow -> name -> choose -> align -> embed -> match -> smooth -> view

No thread, no camera and no wall clock is in here: frames, times and the stopwatch are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final, Protocol

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes, Floats, Ints
from fewshot_fer.classroom.budget import Budget, Purse, most_urgent
from fewshot_fer.classroom.members import Members
from fewshot_fer.classroom.memory import Memory
from fewshot_fer.classroom.naming import Namer, Names
from fewshot_fer.classroom.smoothing import Smoother, Smoothing
from fewshot_fer.classroom.view import Quality, Seen, Timings, View, effort_of, shares_of
from fewshot_fer.faces.align import portraits
from fewshot_fer.faces.follower import FaceFollower, Finder, Tracked
from fewshot_fer.faces.quality import assess
from fewshot_fer.faces.values import Faces

_FORGET_AFTER_S: Final = 20.0
"""A track unseen for this long is gone for good."""
_WAIT_S: Final = 0.4
"""A face is read where it was last seen, if it was not looked at again for this long."""
_GLANCE: Final = 8
_WHOLE_CHANGE: Final = 24.0
"""The mean difference of greys from which on a face has wholly changed."""


class Recognises(Protocol):
    """What a session needs of a recogniser."""

    @property
    def detector(self) -> Finder:
        """Finds faces."""
        ...

    def vectors_of(self, portraits: Bytes) -> Floats:
        """Vectors z [n,D] of portraits [n,192,192,3]."""
        ...


class Assesses(Protocol):
    """Judges how good faces are to look at."""

    def __call__(self, image: Bytes, faces: Faces, aligned: Bytes, /) -> Sequence[Quality]:
        """The quality of every face of an image [h,w,3], with their portraits [n,192,192,3]."""
        ...


class Follows(Protocol):
    """Finds the faces of every next frame and knows them again."""

    def follow(self, image: Bytes, time: float) -> Tracked:
        """The faces of the next frame [h,w,3] and their tracks."""
        ...


@dataclass(slots=True)
class _Face:
    """What is remembered of a track."""

    seen: float
    read: float | None = None
    reads: int = 0
    glance: Floats | None = None
    """How it looked when it was read [8,8]."""
    quality: Quality | None = None


class ClassSession:
    """Watches one stream of frames; use it from one thread."""

    def __init__(
        self,
        recognizer: Recognises,
        members: Members,
        *,
        follower: Follows | None = None,
        namer: Namer | None = None,
        assess: Assesses = assess,
        smoothing: Smoothing | None = None,
        budget: Budget | None = None,
        stopwatch: Callable[[], float] = perf_counter,
    ) -> None:
        self.members = members
        self.memory = Memory()
        self._recognizer = recognizer
        self._follower = follower or FaceFollower(recognizer.detector)
        self._namer = namer
        self._assess = assess
        self._names = Names()
        self._smoother = Smoother(smoothing)
        self._purse = Purse(budget or Budget())
        self._stopwatch = stopwatch
        self._faces: dict[int, _Face] = {}
        self._time = -np.inf

    def name(self, track: int, student: str | None) -> None:
        """A person says who a track is (None: nobody of the class)."""
        self._renamed(lambda: self._names.say(track, student))

    def look(self, frame: Bytes, time: float) -> View:
        """Watch the next frame [h,w,3]; a time that goes back counts as no time at all."""
        now = self._time = max(time, self._time)
        self._purse.earn(now)
        laps = [self._stopwatch()]
        tracked = self._follower.follow(frame, now)
        tracks: list[int] = tracked.ids.tolist()
        self._meet(tracks, now)
        self._ask_namer(frame, tracked.faces, tracks, now)
        laps.append(self._stopwatch())
        chosen = self._chosen(frame, tracked, tracks, now, laps[-1] - laps[0])
        faces, reading = tracked.faces[chosen], [tracks[i] for i in chosen]
        aligned = portraits(frame, faces.landmarks)
        self._judge(frame, faces, aligned, reading)
        laps.append(self._stopwatch())
        z = self._recognizer.vectors_of(aligned)
        laps.append(self._stopwatch())
        self._read(reading, z, now)
        laps.append(self._stopwatch())
        follow, align, embed, match = (float(lap) for lap in np.diff(laps))
        timings = Timings(follow, align, embed, match, laps[-1] - laps[0])
        self._purse.pay(timings.total, align + embed + match, len(chosen))
        self._forget(now)
        seen = tuple(
            self._seen(box, track, now)
            for box, track in zip(tracked.faces.boxes.tolist(), tracks, strict=True)
        )
        return View(now, seen, shares_of(seen, len(self.members)), effort_of(seen, now), timings)

    # ------------------------------------------------------------------ who

    def _meet(self, tracks: Sequence[int], now: float) -> None:
        for track in tracks:
            self._faces.setdefault(track, _Face(now)).seen = now

    def _ask_namer(self, frame: Bytes, faces: Faces, tracks: Sequence[int], now: float) -> None:
        if self._namer is None:
            return
        unnamed = set(self._names.unnamed(tracks))
        asked = [i for i, track in enumerate(tracks) if track in unnamed]
        if asked:
            which = [tracks[i] for i in asked]
            found = self._namer.name(frame, faces[np.array(asked)], which, now)
            self._renamed(lambda: self._names.suggest(found, tracks))

    def _key(self, track: int) -> Hashable:
        """What is believed belongs to the student, and to the track while nobody knows who."""
        student = self._names.of(track)
        return ("track", track) if student is None else student

    def _renamed(self, change: Callable[[], None]) -> None:
        before = {track: self._key(track) for track in self._faces}
        change()
        for track, key in before.items():
            if self._key(track) != key and key == ("track", track):
                self._smoother.move(key, self._key(track))

    def _forget(self, now: float) -> None:
        gone = [t for t, face in self._faces.items() if now - face.seen > _FORGET_AFTER_S]
        for track in gone:
            del self._faces[track]
        self._names.forget(gone)
        if self._namer is not None:
            self._namer.forget(gone)
        self._smoother.forget(("track", track) for track in gone)

    # ------------------------------------------------------------------ what

    def _chosen(
        self, frame: Bytes, tracked: Tracked, tracks: Sequence[int], now: float, spent: float
    ) -> Ints:
        """The indices of the faces that are read in this frame."""
        read = [self._faces[track].read for track in tracks]
        ages = np.array([np.inf if when is None else now - when for when in read])
        ready = np.flatnonzero(tracked.fresh | (ages >= _WAIT_S))
        count = self._purse.affordable(spent)
        if count is None:
            return ready
        glances = [_glance(frame, box) for box in tracked.faces.boxes[ready]]
        changes = np.array(
            [
                _change(self._faces[tracks[i]].glance, glance)
                for i, glance in zip(ready.tolist(), glances, strict=True)
            ]
        )
        reads = np.array([self._faces[tracks[i]].reads for i in ready.tolist()], np.int64)
        picked = most_urgent(ages[ready], changes, reads, count)
        for k in picked:
            self._faces[tracks[int(ready[k])]].glance = glances[k]
        return ready[picked]

    def _judge(self, frame: Bytes, faces: Faces, aligned: Bytes, tracks: Sequence[int]) -> None:
        for track, quality in zip(tracks, self._assess(frame, faces, aligned), strict=True):
            self._faces[track].quality = quality

    def _read(self, tracks: Sequence[int], z: Floats, now: float) -> None:
        if not tracks:
            return
        students = [self._names.of(track) for track in tracks]
        flaws = [self._flaw(track) for track in tracks]
        readings = self.members.read(students, z, flaws)
        for i, track in enumerate(tracks):
            face = self._faces[track]
            face.read, face.reads = now, face.reads + 1
            self._smoother.add(self._key(track), readings[i], now)
            student = students[i]
            if student is not None and flaws[i] is None:
                self.memory.keep(student, z[i], now)

    def _flaw(self, track: int) -> str | None:
        """Why a face can hardly be read, if so."""
        quality = self._faces[track].quality
        return quality.reason if quality is not None else None

    def _seen(self, box: list[float], track: int, now: float) -> Seen:
        student, face = self._names.of(track), self._faces[track]
        name = self.members.name(student) if student is not None else None
        x0, y0, x1, y1 = box
        return Seen(
            (x0, y0, x1, y1), track, student, name,
            self._smoother.shown(self._key(track), now), face.quality, face.read,
        )  # fmt: skip


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
