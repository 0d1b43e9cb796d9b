"""Quantisation: numbers as the tables hold them, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from fewshot_fer.arrays import Bytes, Floats

HUNDREDTHS = 100
_MOST = 32_767


def hundredths(value: float) -> int:
    """A number of two decimals as a small integer."""
    return min(_MOST, max(0, round(HUNDREDTHS * value)))


def packed_counts(counts: Mapping[str, float], names: Sequence[str]) -> bytes:
    """Counts of faces in two bytes each, in the order of the names."""
    small = [hundredths(counts.get(name, 0.0)) for name in names]
    return bytes(np.array(small, "<u2").data)


def packed_scores(scores: Mapping[str, float], names: Sequence[str]) -> bytes:
    """Scores of 0 to 1 in one byte each, in the order of the names."""
    values = np.array([scores.get(name, 0.0) for name in names])
    return bytes(np.clip(np.rint(255 * values), 0, 255).astype(np.uint8))


def unpacked_counts(blobs: Sequence[bytes], names: int) -> Floats:
    """Counts [n,C] of n rows."""
    raw = _rows(blobs, 2 * names)
    small = raw.view("<u2").reshape(len(blobs), names)
    return (small / HUNDREDTHS).astype(np.float32)


def unpacked_scores(blobs: Sequence[bytes], names: int) -> Floats:
    """Scores [n,C] of n rows."""
    return (_rows(blobs, names) / 255).astype(np.float32)


def _rows(blobs: Sequence[bytes], width: int) -> Bytes:
    """Bytes [n,width]; rows from before an expression was added are shorter."""
    filled: Iterable[bytes] = blobs
    if any(len(blob) != width for blob in blobs):
        filled = (blob.ljust(width, b"\0")[:width] for blob in blobs)
    return np.frombuffer(b"".join(filled), np.uint8).reshape(len(blobs), width).copy()
