"""One recogniser for many threads: each call borrows one of several equal ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from queue import LifoQueue
from typing import Generic, TypeVar

import numpy as np

from fewshot_fer.arrays import Bytes, Floats, Ints
from fewshot_fer.embedding import Embedder
from fewshot_fer.faces.detector import Detector, Picture
from fewshot_fer.faces.pyramid import Piece
from fewshot_fer.faces.values import Faces
from fewshot_fer.lesson.opening import recognizer_of
from fewshot_fer.recognizer import Recognizer
from fewshot_fer.settings import Settings

T = TypeVar("T")


class Pool(Generic[T]):
    """Equal things, lent out to one thread at a time; the one used last comes first."""

    def __init__(self, first: T) -> None:
        self._free: LifoQueue[T] = LifoQueue()
        self._free.put(first)

    def add(self, another: T) -> None:
        """One more to lend."""
        self._free.put(another)

    @contextmanager
    def lent(self) -> Iterator[T]:
        """One of them, for a moment."""
        thing = self._free.get()
        try:
            yield thing
        finally:
            self._free.put(thing)


class SharedDetector(Detector):
    """A detector for many threads."""

    def __init__(self, first: Detector) -> None:
        super().__init__(**{f.name: getattr(first, f.name) for f in fields(first) if f.init})
        self.pool = Pool(first)

    def detect(
        self, image: Picture, *, plan: Sequence[Piece] | None = None, known: Floats | None = None
    ) -> Faces:
        """All faces of an image, the surest first."""
        with self.pool.lent() as detector:
            return detector.detect(image, plan=plan, known=known)

    def refine(self, image: Picture, boxes: Floats) -> tuple[Faces, Ints]:
        """Look again at known places only."""
        with self.pool.lent() as detector:
            return detector.refine(image, boxes)


class SharedEmbedder(Embedder):
    """An embedder for many threads."""

    def __init__(self, first: Embedder) -> None:
        self.card = first.card
        self.checkpoint_hash = first.checkpoint_hash
        self.pool = Pool(first)

    def __call__(self, portraits: Bytes) -> Floats:
        """Aligned faces [n,192,192,3] to features [n,f]."""
        with self.pool.lent() as embedder:
            return embedder(portraits)

    def embed_squares(self, squares: Bytes) -> Floats:
        """FER-2013's own 48x48 grey pictures [n,48,48] to features [n,f]."""
        with self.pool.lent() as embedder:
            return embedder.embed_squares(squares)


def open_shared(settings: Settings) -> tuple[Recognizer, Callable[[], None]]:
    """A recogniser for many threads, and what adds one more to those that are lent."""
    first = warmed(recognizer_of(settings))
    detector, embedder = SharedDetector(first.detector), SharedEmbedder(first.embedder)

    def grow() -> None:
        another = warmed(recognizer_of(settings))
        detector.pool.add(another.detector)
        embedder.pool.add(another.embedder)

    return Recognizer(detector, embedder, first.prior, first.rates), grow


def warmed(recognizer: Recognizer) -> Recognizer:
    """The engine prepares itself at the first use; better now than at somebody's first picture."""
    recognizer.find(np.zeros((360, 640, 3), np.uint8))
    recognizer.detector.refine(np.zeros((360, 640, 3), np.uint8), np.array([[9, 9, 99, 99.0]]))
    recognizer.vectors_of(np.zeros((1, 192, 192, 3), np.uint8))
    return recognizer
