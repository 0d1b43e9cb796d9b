"""Detections: boxes, landmarks and probabilities of the faces of one image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fewshot_fer.arrays import Bools, Floats, Ints


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

    @property
    def sizes(self) -> Floats:
        """The longer side of every box [n]."""
        sides: Floats = self.boxes[:, 2:] - self.boxes[:, :2]
        return np.asarray(sides.max(axis=1, initial=0.0), dtype=np.float32)
