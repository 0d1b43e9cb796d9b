"""MTCNN: three networks that propose, refine and decide where faces are.

The cascade follows facenet-pytorch step by step (its parameters mean the same here), so that
both find the same faces; what differs is how the work is laid out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from math import floor, log
from pathlib import Path
from typing import Any, Final, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Bytes, Floats, Ints
from fewshot_fer.engine import CompiledNetwork, Network, Precision, native_precisions
from fewshot_fer.faces.boxes import clipped, shares, shifted, squared, suppress
from fewshot_fer.faces.frames import as_rgb
from fewshot_fer.faces.judging import (
    SAME_FACE,
    UNCERTAIN,
    Twice,
    answer_again,
    close_calls,
    log_odds,
    probability,
)
from fewshot_fer.faces.pyramid import STRIDE, WINDOW, Piece, pieces
from fewshot_fer.faces.sampling import AreaSampler
from fewshot_fer.faces.values import Faces
from fewshot_fer.files import check_seal
from fewshot_fer.measures import MIN_FACE, PYRAMID, THRESHOLDS
from fewshot_fer.shipped import shipped_checkpoint

FOLDER: Final = "mtcnn"
"""Where a checkpoint's folder holds the three networks."""
PARTS: Final = ("pnet.onnx", "rnet.onnx", "onet.onnx")
"""The files under the folder's seal."""
R_SIDE: Final = 24
O_SIDE: Final = 48
_PIXELS_AT_ONCE: Final = 64 * R_SIDE**2
"""In one question to the engine: with more no square is quicker, and all need more memory."""
_LARGEST: Final = 3 * 2**24
_NEW: Final = 0.5
"""A window with less than this share in common with a known face may be another face."""

Picture = npt.NDArray[Any] | AreaSampler
Part = TypeVar("Part")
Result = TypeVar("Result")


def _halved(image: Bytes) -> Bytes:
    half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return np.asarray(half, dtype=np.uint8)


def as_sampler(image: Picture) -> AreaSampler:
    """The table of sums of an image; handed in by whoever looks at an image more than once."""
    return image if isinstance(image, AreaSampler) else AreaSampler(as_rgb(image))


