"""Whose expressions a session knows: nobody's in particular, or those of the enrolled."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import LibraryError
from fewshot_fer.prototypes import EVEN, BaseRates
from fewshot_fer.prototypes.index import PrototypeIndex
from fewshot_fer.prototypes.prototypes import Prototypes, Reading
from fewshot_fer.reasons import Reason
from fewshot_fer.students.roster import Roster
from fewshot_fer.students.store.records import EVERY, NONE, Purpose, Purposes

_log = logging.getLogger(__name__)


class Members(Protocol):
    """The students of a class as a session needs them."""

    def read(
        self,
        students: Sequence[str | None],
        z: Floats,
        weak: Sequence[Reason | None],
        rates: BaseRates = EVEN,
    ) -> Sequence[Reading]:
        """Name vectors [n,D], each as its student shows it; None is nobody in particular.

        `weak` says of every face what is wrong with it, if anything; `rates` how often
        expressions are expected.
        """
        ...

    def prototypes(self, student: str | None) -> Prototypes:
        """What is known of a student; of people in general for None."""
        ...

    def name(self, student: str) -> str | None:
        """What to call a student."""
        ...

    def purposes(self, student: str | None) -> Purposes:
        """What a student agreed to, or somebody whom nobody knows (None)."""
        ...

    def __len__(self) -> int:
        """How many students the class has, of those who agreed to be read."""
        ...


@dataclass(frozen=True, slots=True)
class Strangers:
    """Nobody is enrolled: all are read as people in general, though names may be known."""

    generic: Prototypes
    names: Mapping[str, str] = field(default_factory=dict)

    def read(
        self,
        students: Sequence[str | None],
        z: Floats,
        weak: Sequence[Reason | None],
        rates: BaseRates = EVEN,
    ) -> Sequence[Reading]:
        """Name vectors [n,D] as people in general show it."""
        return self.generic.read(z, weak, rates)

    def prototypes(self, student: str | None) -> Prototypes:
        """What is known of people in general."""
        return self.generic

    def name(self, student: str) -> str | None:
        """What to call a student."""
        return self.names.get(student)

    def purposes(self, student: str | None) -> Purposes:
        """Whoever asks about people in general answers for them."""
        return EVERY

    def __len__(self) -> int:
        return len(self.names)


class Enrolled:
    """The students of a library (all, or a class's), kept up to date while a lesson runs.

    `refresh` is for one thread at a time, all else for many.
    """

    def __init__(
        self, roster: Roster, index: PrototypeIndex, class_name: str | None = None
    ) -> None:
        self._roster = roster
        self._index = index
        self._class = class_name
        self._names: dict[str, str] = {}
        self._stamps: dict[str, object] = {}
        self._agreed: dict[str, Purposes] = {}
        self._seen: object = None
        """The library's stamp when all that it holds had been taken in."""
        self._turn = Lock()
        """Nobody reads an index that is being changed."""
        self.refresh()

    def refresh(self) -> None:
        """Take in what has changed in the library: cheap enough for every second."""
        if self.up_to_date:
            return
        stamps = self._roster.library.stamps()
        found = {
            student.id: student.name
            for student in self._roster.library.students()
            if self._class is None or self._class in student.classes
        }
        for student in set(self._names) - set(found):
            self._leave(student)
        for student, name in found.items():
            self._join(student, name)
        self._seen = stamps

    @property
    def up_to_date(self) -> bool:
        """Whether nothing has changed in the library since the last refresh; lists nobody."""
        stamps = self._roster.library.stamps()
        return stamps is not None and stamps == self._seen

    @property
    def ids(self) -> frozenset[str]:
        """Everybody."""
        return frozenset(self._names)

    @property
    def names(self) -> Mapping[str, str]:
        """What to call everybody, by id."""
        return dict(self._names)

    def read(
        self,
        students: Sequence[str | None],
        z: Floats,
        weak: Sequence[Reason | None],
        rates: BaseRates = EVEN,
    ) -> Sequence[Reading]:
        """Name vectors [n,D], each as its student shows it."""
        with self._turn:
            known = [student if student in self._names else None for student in students]
            return self._index.read(known, z, weak, rates)

    def prototypes(self, student: str | None) -> Prototypes:
        """What is known of a student; of people in general for None."""
        with self._turn:
            return self._index.prototypes(student if student in self._names else None)

    def name(self, student: str) -> str | None:
        """What to call a student."""
        return self._names.get(student)

    def purposes(self, student: str | None) -> Purposes:
        """What a student agreed to; who is not of the class has agreed to nothing."""
        return NONE if student is None else self._agreed.get(student, NONE)

    def __len__(self) -> int:
        return sum(Purpose.READ in agreed for agreed in tuple(self._agreed.values()))

    def _join(self, student: str, name: str) -> None:
        try:
            stamp = self._roster.stamp(student)
            if stamp == self._stamps.get(student):
                return
            # What is taken back holds before anything else is done.
            self._agreed[student] = self._roster.library.open(student).purposes
            # Learning somebody takes a while: it is done before others have to wait.
            prototypes = self._roster.prototypes(student)
        except LibraryError as error:  # Deleted in this very moment; or damaged: only theirs.
            if self._roster.library.stamp(student) is not None:  # No log holds who was deleted.
                _log.warning("%s is read as nobody in particular: %s", student, error.what)
            self._leave(student)
            return
        with self._turn:
            self._index.put(student, prototypes)
            self._names[student], self._stamps[student] = name, stamp

    def _leave(self, student: str) -> None:
        with self._turn:
            self._agreed.pop(student, None)
            if self._names.pop(student, None) is not None:
                self._stamps.pop(student, None)
                self._index.remove(student)
