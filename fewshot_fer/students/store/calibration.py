"""A calibration: a lesson's domain shift (light, lens) of a student, as the vectors seen.

It keeps the vectors and not the offset, because the offset is derived: from them, the
student's references and the prior. It belongs to the checkpoint that made the vectors.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from fewshot_fer.arrays import Floats
from fewshot_fer.students.store.contents import damaged, safetensors_metadata

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
        return f"{self.made:%Y-%m-%d %H:%M}, {self.how}"


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


def decode_calibration(data: bytes, *, where: str) -> Calibration:
    """The calibration that was written."""
    try:
        z = np.asarray(load(data)["z"], np.float32)
        words = json.loads(safetensors_metadata(data)["calibration"])
        labels = words["labels"]
        return Calibration(
            z=z,
            labels=tuple(str(label) for label in labels) if labels is not None else None,
            checkpoint=str(words["checkpoint"]),
            made=datetime.fromisoformat(words["made"]),
            how=str(words["how"]),
        )
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise damaged(where) from error
