"""What this room needs of a recogniser, as small as it can be said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.faces.values import Faces
from fewshot_fer.prototypes import BaseRates
from fewshot_fer.prototypes.prior import Prior
from fewshot_fer.students.store.contents import Space

Identifies = Callable[[Bytes], Floats]
"""Portraits [n,192,192,3] to vectors of length one [n,K], near each other for one person."""


class Recognises(Protocol):
    """A checkpoint at work: finds faces, makes vectors, knows the prior."""

    @property
    def checkpoint_hash(self) -> str:
        """Which checkpoint made the vectors."""
        ...

    @property
    def prior(self) -> Prior:
        """All people's expressions."""
        ...

    @property
    def rates(self) -> BaseRates:
        """How often expressions are expected in photographs."""
        ...

    def find(self, image: Bytes) -> Faces:
        """The faces in an image [h,w,3]."""
        ...

    def vectors_of(self, portraits: Bytes) -> Floats:
        """Vectors z [n,D] of portraits [n,192,192,3]."""
        ...


def space_of(recogniser: Recognises) -> Space:
    """What a recogniser's vectors look like."""
    return Space(recogniser.checkpoint_hash, recogniser.prior.whitening.shape[1])
