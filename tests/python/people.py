"""A drawn person as pictures, for the front for programs."""

from __future__ import annotations

from pathlib import Path

from fewshot_fer.arrays import Bytes
from fewshot_fer.drawn.files import reference_picture, to_jpeg
from fewshot_fer.drawn.roster import invent_class

DRAWN = invent_class(2, seed=0)


def picture(expression: str, session: int = 0, person: int = 0) -> Bytes:
    """A drawn person who shows an expression, [480,640,3]."""
    return reference_picture(DRAWN[person], expression, session=session)


def jpeg(folder: Path, expression: str, session: int = 0, person: int = 0) -> Path:
    """The same as a file."""
    path = folder / f"{expression}-{session}-{person}.jpg"
    path.write_bytes(to_jpeg(picture(expression, session, person), 95))
    return path
