"""Turns aligned faces into feature vectors."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.embedding.checkpoint import Card, Checkpoint
from fewshot_fer.engine import CompiledNetwork, Network, Precision
from fewshot_fer.errors import CheckpointError
from fewshot_fer.measures import SQUARE

_BATCH = 8  # In larger ones no face is quicker, and every size costs memory.
# FER-2013's square within a portrait. Tried on people's own pictures: a little nearer, and a
# little higher, than FER-2013's median serves one reference better.
_INNER = 120
_TOP, _LEFT = 34, 36


class Embedder:
    """The embedding network and what its checkpoint says of it."""

    def __init__(self, model: Network, card: Card, *, checkpoint_hash: str = "") -> None:
        self._model = model
        self.card = card
        self.checkpoint_hash = checkpoint_hash

    @classmethod
    def open(cls, folder: Path, *, precision: Precision = "bf16", threads: int = 1) -> Embedder:
        """Open a checkpoint's folder."""
        return cls.of(Checkpoint.read(folder), precision=precision, threads=threads)

    @classmethod
    def of(
        cls,
        checkpoint: Checkpoint,
        *,
        precision: Precision = "bf16",
        threads: int = 1,
        callers: int = 1,
    ) -> Embedder:
        """Open a checkpoint that was read, for so many threads at once."""
        ranges = None
        with suppress(CheckpointError):  # Not every checkpoint was calibrated.
            ranges = checkpoint.ranges
        model = CompiledNetwork(
            checkpoint.model, precision=precision, threads=threads, callers=callers, ranges=ranges
        )
        return cls(model, checkpoint.card, checkpoint_hash=checkpoint.hash)

    @property
    def blocks(self) -> Mapping[str, slice]:
        """Which part of a feature vector is what."""
        return self.card.blocks

    def __call__(self, portraits: Bytes) -> Floats:
        """Aligned faces [n, 192, 192, 3] to features [n, f]."""
        return self.embed_squares(squares_of(portraits))

    def embed_squares(self, squares: Bytes) -> Floats:
        """FER-2013's own 48x48 grey pictures [n, 48, 48] to features [n, f]."""
        if not len(squares):
            return np.zeros((0, max(part.stop for part in self.blocks.values())), np.float32)
        grey = squares[:, None].astype(np.float32)
        batches = [self._model(grey[i : i + _BATCH])[0] for i in range(0, len(grey), _BATCH)]
        return np.concatenate(batches).astype(np.float32)


def squares_of(portraits: Bytes) -> Bytes:
    """What the embedding network sees of portraits [n, 192, 192, 3]: grey [n, 48, 48]."""
    rows, columns = slice(_TOP, _TOP + _INNER), slice(_LEFT, _LEFT + _INNER)
    out = np.empty((len(portraits), SQUARE, SQUARE), dtype=np.uint8)
    for square, portrait in zip(out, portraits, strict=True):
        grey = cv2.cvtColor(np.ascontiguousarray(portrait[rows, columns]), cv2.COLOR_RGB2GRAY)
        cv2.resize(grey, (SQUARE, SQUARE), dst=square, interpolation=cv2.INTER_AREA)
    return out
