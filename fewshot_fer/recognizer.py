"""The inference pipeline that every front shares: detection, alignment, embedding, the prior."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.embedding import Checkpoint, Embedder
from fewshot_fer.embedding.checkpoint import EXPRESSION
from fewshot_fer.engine import Precision, native_precisions
from fewshot_fer.faces.align import portraits
from fewshot_fer.faces.detector import Detector
from fewshot_fer.faces.values import Faces
from fewshot_fer.measures import MIN_FACE, THRESHOLDS
from fewshot_fer.prototypes import EVEN, BaseRates, Prior, Prototypes
from fewshot_fer.prototypes.stored import read_prior
from fewshot_fer.settings import Settings
from fewshot_fer.shipped import shipped_checkpoint


@dataclass(slots=True)
class Recognizer:
    """Detector, embedder and prior; for as many threads at once as it was opened for.

    `rates` is how often expressions are expected in photographs and at the start of a lesson.
    """

    detector: Detector
    embedder: Embedder
    prior: Prior
    rates: BaseRates

    @classmethod
    def open(
        cls,
        checkpoint: Path | str | None = None,
        *,
        precision: Precision = "bf16",
        threads: int = 1,
        min_face: int = MIN_FACE,
        thresholds: tuple[float, float, float] = THRESHOLDS,
        even: bool = False,
        callers: int = 1,
    ) -> Recognizer:
        """Open a checkpoint's folder; without one, the checkpoint that travels with the product.

        Expressions are expected as often as in everyday pictures, or `even`ly. As many threads as
        there are `callers` may ask it at once, each with `threads` of its own.
        """
        folder = Path(checkpoint) if checkpoint is not None else shipped_checkpoint()
        read = Checkpoint.read(folder / EXPRESSION)
        prior = read_prior(read.arrays, read.card.names)
        return cls(
            Detector.of(
                folder,
                precision=precision,
                threads=threads,
                thresholds=thresholds,
                min_face=min_face,
                callers=callers,
            ),
            Embedder.of(read, precision=precision, threads=threads, callers=callers),
            prior,
            EVEN if even else prior.everyday,
        )

    @classmethod
    def of(cls, settings: Settings, *, callers: int = 1) -> Recognizer:
        """The recogniser that the settings ask for."""
        return cls.open(
            settings.checkpoint,
            precision=settings.precision,
            threads=settings.threads,
            min_face=settings.min_face,
            thresholds=settings.thresholds,
            even=settings.base_rates == "even",
            callers=callers,
        )

    @property
    def checkpoint_hash(self) -> str:
        """Names the vectors' space: vectors of another checkpoint do not fit."""
        return self.embedder.checkpoint_hash

    @property
    def generic(self) -> Prototypes:
        """What is known of somebody without references."""
        return self.prior.generic

    def find(self, image: npt.NDArray[np.uint8]) -> Faces:
        """The faces of a picture [h, w, 3]."""
        return self.detector.detect(image)

    def vectors(self, image: Bytes, faces: Faces) -> Floats:
        """The faces' vectors [n, d]."""
        return self.vectors_of(portraits(image, faces.landmarks))

    def vectors_of(self, aligned: Bytes) -> Floats:
        """The vectors [n, d] of portraits [n, 192, 192, 3]."""
        return self.prior.project(self.embedder(aligned))


def warmed(settings: Settings, callers: int) -> Recognizer:
    """The recogniser that the settings ask for; better prepared now than at the first picture."""
    recognizer = Recognizer.of(settings, callers=callers)
    recognizer.find(np.zeros((360, 640, 3), np.uint8))
    recognizer.detector.refine(np.zeros((360, 640, 3), np.uint8), np.array([[9, 9, 99, 99.0]]))
    recognizer.vectors_of(np.zeros((1, 192, 192, 3), np.uint8))
    return recognizer


def useful_callers(settings: Settings, cores: int) -> int:
    """How many threads that read at once are worth it.

    Between the networks is Python, which runs one at a time: where networks are quick, a second
    thread for two cores only gets in the way; where they are slow, it reads as much again.
    """
    quick = settings.precision == "bf16" and "bf16" in native_precisions()
    return max(1, cores // 2) if quick else cores
