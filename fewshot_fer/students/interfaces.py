"""What this room needs of the rooms below it, as small as it can be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.faces.values import Faces

Session: TypeAlias = Any


class Reading(Protocol):
    """What a vector is read as."""

    @property
    def expression(self) -> str:
        """The best name."""
        ...

    @property
    def scores(self) -> Mapping[str, float]:
        """Probabilities by expression."""
        ...

    @property
    def unsure(self) -> str | None:
        """Why the name should not be shown, or None."""
        ...


class Prototypes(Protocol):
    """One student's expressions as points."""

    @property
    def names(self) -> tuple[str, ...]:
        """The expressions."""
        ...

    @property
    def points(self) -> Floats:
        """Where they lie [C,D]."""
        ...

    @property
    def variance(self) -> Floats:
        """How unsure the points still are [C,D]."""
        ...

    @property
    def offset(self) -> Floats:
        """How this person differs from all people, whatever they show [D]."""
        ...

    def read(self, z: Floats) -> Sequence[Reading]:
        """Name every vector [n,D]."""
        ...


class Prior(Protocol):
    """All people's expressions, from which a student's are learnt."""

    @property
    def names(self) -> tuple[str, ...]:
        """The expressions that need no reference."""
        ...

    def learn(
        self, z: Floats, labels: Sequence[str], *, session: Session | None = None
    ) -> Prototypes:
        """A student's prototypes from references z [n,D]; none give the generic ones."""
        ...

    def recalibrate(
        self, prototypes: Prototypes, z: Floats, labels: Sequence[str] | None
    ) -> Session:
        """What a lesson's light and lens add, from vectors z [n,D] of that lesson."""
        ...

    def with_expression(self, name: str, point: Floats) -> Prior:
        """The same prior with one expression more, at a point [D]."""
        ...


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

    def find(self, image: Bytes) -> Faces:
        """The faces in an image [h,w,3]."""
        ...

    def vectors_of(self, portraits: Bytes) -> Floats:
        """Vectors z [n,D] of portraits [n,192,192,3]."""
        ...


class SamePerson(Protocol):
    """Tells people apart: an identity vector per portrait, and how alike one person's are."""

    @property
    def threshold(self) -> float:
        """Two portraits of one person have at least this cosine."""
        ...

    def vectors(self, portraits: Bytes) -> Floats:
        """Unit vectors [n,K] of portraits [n,192,192,3]."""
        ...
