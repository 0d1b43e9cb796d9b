"""Values as the rows that hold them, numbers made small; and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.records.values import Second

Row = dict[str, Any]
HUNDREDTHS = 100
_MOST = 32_767


def class_rows(session: int, seconds: Sequence[Second], names: Sequence[str]) -> list[Row]:
    """The class, a row a second."""
    return [
        {
            "session": session,
            "second": second.whole.second,
            "expected": second.whole.expected,
            "faces": hundredths(second.whole.faces),
            "counts": packed_counts(second.whole.counts, names),
            "on_device": hundredths(second.whole.on_device),
        }
        for second in seconds
    ]


def student_rows(
    session: int, seconds: Sequence[Second], names: Sequence[str], numbers: Mapping[str, int]
) -> list[Row]:
    """The students, a row each a second."""
    return [
        {
            "session": session,
            "second": second.whole.second,
            "number": numbers[row.student],
            "seen": hundredths(row.seen),
            "sure": hundredths(row.sure),
            "quality": hundredths(row.quality),
            "shown": None if row.shown is None else names.index(row.shown),
            "scores": packed_scores(row.scores, names),
            "on_device": int(row.on_device),
        }
        for second in seconds
        for row in second.students
    ]


def track_rows(session: int, seconds: Sequence[Second], numbers: Mapping[str, int]) -> list[Row]:
    """From when to when a track was whose."""
    times: dict[tuple[int, int], list[int]] = {}
    for second in seconds:
        for row in second.students:
            times.setdefault((row.track, numbers[row.student]), []).append(second.whole.second)
    return [
        {"session": session, "track": track, "number": number, "first": min(t), "last": max(t)}
        for (track, number), t in times.items()
    ]


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
