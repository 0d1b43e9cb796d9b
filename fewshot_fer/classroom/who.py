"""Who is who among the enrolled: their reference pictures as the identity network sees them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.faces.identity import Known
from fewshot_fer.students.library import Library


def known_faces(library: Library, identity: Callable[[Bytes], Floats]) -> Known:
    """Every student who keeps pictures; those who keep vectors only are named by a click."""
    vectors = {}
    for summary in library.students():
        student = library.open(summary.id)
        pictures = [r for r in student.references if r.kind == "image"]
        if pictures:
            portraits = np.stack([library.portrait(student, r) for r in pictures])
            vectors[student.id] = identity(portraits)
    return Known.of(vectors)
