"""A class of coloured squares: a face is a square, its colour is its expression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fewshot_fer.arrays import Bytes, Floats, Ints
from fewshot_fer.expressions import BASIC
from fewshot_fer.faces.align import INNER, MARGIN, TEMPLATE
from fewshot_fer.faces.follower import Finder, Tracked
from fewshot_fer.faces.values import Faces
from fewshot_fer.prototypes import EVEN, BaseRates
from fewshot_fer.prototypes.prototypes import Prototypes, Reading
from fewshot_fer.reasons import Reason
from fewshot_fer.students.store.records import EVERY, NONE, Purposes

SIDE = 40
STEP = 50
GREYS = {name: 30 + 30 * i for i, name in enumerate(BASIC)}


def reading(expression: str, sure: float = 0.9) -> Reading:
    others = (1 - sure) / (len(BASIC) - 1)
    return Reading(expression, {n: sure if n == expression else others for n in BASIC}, None)


def picture(expressions: Sequence[str | None]) -> Bytes:
    """Squares in a row [50,50*n,3]; None is an empty place."""
    image = np.zeros((STEP, STEP * max(1, len(expressions)), 3), np.uint8)
    for i, name in enumerate(expressions):
        if name is not None:
            image[5 : 5 + SIDE, STEP * i + 5 : STEP * i + 5 + SIDE] = GREYS[name]
    return image


class Places:
    """Every place of the row is a track of its own, from 1 on."""

    def follow(self, image: Bytes, time: float) -> Tracked:
        lefts = np.arange(5, image.shape[1], STEP)
        here = np.array([image[25, x + 20].any() for x in lefts], bool)
        x = lefts[here].astype(np.float32)
        boxes = np.stack([x, x * 0 + 5, x + SIDE, x * 0 + 5 + SIDE], axis=1)
        shape = (TEMPLATE - MARGIN) / INNER * SIDE
        points = boxes[:, None, :2] + shape[None]
        faces = Faces(boxes, points.astype(np.float32), np.ones(len(x), np.float32))
        ids: Ints = np.flatnonzero(here) + 1
        return Tracked(faces, ids, np.ones(len(x), bool), True)


@dataclass
class Colours:
    """A recogniser whose vectors are the grey of a portrait."""

    embedded: list[int] = field(default_factory=list)

    @property
    def detector(self) -> Finder:
        raise AssertionError("the squares' follower needs no detector")

    def vectors_of(self, portraits: Bytes) -> Floats:
        self.embedded.append(len(portraits))
        return portraits[:, 96, 96, :1].astype(np.float32)


@dataclass
class Pupils:
    """Reads greys; remembers whose they were said to be."""

    names: Mapping[str, str] = field(default_factory=dict)
    agreed: dict[str | None, Purposes] = field(default_factory=dict)
    """What was agreed to, where that is not everything; who left has agreed to nothing."""
    asked: list[str | None] = field(default_factory=list)

    def read(
        self,
        students: Sequence[str | None],
        z: Floats,
        weak: Sequence[Reason | None],
        rates: BaseRates = EVEN,
    ) -> list[Reading]:
        self.asked += students
        names = [min(GREYS, key=lambda name: abs(GREYS[name] - grey)) for (grey,) in z]
        return [replace(reading(name), unsure=flaw) for name, flaw in zip(names, weak, strict=True)]

    def prototypes(self, student: str | None) -> Prototypes:
        raise AssertionError("nothing is learnt of greys")

    def name(self, student: str) -> str | None:
        return self.names.get(student)

    def purposes(self, student: str | None) -> Purposes:
        known = student is None or student in self.names
        return self.agreed.get(student, EVERY if known else NONE)

    def __len__(self) -> int:
        return len(self.names)


@dataclass
class Judge:
    reason: Reason | None

    def __call__(self, image: Bytes, faces: Faces, aligned: Bytes, /) -> Sequence[Judge]:
        return [self] * len(faces)

    @property
    def score(self) -> float:
        return 0.1


FINE = Judge(None)
