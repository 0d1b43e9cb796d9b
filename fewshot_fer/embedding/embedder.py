"""Turns aligned faces into feature vectors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.embedding.checkpoint import Card, Checkpoint
from fewshot_fer.embedding.geometry import POINTS, Geometry
from fewshot_fer.engine import Network, OpenVinoNetwork, Precision

PORTRAIT = 192
SQUARE = 48
_BATCH = 32
# FER-2013's square within a portrait. Tried on people's own pictures: a little nearer, and a
# little higher, than FER-2013's median serves one reference better.
_INNER = 120
_TOP, _LEFT = 34, 36


class Embedder:
    """The embedding network, and the landmarks' beside it where the checkpoint has one."""

    def __init__(
        self,
        model: Network,
        card: Card,
        *,
        landmarks: Network | None = None,
        geometry: Geometry | None = None,
        checkpoint_hash: str = "",
    ) -> None:
        self._model, self._landmarks, self._geometry = model, landmarks, geometry
        self.card = card
        self.checkpoint_hash = checkpoint_hash

    @classmethod
    def open(cls, folder: Path, *, precision: Precision = "bf16", threads: int = 1) -> Embedder:
        """Open a checkpoint's folder."""
        return cls.of(Checkpoint.read(folder), precision=precision, threads=threads)

    @classmethod
    def of(
        cls, checkpoint: Checkpoint, *, precision: Precision = "bf16", threads: int = 1
    ) -> Embedder:
        """Open a checkpoint that was read."""
        landmarks, geometry = None, None
        if checkpoint.landmarks:
            landmarks = OpenVinoNetwork(checkpoint.landmarks, precision=precision, threads=threads)
            geometry = Geometry(
                *(checkpoint.arrays[f"geometry.{part}"]
                  for part in ("reference", "centre", "directions"))
            )  # fmt: skip
        return cls(
            OpenVinoNetwork(checkpoint.model, precision=precision, threads=threads),
            checkpoint.card,
            landmarks=landmarks,
            geometry=geometry,
            checkpoint_hash=checkpoint.hash,
        )

    @property
    def blocks(self) -> Mapping[str, slice]:
        """Which part of a feature vector is what."""
        return self.card.blocks

    def __call__(self, portraits: Bytes) -> Floats:
        """Aligned faces [n, 192, 192, 3] to features [n, f]."""
        return self._join(squares_of(portraits), portraits)

    def embed_squares(self, squares: Bytes) -> Floats:
        """FER-2013's own 48x48 grey pictures [n, 48, 48] to features [n, f]."""
        return self._join(squares, portraits_of(squares))

    def points(self, portraits: Bytes) -> Floats:
        """Dense landmarks [n, 468, 3], in pixels of the portrait."""
        if self._landmarks is None or not len(portraits):
            return np.zeros((len(portraits), POINTS, 3), dtype=np.float32)
        # One face at a time: this network's activations outgrow the cache in a batch.
        found = [self._landmarks(face[None] / np.float32(255))[0] for face in portraits]
        return np.concatenate(found).reshape(-1, POINTS, 3)

    def _join(self, squares: Bytes, portraits: Bytes) -> Floats:
        if not len(squares):
            return np.zeros((0, max(part.stop for part in self.blocks.values())), np.float32)
        grey = squares[:, None].astype(np.float32)
        parts = [
            np.concatenate(
                [self._model(grey[i : i + _BATCH])[0] for i in range(0, len(grey), _BATCH)]
            )
        ]
        if self._geometry is not None:
            parts.append(self._geometry(self.points(portraits)))
        return np.concatenate(parts, axis=1).astype(np.float32)


def squares_of(portraits: Bytes) -> Bytes:
    """What the embedding network sees of portraits [n, 192, 192, 3]: grey [n, 48, 48]."""
    rows, columns = slice(_TOP, _TOP + _INNER), slice(_LEFT, _LEFT + _INNER)
    out = np.empty((len(portraits), SQUARE, SQUARE), dtype=np.uint8)
    for square, portrait in zip(out, portraits, strict=True):
        grey = cv2.cvtColor(np.ascontiguousarray(portrait[rows, columns]), cv2.COLOR_RGB2GRAY)
        cv2.resize(grey, (SQUARE, SQUARE), dst=square, interpolation=cv2.INTER_AREA)
    return out


def portraits_of(squares: Bytes) -> Bytes:
    """FER-2013's squares [n, 48, 48] as portraits; their border is repeated outwards."""
    frame = (_TOP, PORTRAIT - _TOP - _INNER, _LEFT, PORTRAIT - _LEFT - _INNER)
    out = np.empty((len(squares), PORTRAIT, PORTRAIT, 3), dtype=np.uint8)
    for portrait, square in zip(out, squares, strict=True):
        large = cv2.resize(square, (_INNER, _INNER), interpolation=cv2.INTER_CUBIC)
        framed = cv2.copyMakeBorder(large, *frame, borderType=cv2.BORDER_REPLICATE)
        portrait[:] = framed[..., None]
    return out
