"""Small deterministic stand-ins: portraits, consent and libraries."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from fewshot_fer.arrays import Bytes
from fewshot_fer.students.store.calibration import Calibration
from fewshot_fer.students.store.consent import agreed
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import NewReference

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AGREED = agreed("Anna's father", NOON)


def portrait(seed: int) -> Bytes:
    """A portrait [192,192,3] of large coloured squares, another for every seed."""
    squares = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return np.repeat(np.repeat(squares, 32, 0), 32, 1)


def reference(expression: str, seed: int) -> NewReference:
    return NewReference(expression, portrait=portrait(seed), source=f"{seed}.jpg")


def library_at(folder: Path, start: int = 1, patience: float = 10.0) -> Library:
    """A library whose clock stands still and whose ids count: s001, s002 and so on."""
    numbers = itertools.count(start)
    return Library(
        folder, now=lambda: NOON, new_id=lambda: f"s{next(numbers):03d}", patience=patience
    )


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of the truth with its bytes: no locks, nothing that is derived."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".lock", ".index", "cache"} & set(path.relative_to(folder).parts)
    }


def everything(folder: Path) -> bytes:
    """All names and all bytes below a folder, to search for traces."""
    paths = sorted(folder.rglob("*"))
    names = "\n".join(str(path.relative_to(folder)) for path in paths).encode()
    return names + b"".join(path.read_bytes() for path in paths if path.is_file())


def calibration(seed: int) -> Calibration:
    z = np.random.default_rng(seed).normal(size=(3, 4)).astype(np.float32)
    return Calibration(z, ("neutral",) * 3, "abc", NOON, "resting face")
