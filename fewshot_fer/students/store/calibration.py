"""A calibration: a lesson's domain shift (light, lens) of a student, as the vectors seen.

It keeps the vectors and not the offset, because the offset is derived: from them, the
student's references and the prior. It belongs to the checkpoint that made the vectors.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from safetensors.numpy import save

from fewshot_fer.arrays import Floats
from fewshot_fer.languages import Phrase
from fewshot_fer.students.store.contents import Space, damaged, decode_vectors, fits
from fewshot_fer.students.store.names import expression_name
from fewshot_fer.students.store.records import moment, text, texts, tidy

MOST_FRAMES = 48


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Vectors z [n,D] of one lesson, with their labels where somebody gave them."""

    z: Floats
    labels: tuple[str, ...] | None
    checkpoint: str
    made: datetime
    how: str

    @property
    def in_words(self) -> str:
        """One line for a history."""
        if not len(self.z):
            return Phrase("damaged: take it back")
        return Phrase("{when}, {how}", when=self.made, how=self.how)


DAMAGED: Final = Calibration(np.zeros((0, 0), np.float32), None, "", datetime.min, "")
"""Stands for what cannot be read any more."""


def thinned(z: Floats, labels: tuple[str, ...] | None) -> tuple[Floats, tuple[str, ...] | None]:
    """At most `MOST_FRAMES` of the vectors [n,D], evenly spread: enough, and small on disk."""
    if len(z) <= MOST_FRAMES:
        return z, labels
    which = np.linspace(0, len(z) - 1, MOST_FRAMES).round().astype(int)
    return z[which], tuple(labels[i] for i in which) if labels is not None else None


def encode_calibration(calibration: Calibration) -> bytes:
    """The calibration's file."""
    words = {
        "checkpoint": calibration.checkpoint,
        "made": calibration.made.isoformat(),
        "how": calibration.how,
        "labels": list(calibration.labels) if calibration.labels is not None else None,
    }
    z = np.ascontiguousarray(calibration.z, np.float32)
    return save({"z": z}, {"calibration": json.dumps(words, ensure_ascii=False)})


def decode_calibration(data: bytes, *, where: str, space: Space | None) -> Calibration:
    """The calibration that was written."""
    z, header = decode_vectors(data, where=where)
    try:
        words = json.loads(header["calibration"])
        labels = words["labels"]
        found = Calibration(
            z=z,
            labels=None if labels is None else tuple(_label(one) for one in texts(labels)),
            checkpoint=text(words["checkpoint"]),
            made=moment(words["made"]),
            how=text(words["how"]),
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise damaged(where) from error
    one_each = found.labels is None or len(found.labels) == len(z)
    if z.ndim != 2 or len(z) > MOST_FRAMES or not one_each or not fits(space, z, found.checkpoint):
        raise damaged(where)
    return found


def _label(given: str) -> str:
    return tidy(given, expression_name)
