"""The image pyramid of a search, and the tiles in which each level is searched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fewshot_fer.faces.sampling import Bins

WINDOW: Final = 12
STRIDE: Final = 2
REACH: Final = WINDOW - STRIDE
# Small enough that a stream can spread a search over frames; smaller pieces cost more in all
# (128x400: a fifth more).
TALLEST: Final = 200
WIDEST: Final = 800


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a level, and the row and column of windows at which it starts."""

    scale: float
    rows: Bins
    columns: Bins
    top: int
    left: int


def scales(height: int, width: int, min_face: float, factor: float) -> Iterator[float]:
    """From the smallest face that is looked for to the largest that fits."""
    scale = WINDOW / min_face
    shorter = min(height, width) * scale
    while shorter >= WINDOW:
        yield scale
        scale *= factor
        shorter *= factor


def pieces(height: int, width: int, min_face: float, factor: float) -> Iterator[Piece]:
    """All levels of an image, cut so that every window lies in exactly one piece."""
    for scale in scales(height, width, min_face, factor):
        rows = Bins.of(height, int(height * scale + 1))
        columns = Bins.of(width, int(width * scale + 1))
        for top, bottom in spans(len(rows.starts), TALLEST):
            for left, right in spans(len(columns.starts), WIDEST):
                part = rows.part(top, bottom), columns.part(left, right)
                yield Piece(scale, *part, top // STRIDE, left // STRIDE)


def spans(length: int, longest: int) -> list[tuple[int, int]]:
    """Even, nearly equal parts of a side; they share what a window needs beyond its stride."""
    count = max(1, -(-(length - REACH) // (longest - REACH)))
    step = -(-(length - REACH) // count)
    step += step % STRIDE
    starts = range(0, max(1, length - REACH), step)
    return [(start, min(length, start + step + REACH)) for start in starts]
