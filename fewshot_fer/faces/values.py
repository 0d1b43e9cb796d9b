"""Detections: boxes, landmarks and probabilities of the faces of one image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from fewshot_fer.arrays import Bools, Doubles, Floats, Ints
from fewshot_fer.faces.boxes import overlaps, shares

_SAME_BOX: Final = 0.4
_INSIDE: Final = 0.7
"""By overlap, or by the share of the smaller one, two boxes are of one face."""


@dataclass(frozen=True, slots=True)
class Faces:
    """Boxes [n,4] (x0, y0, x1, y1 in pixels), five points [n,5,2], probabilities [n].

    The points are, as they lie in the image: left eye, right eye, nose, left and right
    corner of the mouth.
    """

    boxes: Floats
    landmarks: Floats
    probabilities: Floats

    @classmethod
    def none(cls) -> Faces:
        """No face at all."""
        empty = np.zeros
        return cls(empty((0, 4), np.float32), empty((0, 5, 2), np.float32), empty(0, np.float32))

    def __len__(self) -> int:
        return len(self.boxes)

    def __getitem__(self, which: Bools | Ints | slice) -> Faces:
        """Some of the faces, by mask, indices or slice."""
        return Faces(self.boxes[which], self.landmarks[which], self.probabilities[which])

    def moved(self, zoom: float, by: tuple[float, float] = (0.0, 0.0)) -> Faces:
        """The same faces in a picture that was scaled, and then moved in a larger one."""
        scale, shift = np.float32(zoom), np.array(by, dtype=np.float32)
        boxes = self.boxes * scale + np.tile(shift, 2)
        return Faces(boxes, self.landmarks * scale + shift, self.probabilities)

    def joined(self, other: Faces) -> Faces:
        """These faces, and then the others."""
        return Faces(
            np.concatenate([self.boxes, other.boxes]),
            np.concatenate([self.landmarks, other.landmarks]),
            np.concatenate([self.probabilities, other.probabilities]),
        )

    @property
    def sizes(self) -> Floats:
        """The longer side of every box [n]."""
        sides: Floats = self.boxes[:, 2:] - self.boxes[:, :2]
        return np.asarray(sides.max(axis=1, initial=0.0), dtype=np.float32)


def is_among(ids: Ints, others: Ints) -> Bools:
    """Which tracks [n] are among others [m]; for so few it is ten times as fast as `np.isin`."""
    return np.asarray((ids[:, None] == others).any(axis=1))


@dataclass(frozen=True, slots=True)
class InView:
    """The faces in view, their tracks [n] and when each was last looked at [n]."""

    faces: Faces
    ids: Ints
    looked: Doubles

    @classmethod
    def nothing(cls) -> InView:
        """No face."""
        return cls(Faces.none(), np.zeros(0, np.int64), np.zeros(0))

    @classmethod
    def of(cls, faces: Faces, ids: Ints, time: float) -> InView:
        """Faces that were looked at just now."""
        order = np.argsort(ids, kind="stable")
        return cls(faces[order], ids[order], np.full(len(ids), time))

    def zoomed(self, zoom: float) -> InView:
        """The same faces in a picture of another size."""
        return InView(self.faces.moved(zoom), self.ids, self.looked)

    def without(self, tracks: Ints) -> InView:
        """All but these tracks."""
        stay = ~is_among(self.ids, tracks)
        return InView(self.faces[stay], self.ids[stay], self.looked[stay])

    def joined(self, other: InView) -> InView:
        """Both, in the order of their tracks."""
        if not len(self.ids) or not len(other.ids):
            return self if len(self.ids) else other
        ids = np.concatenate([self.ids, other.ids])
        order = np.argsort(ids, kind="stable")
        faces = self.faces.joined(other.faces)
        looked = np.concatenate([self.looked, other.looked])
        return InView(faces[order], ids[order], looked[order])


def unclaimed(found: Faces, others: Faces) -> Bools:
    """Which faces are not simply one of the others again: a hidden face's box slips to them."""
    if not len(found) or not len(others):
        return np.ones(len(found), bool)
    over = overlaps(found.boxes, others.boxes).max(axis=1, initial=0)
    inside = shares(found.boxes, others.boxes).max(axis=1, initial=0)
    return np.asarray((over < _SAME_BOX) & (inside < _INSIDE))