@dataclass(slots=True)
class Detector:
    """Finds faces; knows nothing from one picture to the next."""

    proposer: Network
    refiner: Network
    decider: Network
    thresholds: tuple[float, float, float] = THRESHOLDS
    factor: float = PYRAMID
    min_face: float = MIN_FACE
    arbiter: Network | None = None
    """Answers again where the decider's answers are too near each other."""
    helpers: int = 1
    """How many threads share the work of a search."""
    _team: Executor | None = None

    def __post_init__(self) -> None:
        if self.helpers > 1:
            self._team = ThreadPoolExecutor(self.helpers, "faces")

    @classmethod
    def of(
        cls,
        checkpoint: Path | None = None,
        *,
        precision: Precision = "bf16",
        threads: int = 1,
        thresholds: tuple[float, float, float] = THRESHOLDS,
        factor: float = PYRAMID,
        min_face: float = MIN_FACE,
        callers: int = 1,
    ) -> Detector:
        """The detector of a checkpoint's folder, else of the one that travels with the product.

        With f32 it finds the faces that the original finds; where the processor knows half
        precision, that still does the work on which nothing depends. It is for as many threads
        at once as there are `callers`.
        """
        folder = (checkpoint or shipped_checkpoint()) / FOLDER
        check_seal(folder, PARTS)

        def load(name: str, precision: Precision = precision) -> Network:
            file = folder / f"{name}.onnx"
            return CompiledNetwork(file, precision=precision, callers=threads * callers)

        given = thresholds, factor, min_face
        if precision == "bf16" or "bf16" not in native_precisions():
            return cls(load("pnet"), load("rnet"), load("onet"), *given, helpers=threads)
        refiner = Twice(load("rnet", "bf16"), load("rnet"), log_odds(thresholds[1]) - UNCERTAIN)
        return cls(load("pnet"), refiner, load("onet", "bf16"), *given, load("onet"), threads)

    def plan(self, height: int, width: int, *, min_face: float = 0) -> list[Piece]:
        """The pieces of work that a search for faces from a size on consists of.

        Or from a little less: pictures of few sizes are asked for, as the engine prepares itself
        for every one, which takes as long as the answer.
        """
        steps = floor(2 * log(max(min_face / self.min_face, 1.0)) / -log(self.factor))
        return list(pieces(height, width, self.min_face * self.factor ** (-steps / 2), self.factor))

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
            return self.detect(_halved(as_rgb(image))).moved(2)
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
        sampler.table()
        found = self._shared_out(partial(self._windows, sampler), plan)
        for scale, parts in groupby(zip(plan, found, strict=True), lambda part: part[0].scale):
            windows = (window for _, window in parts)
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

    def _windows(self, sampler: AreaSampler, piece: Piece) -> tuple[Ints, Floats, Floats]:
        """A piece's likely windows: columns and rows [n,2], probabilities [n], shifts [n,4]."""
        found = self.proposer(sampler.resized(piece.rows, piece.columns)[None])[0][0]
        rows, columns = np.nonzero(found[0] >= np.float32(log_odds(self.thresholds[0])))
        corner = np.stack([columns + piece.left, rows + piece.top], axis=1)
        odds = found[0, rows, columns]
        return corner, probability(odds), found[1:, rows, columns].T

    def _refine(self, sampler: AreaSampler, boxes: Floats) -> Floats:
        places, usable = clipped(boxes, sampler.height, sampler.width)
        _, found = self._ask(self.refiner, sampler, places[usable], R_SIDE, 5)
        score = probability(found[:, 0])
        sure = score > self.thresholds[1]
        boxes, score, found = boxes[usable][sure], score[sure], found[sure]
        kept = suppress(boxes, score, 0.7)
        return squared(shifted(boxes[kept], found[kept, 1:]))

    def _decide(self, sampler: AreaSampler, boxes: Floats) -> tuple[Faces, Ints]:
        places, usable = clipped(boxes, sampler.height, sampler.width)
        cuts, found = self._ask(self.decider, sampler, places[usable], O_SIDE, 15)
        origin = np.flatnonzero(usable)
        if self.arbiter is not None:
            decided = shifted(boxes[origin], found[:, 1:5])
            close = close_calls(decided, found[:, 0], log_odds(self.thresholds[2]))
            answer_again(self.arbiter, cuts, found, close)
        score = probability(found[:, 0])
        sure = score > self.thresholds[2]
        origin, score, found = origin[sure], score[sure], found[sure]
        boxes = boxes[origin]
        sides = boxes[:, 2:] - boxes[:, :2] + 1
        fractions = found[:, 5:].reshape(-1, 2, 5).transpose(0, 2, 1)
        points = fractions * sides[:, None] + boxes[:, None, :2] - 1
        boxes = shifted(boxes, found[:, 1:5])
        kept = suppress(boxes, score, SAME_FACE, shares)
        return Faces(boxes, points, score)[kept], origin[kept]

    def _ask(
        self, network: Network, sampler: AreaSampler, places: Ints, side: int, width: int
    ) -> tuple[Floats, Floats]:
        """Squares cut from places [n,4], and what a network says of each: [n,width]."""

        def ask(some: Ints) -> tuple[Floats, Floats]:
            cuts = sampler.cut(some, side)
            return cuts, network(cuts)[0]

        if not len(places):
            return np.zeros((0, side, side, 4), np.float32), np.zeros((0, width), np.float32)
        asked = -(-len(places) * side**2 // _PIXELS_AT_ONCE)
        count = max(asked, min(self.helpers, len(places)))
        answers = self._shared_out(ask, np.array_split(places, count))
        if count == 1:
            return answers[0]
        cuts, said = zip(*answers, strict=True)
        return np.concatenate(cuts), np.concatenate(said)

    def _shared_out(self, work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
        """The results for all parts, in their order, worked on by all helpers together."""
        if self._team is None or len(parts) < 2:
            return [work(part) for part in parts]
        return list(self._team.map(work, parts))
