"""One lesson watched: frames go in with their times, what is seen of the class comes out.

    follow -> name -> choose -> align -> embed -> match -> smooth -> view

No thread, no camera and no wall clock is in here: frames, times and the stopwatch are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from time import perf_counter
from typing import Protocol

import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.classroom.attention import Attention
from fewshot_fer.classroom.budget import Budget, Purse
from fewshot_fer.classroom.members import Members
from fewshot_fer.classroom.memory import Memory
from fewshot_fer.classroom.naming import Namer, Names
from fewshot_fer.classroom.smoothing import Smoother, Smoothing
from fewshot_fer.classroom.view import Quality, Seen, Timings, View, effort_of, shares_of
from fewshot_fer.faces.align import portraits
from fewshot_fer.faces.follower import FaceFollower, Finder, Tracked
from fewshot_fer.faces.quality import assess
from fewshot_fer.faces.values import Faces


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
        self._attention = Attention()
        self._quality: dict[int, Quality] = {}
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
        self._attention.meet(tracks, now)
        self._ask_namer(frame, tracked.faces, tracks, now)
        laps.append(self._stopwatch())
        affordable = self._purse.affordable(laps[-1] - laps[0])
        chosen = self._attention.choose(frame, tracked, now, affordable)
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
        before = {track: self._key(track) for track in self._attention.tracks}
        change()
        for track, key in before.items():
            if self._key(track) != key and key == ("track", track):
                self._smoother.move(key, self._key(track))

    def _forget(self, now: float) -> None:
        gone = self._attention.forget(now)
        for track in gone:
            self._quality.pop(track, None)
        self._names.forget(gone)
        if self._namer is not None:
            self._namer.forget(gone)
        self._smoother.forget(("track", track) for track in gone)

    # ------------------------------------------------------------------ what

    def _judge(self, frame: Bytes, faces: Faces, aligned: Bytes, tracks: Sequence[int]) -> None:
        for track, quality in zip(tracks, self._assess(frame, faces, aligned), strict=True):
            self._quality[track] = quality

    def _read(self, tracks: Sequence[int], z: Floats, now: float) -> None:
        if not tracks:
            return
        students = [self._names.of(track) for track in tracks]
        flaws = [self._flaw(track) for track in tracks]
        readings = self.members.read(students, z, flaws)
        for i, track in enumerate(tracks):
            self._attention.was_read(track, now)
            self._smoother.add(self._key(track), readings[i], now)
            student = students[i]
            if student is not None and flaws[i] is None:
                self.memory.keep(student, z[i], now)

    def _flaw(self, track: int) -> str | None:
        """Why a face can hardly be read, if so."""
        quality = self._quality.get(track)
        return quality.reason if quality is not None else None

    def _seen(self, box: list[float], track: int, now: float) -> Seen:
        student = self._names.of(track)
        name = self.members.name(student) if student is not None else None
        x0, y0, x1, y1 = box
        return Seen(
            (x0, y0, x1, y1), track, student, name,
            self._smoother.shown(self._key(track), now), self._quality.get(track),
            self._attention.read_at(track),
        )  # fmt: skip
