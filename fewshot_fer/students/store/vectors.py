"""A cache of embeddings: the vectors of a student's references, made once a checkpoint.

One small file per checkpoint inside the student's folder, so that it goes with the student.
It is safe to delete, and a damaged one is made again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from fewshot_fer.arrays import Floats
from fewshot_fer.errors import FewshotFerError, LibraryError
from fewshot_fer.files import write_atomically
from fewshot_fer.measures import NO_PORTRAITS
from fewshot_fer.students.store.contents import decode_vector, decode_vectors
from fewshot_fer.students.store.interfaces import Recognises, space_of
from fewshot_fer.students.store.library import Library
from fewshot_fer.students.store.records import Reference, Student, texts
from fewshot_fer.students.store.store import CACHE


@dataclass(frozen=True, slots=True, eq=False)
class StudentVectors:
    """A student's support set as embeddings z [n,D], in the order of the page's references.

    `elsewhere` are kept vectors of another checkpoint: they wait until it returns.
    """

    z: Floats
    references: tuple[Reference, ...]
    elsewhere: tuple[Reference, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The expression of every vector."""
        return tuple(reference.expression for reference in self.references)

    def but(self, index: int) -> tuple[Floats, tuple[str, ...]]:
        """All vectors and labels but one."""
        labels = self.labels
        return np.delete(self.z, index, axis=0), (*labels[:index], *labels[index + 1 :])


def known_vectors(library: Library, recogniser: Recognises, student: Student) -> StudentVectors:
    """Every reference's vector, from the cache where it is there."""
    remembered = _remembered(library, recogniser, student)
    fresh = _fresh(library, recogniser, student, set(remembered))
    vectors = {**remembered, **fresh}
    if fresh:
        _remember(library, recogniser, student, vectors)
    here = tuple(r for r in student.references if r.sha in vectors)
    z = [vectors[reference.sha] for reference in here]
    return StudentVectors(
        z=np.stack(z) if z else recogniser.vectors_of(NO_PORTRAITS),
        references=here,
        elsewhere=tuple(r for r in student.references if r.sha not in vectors),
    )


def _fresh(
    library: Library, recogniser: Recognises, student: Student, remembered: set[str]
) -> dict[str, Floats]:
    space = space_of(recogniser)
    wanted = [r for r in student.references if r.sha not in remembered]
    pictures = [r for r in wanted if r.kind == "image"]
    vectors: dict[str, Floats] = {}
    if pictures:
        portraits = np.stack([library.portrait(student, r) for r in pictures])
        z = recogniser.vectors_of(portraits)
        vectors = {reference.sha: row for reference, row in zip(pictures, z, strict=True)}
    for reference in wanted:
        if reference.kind == "vector":
            data = library.read_file(student, reference.file)
            vector, checkpoint = decode_vector(data, where=reference.file, space=space)
            if checkpoint == space.checkpoint:
                vectors[reference.sha] = vector
    return vectors


def _file(library: Library, recogniser: Recognises, student: Student) -> Path:
    name = f"{recogniser.checkpoint_hash[:16]}.safetensors"
    return library.store.home(student.id) / CACHE / name


def _remembered(library: Library, recogniser: Recognises, student: Student) -> dict[str, Floats]:
    space = space_of(recogniser)
    try:
        data = _file(library, recogniser, student).read_bytes()
        z, words = decode_vectors(data, where="")
        if words["checkpoint"] != space.checkpoint or z.shape[1:] != (space.width,):
            return {}
        return dict(zip(texts(json.loads(words["shas"])), z, strict=True))
    except (OSError, LibraryError, KeyError, ValueError, RecursionError):
        return {}


def _remember(
    library: Library, recogniser: Recognises, student: Student, vectors: Mapping[str, Floats]
) -> None:
    """Write the cache, unless the student has changed or gone, or the disk says no."""
    shas = [reference.sha for reference in student.references if reference.sha in vectors]
    data = save(
        {"z": np.stack([vectors[sha] for sha in shas])},
        {"checkpoint": recogniser.checkpoint_hash, "shas": json.dumps(shas)},
    )
    with library.store.if_idle() as held:
        try:
            if held and library.open(student.id).references == student.references:
                write_atomically(_file(library, recogniser, student), data)
        except FewshotFerError:
            return
