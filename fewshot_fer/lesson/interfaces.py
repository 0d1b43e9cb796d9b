"""What a session needs of others, as small as it can be said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.faces.follower import Finder, Tracked
from fewshot_fer.faces.values import Faces
from fewshot_fer.records.views import Quality


class Recognises(Protocol):
    """What a session needs of a recogniser."""

    @property
    def detector(self) -> Finder:
        """Finds faces."""

    def vectors_of(self, portraits: Bytes) -> Floats:
        """Vectors z [n,D] of portraits [n,192,192,3]."""


class Assesses(Protocol):
    """Judges how good faces are to look at."""

    def __call__(self, image: Bytes, faces: Faces, aligned: Bytes, /) -> Sequence[Quality]:
        """The quality of every face of an image [h,w,3], with their portraits [n,192,192,3]."""


class Follows(Protocol):
    """Finds the faces of every next frame and knows them again."""

    def follow(self, image: Bytes, time: float) -> Tracked:
        """The faces of the next frame [h,w,3] and their tracks."""
