"""Who is who among the enrolled: their reference pictures as the identity network sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.errors import FewshotFerError
from fewshot_fer.faces.align import portraits
from fewshot_fer.faces.identity import FaceGallery, Identity, IdentityNamer, unit
from fewshot_fer.faces.quality import assess
from fewshot_fer.faces.values import Faces
from fewshot_fer.lesson.naming import Namer
from fewshot_fer.students.store.library import Library

Identify = Callable[[Bytes], Floats]
"""Portraits [n,192,192,3] to vectors [n,d]."""


class KnownFaces:
    """The enrolled as the identity network knows them, kept up to date while a lesson runs."""

    def __init__(self, library: Library, identity: Identity) -> None:
        self.identity = identity
        self._library = library
        self._vectors: dict[str, Floats] = {}
        self._stamps: dict[str, object] = {}
        self._seen: object = None
        """The library's stamp when all that it holds had been taken in."""
        self.known = FaceGallery.of({})
        self.refresh()

    def refresh(self) -> bool:
        """Take in who came, changed or left, and say whether anybody did; cheap if nobody."""
        seen = self._library.stamps()
        if seen is not None and seen == self._seen:
            return False
        changed = self._take_in()
        self._seen = seen
        return changed

    def _take_in(self) -> bool:
        stamps = {one.id: self._library.stamp(one.id) for one in self._library.students()}
        if stamps == self._stamps and None not in stamps.values():
            return False
        changed = [who for who, at in stamps.items() if at is None or at != self._stamps.get(who)]
        for student in changed:
            self._vectors[student] = self._look_at(student)
        self._vectors = {who: self._vectors[who] for who in stamps}
        self._stamps = dict(stamps)
        self.known = FaceGallery.of(self._vectors)
        return True

    def _look_at(self, student_id: str) -> Floats:
        """The vectors [n,d] of a student's pictures; none where there are none to read."""
        try:
            student = self._library.open(student_id)
            pictures = [r for r in student.references if r.kind == "image"]
            portraits = [self._library.portrait(student, r) for r in pictures]
        except FewshotFerError:
            portraits = []
        return self.identity(np.stack(portraits)) if portraits else np.zeros((0, 1), np.float32)


def likeness(library: Library, identity: Identify, student_id: str | None) -> Identify | None:
    """How a student is told from others: how much portraits [n,192,192,3] look like them [n].

    None of nobody, and of who keeps vectors only.
    """
    if student_id is None:
        return None
    student = library.open(student_id)
    pictures = [library.portrait(student, r) for r in student.references if r.kind == "image"]
    if not pictures:
        return None
    middle = FaceGallery.of({student_id: identity(np.stack(pictures))}).vectors[0]
    return lambda others: identity(others) @ middle


@dataclass(frozen=True, slots=True)
class OnlyOne:
    """Of all whom a namer names, only one student: what a video is asked about."""

    namer: Namer
    student: str

    def name(
        self, image: Bytes, faces: Faces, tracks: Sequence[int], time: float
    ) -> Mapping[int, str]:
        """The student's track, if it is known by now."""
        found = self.namer.name(image, faces, tracks, time)
        return {track: who for track, who in found.items() if who == self.student}

    def forget(self, tracks: Sequence[int]) -> None:
        """Tracks that are no more."""
        self.namer.forget(tracks)


@dataclass(frozen=True, slots=True)
class Rechecks:
    """How names are checked that a face was given."""

    pause: float = 5.0
    """Seconds between two looks at a named track; one look a frame in all."""
    in_doubt: float = 0.5
    """Seconds until the next look after one that contradicted."""
    looks: int = 3
    """A name is lost when the mean of so many contradicts."""
    unlike: float = 0.4
    """Less like the student than this contradicts; to be named takes 0.6."""
    margin: float = 0.05
    """So does being more like another, by this much."""
    quality: float = 0.3
    """Poorer faces are not looked at."""


@dataclass(slots=True)
class _Doubt:
    """What speaks against a track's name since it last fitted."""

    student: str
    due: float
    vectors: list[Floats] = field(default_factory=list)


