"""Face recognition (who is who): embeddings of portraits, matched with those of the enrolled.

The network is OpenCV's SFace (Apache-2.0), its weights in half precision.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes, Doubles, Floats
from fewshot_fer.engine import CompiledNetwork, Network, Precision
from fewshot_fer.errors import CheckpointError
from fewshot_fer.faces.align import TEMPLATE, portraits, similarities
from fewshot_fer.faces.quality import assess
from fewshot_fer.faces.values import Faces
from fewshot_fer.files import check_seal
from fewshot_fer.settings import Settings
from fewshot_fer.shipped import CARD, shipped_checkpoint

FOLDER: Final = "identity"
"""Where what travels with the product holds the network."""
MODEL: Final = "model.onnx"
PARTS: Final = MODEL, CARD
"""The files under the folder's seal."""

SIDE: Final = 112
_POINTS: Final = (
    (38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655),
    (70.7299, 92.2041),
)  # fmt: skip
"""Where the network was taught to see eyes, nose and mouth."""


class Identity:
    """Portraits [n,192,192,3] -> vectors [n,d] of length one; near each other for one person."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.crop: Doubles = similarities(TEMPLATE.astype(np.float32)[None], np.array(_POINTS))[0]

    @classmethod
    def open(
        cls, path: Path | None = None, *, precision: Precision = "bf16", threads: int = 1
    ) -> Identity:
        """With the network that travels with the product, or with another one's file.

        It takes one RGB face [1,3,112,112] with values 0..255, as SFace does, and gives a vector.
        """
        if path is None:
            folder = shipped_checkpoint() / FOLDER
            check_seal(folder, PARTS)
            path = folder / MODEL
        network = CompiledNetwork(path, precision=precision, threads=threads)
        if not _gives_a_vector(network):
            raise CheckpointError(
                "This network does not tell faces apart: it gives no vector for one face of "
                f"{SIDE} x {SIDE} pixels.",
                where=str(path),
                next_step="Set `identity` to a face recogniser's ONNX file, or leave it out.",
            )
        return cls(network)

    @classmethod
    def of(cls, settings: Settings) -> Identity:
        """The network that the settings ask for."""
        return cls.open(settings.identity, precision=settings.precision, threads=settings.threads)

    def __call__(self, aligned: Bytes) -> Floats:
        """The vectors of portraits."""
        crops = (cv2.warpAffine(portrait, self.crop, (SIDE, SIDE)) for portrait in aligned)
        batches = (crop.transpose(2, 0, 1)[None].astype(np.float32) for crop in crops)
        return unit(_stacked([self._network(batch)[0][0] for batch in batches]))


def _gives_a_vector(network: Network) -> bool:
    try:
        found = network(np.zeros((1, 3, SIDE, SIDE), np.float32))
    except RuntimeError:  # the engine's word for what does not fit
        return False
    return found[0].ndim == 2


def _stacked(vectors: Sequence[Floats]) -> Floats:
    """Vectors [n,d]; how long they would be is not known of none."""
    return np.stack(vectors) if vectors else np.zeros((0, 1), np.float32)


def unit(vectors: Floats) -> Floats:
    """At length one; zeros stay zeros [n,d]."""
    lengths: Floats = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class FaceGallery:
    """The students who may be named, and the middle of each one's reference vectors [k,d]."""

    students: tuple[str, ...]
    vectors: Floats

    def among(self, students: Container[str]) -> FaceGallery:
        """Those of them who are some of these."""
        here = [place for place, one in enumerate(self.students) if one in students]
        return FaceGallery(tuple(self.students[place] for place in here), self.vectors[here])

    @classmethod
    def of(cls, references: Mapping[str, Floats]) -> FaceGallery:
        """From each student's vectors [n,d]; students without any are left out."""
        known = {student: rows for student, rows in references.items() if len(rows)}
        return cls(tuple(known), unit(_stacked([rows.mean(axis=0) for rows in known.values()])))


@dataclass(frozen=True, slots=True)
class Rules:
    """When a face is named; a stranger must stay a stranger."""

    threshold: float = 0.6
    """The least similarity of the mean of several samples."""
    margin: float = 0.05
    """How much more like this student than like any other."""
    samples: int = 3
    most_samples: int = 12
    pause: float = 0.25
    """Seconds between two samples of one track."""
    at_once: int = 2
    """Samples in one frame."""
    quality: float = 0.3
    """Poorer faces are not sampled."""


def decide(vectors: Floats, known: FaceGallery, rules: Rules) -> list[tuple[str, float] | None]:
    """The student and the similarity for every vector [n,d], or nobody.

    No two get one student: the more similar one does.
    """
    if not known.students:
        return [None] * len(vectors)
    alike = unit(vectors) @ known.vectors.T
    best = alike.argmax(axis=1)
    rows = np.arange(len(alike))
    top = alike[rows, best]
    others = alike.copy()
    others[rows, best] = -1
    sure = (top >= rules.threshold) & (top - others.max(axis=1) >= rules.margin)
    strongest = {s: rows[sure & (best == s)][top[sure & (best == s)].argmax()] for s in best[sure]}
    return [
        (known.students[best[i]], float(top[i])) if strongest.get(best[i]) == i else None
        for i in rows
    ]


@dataclass(slots=True)
class _Samples:
    """What has been seen of a track."""

    total: Floats = field(default_factory=lambda: np.zeros(1, np.float32))
    count: int = 0
    last: float = -np.inf


class IdentityNamer:
    """Names tracks after several good samples of each; asks little of every frame."""

    def __init__(self, identity: Identity, known: FaceGallery, rules: Rules | None = None) -> None:
        self._identity = identity
        self._known = known
        self._rules = rules or Rules()
        self._tracks: dict[int, _Samples] = {}

    def name(
        self, image: Bytes, faces: Faces, tracks: Sequence[int], time: float
    ) -> dict[int, str]:
        """The students of those tracks (one for each face) that are decided by now."""
        self._sample(image, faces, tracks, time)
        enough = [
            track
            for track in tracks
            if track in self._tracks and self._tracks[track].count >= self._rules.samples
        ]
        if not enough:
            return {}
        totals = np.stack([self._tracks[track].total for track in enough])
        decided = decide(totals, self._known, self._rules)
        return {t: found[0] for t, found in zip(enough, decided, strict=True) if found}

    def forget(self, tracks: Sequence[int]) -> None:
        """Tracks that are no more."""
        for track in tracks:
            self._tracks.pop(track, None)

    def _sample(self, image: Bytes, faces: Faces, tracks: Sequence[int], time: float) -> None:
        seen = [self._tracks.setdefault(track, _Samples()) for track in tracks]
        due = [
            i
            for i, samples in enumerate(seen)
            if samples.count < self._rules.most_samples and time - samples.last >= self._rules.pause
        ]
        due = sorted(due, key=lambda i: (seen[i].count, seen[i].last))[: self._rules.at_once]
        if not due:
            return
        asked = faces[np.array(due)]
        aligned = portraits(image, asked.landmarks)
        good = [q.score >= self._rules.quality for q in assess(image, asked, aligned)]
        vectors = self._identity(aligned[good])
        for i in due:
            seen[i].last = time
        for i, vector in zip(np.array(due)[good].tolist(), vectors, strict=True):
            seen[i].total = seen[i].total + vector
            seen[i].count += 1
