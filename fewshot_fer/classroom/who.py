"""Who is who among the enrolled: their reference pictures as the identity network sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.errors import FewshotFerError
from fewshot_fer.faces.identity import Identity, IdentityNamer, Known
from fewshot_fer.faces.values import Faces
from fewshot_fer.students.library import Library

Identify = Callable[[Bytes], Floats]
"""Portraits [n,192,192,3] to vectors [n,128]."""


class KnownFaces:
    """The enrolled as the identity network knows them, kept up to date while a lesson runs."""

    def __init__(self, library: Library, identify: Identify) -> None:
        self._library = library
        self._identify = identify
        self._vectors: dict[str, Floats] = {}
        self._stamps: dict[str, object] = {}
        self.known = Known.of({})
        self.refresh()

    def refresh(self) -> bool:
        """Take in who came, changed or left, and say whether anybody did; cheap if nobody."""
        stamps = {one.id: self._library.stamp(one.id) for one in self._library.students()}
        if stamps == self._stamps and None not in stamps.values():
            return False
        changed = [who for who, at in stamps.items() if at is None or at != self._stamps.get(who)]
        for student in changed:
            self._vectors[student] = self._look_at(student)
        self._vectors = {who: self._vectors[who] for who in stamps}
        self._stamps = dict(stamps)
        self.known = Known.of(self._vectors)
        return True

    def _look_at(self, student_id: str) -> Floats:
        """The vectors [n,128] of a student's pictures; none of who keeps vectors, or just left."""
        try:
            student = self._library.open(student_id)
            pictures = [r for r in student.references if r.kind == "image"]
            portraits = [self._library.portrait(student, r) for r in pictures]
        except FewshotFerError:
            if self._library.stamp(student_id) is not None:
                raise
            portraits = []
        return self._identify(np.stack(portraits)) if portraits else np.zeros((0, 128), np.float32)


def known_faces(library: Library, identity: Identify) -> Known:
    """Every student who keeps pictures; those who keep vectors only are named by a click."""
    return KnownFaces(library, identity).known


class EnrolledNamer:
    """Names the tracks of one source by their faces, always among those who are enrolled now."""

    def __init__(self, identity: Identity, faces: KnownFaces) -> None:
        self._identity = identity
        self._faces = faces
        self._known = faces.known
        self._namer = IdentityNamer(identity, faces.known)

    def name(
        self, image: Bytes, faces: Faces, tracks: Sequence[int], time: float
    ) -> Mapping[int, str]:
        """The students of those tracks (one for each face) that are decided by now."""
        if self._faces.known is not self._known:
            # Somebody came or left: all that is not named yet is looked at afresh.
            self._known = self._faces.known
            self._namer = IdentityNamer(self._identity, self._known)
        return self._namer.name(image, faces, tracks, time) if self._known.students else {}

    def forget(self, tracks: Sequence[int]) -> None:
        """Tracks that are no more."""
        self._namer.forget(tracks)
