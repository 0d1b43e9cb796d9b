"""MTCNN: three networks that propose, refine and decide where faces are.

The cascade follows facenet-pytorch step by step (its parameters mean the same here), so that
both find the same faces; what differs is how the work is laid out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Bytes, Floats, Ints
from fewshot_fer.engine import Network, OpenVinoNetwork, Precision
from fewshot_fer.faces.boxes import (
    clipped,
    shares,
    shifted,
    squared,
    suppress,
)
from fewshot_fer.faces.frames import as_rgb
from fewshot_fer.faces.pyramid import STRIDE, WINDOW, Piece, pieces
from fewshot_fer.faces.sampling import AreaSampler
from fewshot_fer.faces.values import Faces

R_SIDE: Final = 24
O_SIDE: Final = 48
BATCHES: Final = (64, 32, 16, 8, 4, 2, 1)
_LARGEST: Final = 3 * 2**24
_NEW: Final = 0.5
"""A window with less than this share in common with a known face may be another face."""

Picture = npt.NDArray[Any] | AreaSampler


def probability(odds: Floats) -> Floats:
    """Log odds [n] -> probabilities [n]."""
    return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float32)


def batches(count: int) -> Iterator[tuple[int, int]]:
    """Cut a count into a few sizes only, for an engine prepares itself for each size anew."""
    start = 0
    for size in BATCHES:
        while count - start >= size:
            yield start, start + size
            start += size


def _halved(image: Bytes) -> Bytes:
    half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return np.asarray(half, dtype=np.uint8)


def _doubled(faces: Faces) -> Faces:
    return Faces(faces.boxes * 2, faces.landmarks * 2, faces.probabilities)


def as_sampler(image: Picture) -> AreaSampler:
    """The table of sums of an image; handed in by whoever looks at an image more than once."""
    return image if isinstance(image, AreaSampler) else AreaSampler(as_rgb(image))


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
        proposer, refiner, decider = (
            OpenVinoNetwork(folder / f"{name}.onnx", precision=precision, threads=threads)
            for name in ("pnet", "rnet", "onet")
        )
        return cls(proposer, refiner, decider, thresholds, factor, min_face)

    def plan(self, height: int, width: int, *, min_face: float = 0) -> list[Piece]:
        """The pieces of work that a search for faces from a size on consists of."""
        return list(pieces(height, width, max(self.min_face, min_face), self.factor))

    def detect(
        self,
        image: Picture,
        *,
        plan: Sequence[Piece] | None = None,
        known: Floats | None = None,
    ) -> Faces:
        """All faces of an image, the surest first.

        A stream may do only some pieces of a plan at a time, and leave out what lies in the
        boxes [n,4] of faces that it knows already. A picture above 16 megapixels is searched at
        half its size, where the smallest face counts double.
        """
        if isinstance(image, np.ndarray) and image.size > _LARGEST and plan is None:
            return _doubled(self.detect(_halved(as_rgb(image))))
        sampler = as_sampler(image)
        if plan is None:
            plan = self.plan(sampler.height, sampler.width)
        proposals = self._propose(sampler, plan, Faces.none().boxes if known is None else known)
        return self._decide(sampler, self._refine(sampler, proposals))[0]

    def refine(self, image: Picture, boxes: Floats) -> tuple[Faces, Ints]:
        """Look again at known places only: the faces still there, and each one's box."""
        return self._decide(as_sampler(image), squared(np.asarray(boxes, dtype=np.float32)))

    def _propose(self, sampler: AreaSampler, plan: Sequence[Piece], known: Floats) -> Floats:
        boxes, scores, shifts = [], [], []
        for scale, parts in groupby(plan, lambda piece: piece.scale):
            windows = [self._windows(sampler, piece) for piece in parts]
            corner, score, shift = (np.concatenate(values) for values in zip(*windows, strict=True))
            low = (corner * STRIDE + 1).astype(np.float32)
            window = np.floor(np.concatenate([low, low + WINDOW - 1], axis=1) / np.float32(scale))
            if len(known):
                new = shares(window, known).max(axis=1) < _NEW
                window, score, shift = window[new], score[new], shift[new]
            kept = suppress(window, score, 0.5)
            boxes.append(window[kept])
            scores.append(score[kept])
            shifts.append(shift[kept])
        if not boxes:
            return Faces.none().boxes
        box = np.concatenate(boxes)
        kept = suppress(box, np.concatenate(scores), 0.7)
        return squared(shifted(box[kept], np.concatenate(shifts)[kept], extra=0))

    @property
    def _least_odds(self) -> np.float32:
        likely = min(max(self.thresholds[0], 1e-6), 1 - 1e-6)
        return np.float32(np.log(likely / (1 - likely)))

    def _windows(self, sampler: AreaSampler, piece: Piece) -> tuple[Ints, Floats, Floats]:
        """A piece's likely windows: columns and rows [n,2], probabilities [n], shifts [n,4]."""
        found = self.proposer(sampler.resized(piece.rows, piece.columns)[None])[0][0]
        rows, columns = np.nonzero(found[0] >= self._least_odds)
        corner = np.stack([columns + piece.left, rows + piece.top], axis=1)
        odds = found[0, rows, columns]
        return corner, probability(odds), found[1:, rows, columns].T

    def _refine(self, sampler: AreaSampler, boxes: Floats) -> Floats:
        places, usable = clipped(boxes, sampler.height, sampler.width)
        found = self._run(self.refiner, sampler, places[usable], R_SIDE, 5)
        score = probability(found[:, 0])
        sure = score > self.thresholds[1]
        boxes, score, found = boxes[usable][sure], score[sure], found[sure]
        kept = suppress(boxes, score, 0.7)
        return squared(shifted(boxes[kept], found[kept, 1:]))

    def _decide(self, sampler: AreaSampler, boxes: Floats) -> tuple[Faces, Ints]:
        places, usable = clipped(boxes, sampler.height, sampler.width)
        found = self._run(self.decider, sampler, places[usable], O_SIDE, 15)
        score = probability(found[:, 0])
        sure = score > self.thresholds[2]
        origin, score, found = np.flatnonzero(usable)[sure], score[sure], found[sure]
        boxes = boxes[origin]
        sides = boxes[:, 2:] - boxes[:, :2] + 1
        fractions = found[:, 5:].reshape(-1, 2, 5).transpose(0, 2, 1)
        points = fractions * sides[:, None] + boxes[:, None, :2] - 1
        boxes = shifted(boxes, found[:, 1:5])
        kept = suppress(boxes, score, 0.7, shares)
        return Faces(boxes, points, score)[kept], origin[kept]

    def _run(
        self, network: Network, sampler: AreaSampler, places: Ints, side: int, width: int
    ) -> Floats:
        """What a network says of each place [n,4], in batches of few sizes: [n,width]."""
        outputs = [
            network(sampler.cut(places[start:stop], side))[0]
            for start, stop in batches(len(places))
        ]
        return np.concatenate(outputs) if outputs else np.zeros((0, width), np.float32)
