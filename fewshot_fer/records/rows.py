"""Values as the rows that hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fewshot_fer.records import packing
from fewshot_fer.records.values import Second

Row = dict[str, Any]


def class_rows(session: int, seconds: Sequence[Second], names: Sequence[str]) -> list[Row]:
    """The class, a row a second."""
    return [
        {
            "session": session,
            "second": second.whole.second,
            "expected": second.whole.expected,
            "faces": packing.hundredths(second.whole.faces),
            "counts": packing.packed_counts(second.whole.counts, names),
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
            "seen": packing.hundredths(row.seen),
            "sure": packing.hundredths(row.sure),
            "quality": packing.hundredths(row.quality),
            "shown": None if row.shown is None else names.index(row.shown),
            "scores": packing.packed_scores(row.scores, names),
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
