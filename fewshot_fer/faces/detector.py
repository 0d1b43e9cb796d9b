"""MTCNN: three networks that propose, refine and decide where faces are.

The cascade follows facenet-pytorch step by step (its parameters mean the same here), so that
both find the same faces; what differs is how the work is laid out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Bytes, Floats, Ints
from fewshot_fer.engine import Network, OpenVinoNetwork, Precision
from fewshot_fer.faces.boxes import shifted, squared, suppress, suppress_contained
from fewshot_fer.faces.crops import clipped, cut
from fewshot_fer.faces.frames import as_rgb
from fewshot_fer.faces.values import Faces

WINDOW: Final = 12
STRIDE: Final = 2
R_SIDE: Final = 24
O_SIDE: Final = 48


@dataclass(slots=True)
class Detector:
    """Finds faces; one instance per thread, for each network owns one request."""

    proposer: Network
    refiner: Network
    decider: Network
    thresholds: tuple[float, float, float] = (0.6, 0.7, 0.7)
    factor: float = 0.709
    min_face: float = 20

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        precision: Precision = "bf16",
        threads: int = 1,
        thresholds: tuple[float, float, float] = (0.6, 0.7, 0.7),
        factor: float = 0.709,
        min_face: float = 20,
    ) -> Detector:
        """The detector of a checkpoint's folder `mtcnn`."""
        networks = (
            OpenVinoNetwork(folder / f"{name}.onnx", precision=precision, threads=threads)
            for name in ("pnet", "rnet", "onet")
        )
        return cls(*networks, thresholds=thresholds, factor=factor, min_face=min_face)

    def detect(self, image: npt.NDArray[Any]) -> Faces:
        """All faces of an image, the surest first."""
        pixels = as_rgb(image)
        return self._decide(pixels, self._refine(pixels, self._propose(pixels)))[0]

    def refine(self, image: npt.NDArray[Any], boxes: Floats) -> tuple[Faces, Ints]:
        """Look again at known places only: the faces still there, and each one's box."""
        return self._decide(as_rgb(image), squared(np.asarray(boxes, dtype=np.float32)))

    def _propose(self, image: Bytes) -> Floats:
        boxes, scores, shifts = [], [], []
        for scale, level in self._pyramid(image):
            found = self.proposer(level[None])[0][0]
            rows, columns = np.nonzero(found[0] >= self.thresholds[0])
            corner = np.stack([columns, rows], axis=1).astype(np.float32) * STRIDE + 1
            window = np.floor(np.concatenate([corner, corner + WINDOW - 1], axis=1) / np.float32(scale))
            score = found[0, rows, columns]
            kept = suppress(window, score, 0.5)
            boxes.append(window[kept])
            scores.append(score[kept])
            shifts.append(found[1:, rows, columns].T[kept])
        if not boxes:
            return Faces.none().boxes
        box = np.concatenate(boxes)
        kept = suppress(box, np.concatenate(scores), 0.7)
        return squared(shifted(box[kept], np.concatenate(shifts)[kept], extra=0))

    def _pyramid(self, image: Bytes) -> Iterator[tuple[float, Bytes]]:
        height, width = image.shape[:2]
        scale = WINDOW / self.min_face
        level = image
        while min(height, width) * scale >= WINDOW:
            size = (int(width * scale + 1), int(height * scale + 1))
            level = cv2.resize(level, size, interpolation=cv2.INTER_AREA)
            yield scale, level
            scale *= self.factor

    def _refine(self, image: Bytes, boxes: Floats) -> Floats:
        places, usable = clipped(boxes, *image.shape[:2])
        if not usable.any():
            return Faces.none().boxes
        found = self.refiner(cut(image, places[usable], R_SIDE))[0]
        sure = found[:, 0] > self.thresholds[1]
        boxes, found = boxes[usable][sure], found[sure]
        kept = suppress(boxes, found[:, 0], 0.7)
        return squared(shifted(boxes[kept], found[kept, 1:]))

    def _decide(self, image: Bytes, boxes: Floats) -> tuple[Faces, Ints]:
        places, usable = clipped(boxes, *image.shape[:2])
        origin = np.flatnonzero(usable)
        if not len(origin):
            return Faces.none(), origin
        found = self.decider(cut(image, places[usable], O_SIDE))[0]
        sure = found[:, 0] > self.thresholds[2]
        origin, found = origin[sure], found[sure]
        boxes, probabilities = boxes[origin], found[:, 0]
        sides = boxes[:, 2:] - boxes[:, :2] + 1
        fractions = found[:, 5:].reshape(-1, 2, 5).transpose(0, 2, 1)
        points = fractions * sides[:, None] + boxes[:, None, :2] - 1
        boxes = shifted(boxes, found[:, 1:5])
        kept = suppress_contained(boxes, probabilities, 0.7)
        return Faces(boxes, points, probabilities)[kept], origin[kept]
