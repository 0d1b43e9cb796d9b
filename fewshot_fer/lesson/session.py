"""One lesson watched: frames go in with their times, what is seen of the class comes out.

    follow -> name -> choose -> align -> embed -> match -> smooth -> view

No thread, no camera and no wall clock is in here: frames, times and the stopwatch are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from time import perf_counter
from typing import cast

import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.faces.align import portraits
from fewshot_fer.faces.follower import FaceFollower
from fewshot_fer.faces.quality import Quality as Measured
from fewshot_fer.faces.quality import assess
from fewshot_fer.faces.values import Faces
from fewshot_fer.lesson.album import Album
from fewshot_fer.lesson.attention import Attention
from fewshot_fer.lesson.budget import Budget, FrameBudget
from fewshot_fer.lesson.health import MonotonicClock
from fewshot_fer.lesson.interfaces import Assesses, Follows, Recognises
from fewshot_fer.lesson.members import Members
from fewshot_fer.lesson.memory import Memory
from fewshot_fer.lesson.naming import Doubts, Namer, Names
from fewshot_fer.lesson.places import Places
from fewshot_fer.lesson.smoothing import Smoother, Smoothing
from fewshot_fer.lesson.watching import Watching
from fewshot_fer.prototypes import EVEN
from fewshot_fer.prototypes.prototypes import Reading
from fewshot_fer.reasons import Reason
from fewshot_fer.records.views import Quality, Seen, Timings, View, effort_of, shares_of
from fewshot_fer.students.store.records import EVERY, NONE, Purpose, Purposes


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
        watching: Watching | None = None,
        budget: Budget | None = None,
        everybody: bool = False,
        stopwatch: Callable[[], float] = perf_counter,
    ) -> None:
        """Without `watching` nothing is learnt; with `everybody` who is nobody is read too."""
        self.members = members
        self.memory = Memory()
        self.album = Album()
        self._recognizer = recognizer
        self._follower = follower or FaceFollower(recognizer.detector)
        self._namer = namer
        self._namer_doubts = isinstance(namer, Doubts)  # To ask that anew is slow.
        self._assess = assess
        self._names = Names()
        self._places = Places()
        self._everybody = everybody
        self._left: set[int] = set()  # Who was of the class is not read as a stranger.
        self._watching = watching
        self._smoother = Smoother(smoothing)
        self._frame_budget = FrameBudget(budget or Budget())
        self._stopwatch = stopwatch
        self._attention = Attention()
        self._quality: dict[int, Quality] = {}
        self._clock = MonotonicClock()

    def name(self, track: int, student: str | None) -> None:
        """A person says who a track is (None: nobody of the class)."""
        for wrong in (self._names.of(track), student):
            self._places.forget(wrong)
            self.album.forget(wrong)
        self._left.discard(track)
        self._renamed(lambda: self._names.say(track, student))

    def forget_who_left(self, now: float) -> None:
        """Drop what is remembered of those who are not read any more, and old pictures of all."""
        self.album.forget_old(now)
        for track in self._attention.tracks:
            self._drop_if_left(self._names.of(track), track)
        for student in self.memory.students:
            self._drop_if_left(student)
            if Purpose.PICTURES not in self.members.purposes(student):
                self.album.forget(student)

    def _drop_if_left(self, student: str | None, track: int | None = None) -> None:
        if student is None or Purpose.READ in self.members.purposes(student):
            return
        if self.members.name(student) is None:
            self._places.forget(student)
            if track is not None:
                self._names.take_back(track)
                self._left.add(track)
        self._forget_student(student)

    def look(self, frame: Bytes, time: float) -> View:
        """Watch the next frame [h,w,3]; a time that goes back counts as no time at all."""
        now = self._clock.at(time)
        self._frame_budget.earn(now)
        laps = [self._stopwatch()]
        tracked = self._follower.follow(frame, now)
        tracks: list[int] = tracked.ids.tolist()
        self._attention.meet(tracks, now)
        self._ask_namer(frame, tracked.faces, tracks, now)
        self._hold_names(frame, tracked.faces.boxes, tracks, now)
        laps.append(self._stopwatch())
        affordable = self._frame_budget.affordable(laps[-1] - laps[0])
        may = np.array([Purpose.READ in self._purposes(track) for track in tracks], np.bool_)
        chosen = self._attention.choose(frame, tracked, may, now, affordable)
        faces, reading = tracked.faces[chosen], [tracks[i] for i in chosen]
        aligned = portraits(frame, faces.landmarks)
        self._judge(frame, faces, aligned, reading)
        laps.append(self._stopwatch())
        z = self._recognizer.vectors_of(aligned)
        laps.append(self._stopwatch())
        self._read(reading, z, aligned, now)
        laps.append(self._stopwatch())
        follow, align, embed, match = (end - start for start, end in pairwise(laps))
        timings = Timings(follow, align, embed, match, laps[-1] - laps[0])
        self._frame_budget.pay(timings.total, align + embed + match, len(chosen))
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
        if self._namer_doubts:
            self._look_again(cast("Doubts", self._namer), frame, faces, tracks, now)
        unnamed = set(self._names.unnamed(tracks))
        asked = [i for i, track in enumerate(tracks) if track in unnamed]
        if asked:
            which = [tracks[i] for i in asked]
            found = self._namer.name(frame, faces[np.array(asked)], which, now)
            self._renamed(lambda: self._names.suggest(found, tracks))

    def _hold_names(self, frame: Bytes, boxes: Floats, tracks: Sequence[int], now: float) -> None:
        """What a person said holds on to places, also when tracks do not outlive a cut."""
        present = [who for track in tracks if (who := self._names.of(track)) is not None]
        unnamed = self._names.unnamed(tracks)
        for track, student in self._places.found(frame, boxes, tracks, unnamed, present).items():
            self._renamed(partial(self._names.carry, track, student))
        self._places.saw(frame, boxes, tracks, self._names.said(tracks), now)

    def _look_again(
        self, namer: Doubts, frame: Bytes, faces: Faces, tracks: Sequence[int], now: float
    ) -> None:
        """Take names back that the namer does not believe any more."""
        suggested = set(self._names.suggested(tracks))
        asked = [i for i, track in enumerate(tracks) if track in suggested]
        which = [tracks[i] for i in asked]
        students = {track: self._names.of(track) or "" for track in which}
        if not asked:
            return
        for track in namer.doubted(
            frame, faces[np.array(asked)], which, list(students.values()), now
        ):
            self._names.take_back(track)
            self._places.forget(students[track])
            # It was somebody else's face: nothing that was learnt from it is the student's.
            self._forget_student(students[track])

    def _forget_student(self, student: str) -> None:
        self.memory.forget(student)
        self.album.forget(student)
        self._drop([student])

    def _drop(self, keys: Iterable[Hashable]) -> None:
        """Forget what is believed and what was learnt."""
        gone = list(keys)
        self._smoother.forget(gone)
        if self._watching is not None:
            self._watching.forget(gone)

    def _purposes(self, track: int) -> Purposes:
        """What may be done with a face."""
        student = self._names.of(track)
        if student is None and self._everybody:
            return NONE if track in self._left else EVERY
        return self.members.purposes(student)

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
                if self._watching is not None:
                    self._watching.move(key, self._key(track))

    def _forget(self, now: float) -> None:
        gone = self._attention.forget(now)
        for track in gone:
            self._quality.pop(track, None)
        self._names.forget(gone)
        self._left.difference_update(gone)
        if self._namer is not None:
            self._namer.forget(gone)
        self._drop(("track", track) for track in gone)

    # ------------------------------------------------------------------ what

    def _judge(self, frame: Bytes, faces: Faces, aligned: Bytes, tracks: Sequence[int]) -> None:
        for track, quality in zip(tracks, self._assess(frame, faces, aligned), strict=True):
            self._quality[track] = quality

    def _read(self, tracks: Sequence[int], z: Floats, aligned: Bytes, now: float) -> None:
        if not tracks:
            return
        students = [self._names.of(track) for track in tracks]
        flaws = [self._flaw(track) for track in tracks]
        keys = [self._key(track) for track in tracks]
        rates = self._watching.rates if self._watching is not None else EVEN
        self._smoother.rates = rates
        readings = self.members.read(students, self._settled(keys, z), flaws, rates)
        self._learn(keys, students, z, readings, flaws, now)
        for i, track in enumerate(tracks):
            self._attention.was_read(track, now)
            self._smoother.add(keys[i], readings[i], now)
            student = students[i]
            if student is not None and flaws[i] is None:
                self.memory.keep(student, z[i], now)
                self._keep_picture(track, student, aligned[i], readings[i], now)

    def _keep_picture(
        self, track: int, student: str, portrait: Bytes, reading: Reading, now: float
    ) -> None:
        quality = self._quality.get(track)
        if Purpose.PICTURES in self.members.purposes(student) and isinstance(quality, Measured):
            self.album.see(student, portrait, quality, reading, now)

    def _settled(self, keys: Sequence[Hashable], z: Floats) -> Floats:
        """Vectors [n,D] without what watching has learnt of their faces."""
        if self._watching is None:
            return z
        return np.stack(
            [self._watching.settled(key, one) for key, one in zip(keys, z, strict=True)]
        )

    def _learn(
        self,
        keys: Sequence[Hashable],
        students: Sequence[str | None],
        z: Floats,
        readings: Sequence[Reading],
        flaws: Sequence[Reason | None],
        now: float,
    ) -> None:
        """Learn of faces that can be read well."""
        if self._watching is None:
            return
        for i, key in enumerate(keys):
            if flaws[i] is None:
                self._watching.see(key, z[i], self.members.prototypes(students[i]), now)
                self._watching.note(readings[i].scores)

    def _flaw(self, track: int) -> Reason | None:
        """Why a face can hardly be read, if so."""
        quality = self._quality.get(track)
        return quality.reason if quality is not None else None

    def _seen(self, box: list[float], track: int, now: float) -> Seen:
        (x0, y0, x1, y1), purposes = box, self._purposes(track)
        if Purpose.READ not in purposes:
            return Seen((x0, y0, x1, y1), track, *(None,) * 5, purposes=purposes)
        student = self._names.of(track)
        name = self.members.name(student) if student is not None else None
        return Seen(
            (x0, y0, x1, y1), track, student, name,
            self._smoother.shown(self._key(track), now), self._quality.get(track),
            self._attention.read_at(track), purposes=purposes,
        )  # fmt: skip
