"""Names by faces in a class that begins before the faces of the enrolled are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from fewshot_fer.arrays import Bytes
from fewshot_fer.faces.values import Faces
from fewshot_fer.lesson.naming import Doubts, Namer


class ByFace:
    """A namer for one source that does nothing until there is one to ask."""

    def __init__(self, find: Callable[[], Namer | None]) -> None:
        """`find` makes the namer, or says None as long as it cannot be made."""
        self._find = find
        self._namer: Namer | None = None

    def name(
        self, image: Bytes, faces: Faces, tracks: Sequence[int], time: float
    ) -> Mapping[int, str]:
        """The students of those tracks that are decided by now."""
        self._namer = self._namer or self._find()
        return self._namer.name(image, faces, tracks, time) if self._namer is not None else {}

    def doubted(
        self,
        image: Bytes,
        faces: Faces,
        tracks: Sequence[int],
        students: Sequence[str],
        time: float,
    ) -> Sequence[int]:
        """Those of the tracks whose name is wrong, if the namer looks again at all."""
        if isinstance(self._namer, Doubts):
            return self._namer.doubted(image, faces, tracks, students, time)
        return ()

    def forget(self, tracks: Sequence[int]) -> None:
        """Tracks that are no more."""
        if self._namer is not None:
            self._namer.forget(tracks)
