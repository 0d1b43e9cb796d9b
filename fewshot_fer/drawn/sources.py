"""What a source is called, drawn classes among them, and its pictures at their own speed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fewshot_fer.drawn.demo import drawn_pictures
from fewshot_fer.errors import SourceError
from fewshot_fer.lesson.pacing import paced
from fewshot_fer.lesson.sources import Pictures, is_live, open_source

_LOOKS_A_SECOND: Final = 15.0
MOST_STUDENTS: Final = 49


def is_drawn(source: str) -> bool:
    """Whether a source is a drawn class."""
    return source.partition(":")[0] == "drawn"


def live_pictures(source: str, seed: int = 0) -> Pictures:
    """The pictures of a camera, file, folder, address, screen, or `drawn:STUDENTS`, in their time.

    A drawn class has no end.
    """
    if is_drawn(source):
        return paced(drawn_pictures(_students(source), seed, _LOOKS_A_SECOND))
    pictures = open_source(source, every=0.0 if Path(source).is_dir() else 1 / _LOOKS_A_SECOND)
    return pictures if is_live(source) else paced(pictures)


def _students(source: str) -> int:
    number = source.partition(":")[2] or "12"
    if number.isdecimal() and 1 <= int(number) <= MOST_STUDENTS:
        return int(number)
    raise SourceError(
        "This is no drawn class.",
        where=source,
        next_step=f"Say drawn:12, for 1 to {MOST_STUDENTS} students.",
    )