class EnrolledNamer:
    """Names the tracks of one source by their faces, always among those who are enrolled now.

    A name that was given is looked at again every few seconds, and taken back when several looks
    in a row are of somebody else.
    """

    def __init__(
        self,
        find: Callable[[], KnownFaces | None],
        rechecks: Rechecks | None = None,
        among: Callable[[], Set[str]] | None = None,
    ) -> None:
        """`find` says None as long as the faces of the enrolled are not known.

        With `among` only some of them are named.
        """
        self._find, self._among = find, among
        self._seen: tuple[FaceGallery | None, Set[str]] = None, frozenset()
        """All who are known, and whom of them may be named."""
        self._known = FaceGallery.of({})
        self._namer: IdentityNamer | None = None
        self._rechecks = rechecks or Rechecks()
        self._doubts: dict[int, _Doubt] = {}

    def name(
        self, image: Bytes, faces: Faces, tracks: Sequence[int], time: float
    ) -> Mapping[int, str]:
        """The students of those tracks (one for each face) that are decided by now."""
        self._take_in()
        if self._namer is None or not self._known.students:
            return {}
        return self._namer.name(image, faces, tracks, time)

    def doubted(
        self,
        image: Bytes,
        faces: Faces,
        tracks: Sequence[int],
        students: Sequence[str],
        time: float,
    ) -> list[int]:
        """The track whose name several looks have contradicted, if any."""
        enrolled = self._take_in()
        due = self._due(tracks, students, time)
        if due is None or enrolled is None:
            return []
        track, doubt = tracks[due], self._doubts[tracks[due]]
        doubt.due = time + self._rechecks.in_doubt
        face = faces[np.array([due])]
        portrait = portraits(image, face.landmarks)
        if assess(image, face, portrait)[0].score < self._rechecks.quality:
            return []
        doubt.vectors.append(enrolled.identity(portrait)[0])
        looks = np.stack(doubt.vectors)
        if not contradicted(looks, doubt.student, self._known, self._rechecks):
            doubt.due, doubt.vectors = time + self._rechecks.pause, []
        elif len(doubt.vectors) >= self._rechecks.looks:
            self.forget([track])
            return [track]
        return []

    def forget(self, tracks: Sequence[int]) -> None:
        """Tracks that are no more."""
        if self._namer is not None:
            self._namer.forget(tracks)
        for track in tracks:
            self._doubts.pop(track, None)

    def _take_in(self) -> KnownFaces | None:
        """Whoever came or left: all that is not named yet is looked at afresh."""
        enrolled = self._find()
        if enrolled is None:
            return None
        known = enrolled.known
        may = set(known.students) if self._among is None else self._among()
        if known is not self._seen[0] or may != self._seen[1]:
            self._seen, self._known = (known, may), known.among(may)
            self._namer = IdentityNamer(enrolled.identity, self._known)
        return enrolled

    def _due(self, tracks: Sequence[int], students: Sequence[str], time: float) -> int | None:
        """The place of the track that has waited longest for its look."""
        for track, student in zip(tracks, students, strict=True):
            if track not in self._doubts or self._doubts[track].student != student:
                self._doubts[track] = _Doubt(student, time + self._rechecks.pause)
        waiting = [
            i for i, track in enumerate(tracks)
            if self._doubts[track].due <= time and students[i] in self._known.students
        ]  # fmt: skip
        return min(waiting, key=lambda i: self._doubts[tracks[i]].due, default=None)


def contradicted(looks: Floats, student: str, known: FaceGallery, rules: Rechecks) -> bool:
    """Whether the mean of looks [n,128] is not of a student who is known."""
    mean = unit(looks.mean(axis=0, keepdims=True))[0]
    alike = dict(zip(known.students, known.vectors @ mean, strict=True))
    own = alike.pop(student)
    others = max(alike.values(), default=-1.0)
    return bool(own < rules.unlike or others - own >= rules.margin)
