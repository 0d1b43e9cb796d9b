"""All students' prototypes in one FAISS index, each student's in a slice of its own.

A search looks at one student's slice only, in place; changing a student overwrites the
slice, and removing one frees it for the next of the same size. Nothing is ever rebuilt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import faiss
import numpy as np

from fewshot_fer.arrays import Floats
from fewshot_fer.prototypes.base_rates import EVEN, BaseRates
from fewshot_fer.prototypes.prototypes import Prototypes, Reading
from fewshot_fer.reasons import Reason


@dataclass(slots=True)
class PrototypeIndex:
    """Nearest prototypes of many students; `generic` serves who is not enrolled."""

    generic: Prototypes
    _index: faiss.IndexFlatL2 = field(init=False)
    _slices: dict[str | None, tuple[int, Prototypes]] = field(init=False, default_factory=dict)
    _free: dict[int, list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._index = faiss.IndexFlatL2(self.generic.points.shape[2])
        self._put(None, self.generic)

    def __len__(self) -> int:
        return len(self._slices) - 1

    def __contains__(self, student: str) -> bool:
        return student in self._slices

    def put(self, student: str, prototypes: Prototypes) -> None:
        """Add a student, or replace what is known of one."""
        self.remove(student)
        self._put(student, prototypes)

    def remove(self, student: str) -> None:
        """Forget a student; one who is not here is forgotten already."""
        if student in self._slices:
            start, prototypes = self._slices.pop(student)
            size = len(prototypes.scaled)
            self._rows(start, size)[:] = np.inf
            self._free.setdefault(size, []).append(start)

    def prototypes(self, student: str | None) -> Prototypes:
        """A student's prototypes; the generic ones for somebody unknown."""
        return self._slices.get(student, self._slices[None])[1]

    def read(
        self,
        students: Sequence[str | None],
        z: Floats,
        weak: Sequence[Reason | None] = (),
        rates: BaseRates = EVEN,
    ) -> list[Reading]:
        """Name what each sample [n, d] shows, by the prototypes of the student it belongs to."""
        readings: dict[int, Reading] = {}
        known = [student if student in self._slices else None for student in students]
        for student in dict.fromkeys(known):
            rows = [i for i, owner in enumerate(known) if owner == student]
            squares = self.squares(student, z[rows])
            reasons = [weak[i] for i in rows] if weak else ()
            found = self.prototypes(student).read_squares(squares, reasons, rates)
            readings.update(zip(rows, found, strict=True))
        return [readings[i] for i in range(len(known))]

    def squares(self, student: str | None, z: Floats) -> Floats:
        """Squared distances [n, c] to one student's prototypes, by FAISS."""
        start, prototypes = self._slices[student]
        size = len(prototypes.points) * len(prototypes.names)
        selector = faiss.SearchParameters(  # type: ignore[call-arg]
            sel=faiss.IDSelectorRange(start, start + size)
        )
        queries = np.ascontiguousarray(z * prototypes.scale, dtype=np.float32)
        distances, ids = self._index.search(queries, size, params=selector)
        squares = np.empty_like(distances)
        squares[np.arange(len(ids))[:, None], ids - start] = distances
        return prototypes.over_modes(squares)

    def _put(self, student: str | None, prototypes: Prototypes) -> None:
        scaled = np.ascontiguousarray(prototypes.scaled)
        free = self._free.get(len(scaled))
        if free:
            start = free.pop()
            self._rows(start, len(scaled))[:] = scaled
        else:
            start = self._index.ntotal
            self._index.add(scaled)
        self._slices[student] = (start, prototypes)

    def _rows(self, start: int, size: int) -> Floats:
        """The index's own memory of some rows, to be written in place."""
        width = self._index.d
        memory = faiss.rev_swig_ptr(self._index.get_xb(), self._index.ntotal * width)
        rows: Floats = memory.reshape(-1, width)[start : start + size]
        return rows
