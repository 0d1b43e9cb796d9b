"""Which track is which student: a click, or a namer such as an identity network or name tags.

A track keeps its name as long as it lives, or until the namer that gave it takes it back; what a
person said stays. Two tracks of one frame never carry one student: what a person said wins over
what a namer thinks, and of two claims by a namer the older stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from fewshot_fer.arrays import Bytes
from fewshot_fer.faces.values import Faces


class Namer(Protocol):
    """Says who faces are; it need not know all, or any."""

    def name(
        self, image: Bytes, faces: Faces, tracks: Sequence[int], time: float
    ) -> Mapping[int, str]:
        """The students of some of the tracks (one for each face) in an image [h,w,3]."""
        ...

    def forget(self, tracks: Sequence[int]) -> None:
        """Tracks that are no more."""
        ...


@runtime_checkable
class Doubts(Protocol):
    """A namer that looks again, now and then, whether the names that it gave are still right."""

    def doubted(
        self,
        image: Bytes,
        faces: Faces,
        tracks: Sequence[int],
        students: Sequence[str],
        time: float,
    ) -> Sequence[int]:
        """Those of the tracks (one for each face, and whose it is) whose name is wrong."""
        ...  # fmt: skip


@dataclass(frozen=True, slots=True)
class OneStudent:
    """For a camera that shows one student: the largest face is theirs."""

    student: str

    def name(
        self, image: Bytes, faces: Faces, tracks: Sequence[int], time: float
    ) -> Mapping[int, str]:
        """The student, as the largest face."""
        return {tracks[int(faces.sizes.argmax())]: self.student} if len(faces) else {}

    def forget(self, tracks: Sequence[int]) -> None:
        """Nothing is remembered of tracks."""


@dataclass(slots=True)
class Names:
    """The names of one session's tracks."""

    _students: dict[int, str | None] = field(default_factory=dict)
    _said: set[int] = field(default_factory=set)
    """Tracks that a person named, or said to be nobody."""
    _carried: set[int] = field(default_factory=set)
    """Tracks that are taken for one that a person named."""

    def of(self, track: int) -> str | None:
        """The student of a track."""
        return self._students.get(track)

    def unnamed(self, tracks: Iterable[int]) -> list[int]:
        """The tracks for which a namer is asked."""
        return [
            track
            for track in tracks
            if track not in self._said and self._students.get(track) is None
        ]

    def suggested(self, tracks: Iterable[int]) -> list[int]:
        """The tracks that a namer named."""
        return [
            track
            for track in tracks
            if track not in self._said and self._students.get(track) is not None
        ]

    def said(self, tracks: Iterable[int]) -> dict[int, str]:
        """Which of the tracks have their name from a person, if only by their place."""
        found = ((track, self._students.get(track)) for track in tracks)
        from_person = self._said | self._carried
        return {t: who for t, who in found if who is not None and t in from_person}

    def carry(self, track: int, student: str) -> None:
        """A face that a person named is this track now; a namer may know better."""
        self._take(student)
        self._students[track] = student
        self._carried.add(track)

    def take_back(self, track: int) -> None:
        """A name was wrong: the track is nobody's until it is named anew."""
        self._students.pop(track, None)
        self._said.discard(track)
        self._carried.discard(track)

    def say(self, track: int, student: str | None) -> None:
        """A person says who a track is (None: nobody of the class)."""
        if student is not None:
            self._take(student)
        self._students[track] = student
        self._said.add(track)

    def suggest(self, found: Mapping[int, str], present: Sequence[int]) -> None:
        """A namer's findings about the tracks of a frame."""
        taken = {self._students.get(track) for track in present}
        taken |= {self._students[track] for track in self._said}
        for track in self.unnamed(found):
            student = found[track]
            if student not in taken:
                self._take(student)
                self._students[track] = student
                taken.add(student)

    def forget(self, tracks: Iterable[int]) -> None:
        """Tracks that are no more."""
        for track in tracks:
            self.take_back(track)

    def _take(self, student: str) -> None:
        for track, known in self._students.items():
            if known == student:
                self._students[track] = None
                self._said.discard(track)
                self._carried.discard(track)
