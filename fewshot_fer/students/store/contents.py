"""Serialisation of the files inside a student's folder: portraits, kept vectors, their sidecars."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load, save

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.errors import ImageError, LibraryError
from fewshot_fer.images import decode_image, to_png
from fewshot_fer.languages import Phrase
from fewshot_fer.measures import SIDE
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.store.records import Keeps, NewReference, Reference, Student, from_yaml

_Thing = TypeVar("_Thing")
_FARTHEST: Final = 1e4
"""No number of a vector is so large: the space is whitened."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What is known about a reference: when it was added, the file it came from, its quality."""

    added: str = ""
    source: str = ""
    quality: dict[str, float] | None = None


_NOTES: Final = TypeAdapter(Notes)


@dataclass(frozen=True, slots=True)
class Space:
    """The vectors of one checkpoint: its hash, and how many numbers each has."""

    checkpoint: str
    width: int


_PNG_START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + SIDE.to_bytes(4, "big") * 2 + b"\x08\x02"


def calibration_file(sha: str) -> str:
    """A calibration's path inside the student's folder."""
    return f"calibrations/{sha}.safetensors"


def is_calibration(name: str) -> bool:
    """Whether a file inside a student's folder is a calibration."""
    return name.startswith("calibrations/")


def names_of(student: Student) -> frozenset[str]:
    """Every file that belongs to a student beside the page."""
    references = (name for r in student.references for name in (r.file, r.sidecar))
    return frozenset((*references, *(calibration_file(sha) for sha in student.calibrations)))


def names_on_page(student_id: str, page: bytes) -> frozenset[str]:
    """Every file that a page names."""
    return names_of(from_yaml(student_id, page, where=student_id))


def encode_reference(new: NewReference, keeps: Keeps) -> tuple[Reference, bytes]:
    """A reference and its file's bytes, whose hash is its name."""
    if keeps == "images":
        data = encode_portrait(_given(new.portrait))
        return Reference(new.expression, hashlib.sha256(data).hexdigest(), "image"), data
    data = encode_vector(_given(new.vector), new.checkpoint)
    return Reference(new.expression, hashlib.sha256(data).hexdigest(), "vector"), data


def encode_portrait(portrait: Bytes) -> bytes:
    """A portrait [192,192,3] as PNG."""
    if portrait.shape != (SIDE, SIDE, 3) or portrait.dtype != np.uint8:
        raise ValueError(f"a portrait is [{SIDE},{SIDE},3] uint8, not {portrait.shape}")
    return to_png(portrait)


def decode_portrait(data: bytes, *, where: str) -> Bytes:
    """A stored portrait [192,192,3]; its size is checked before it is decoded."""
    try:
        if data.startswith(_PNG_START):
            return decode_image(data)
    except ImageError:
        pass
    raise damaged(where)


def encode_vector(vector: Floats, checkpoint: str) -> bytes:
    """A vector z [D] with the hash of the checkpoint that made it."""
    return save({"z": np.ascontiguousarray(vector, np.float32)}, {"checkpoint": checkpoint})


def decode_vector(data: bytes, *, where: str, space: Space | None) -> tuple[Floats, str]:
    """A kept vector z [D] and its checkpoint's hash."""
    z, words = decode_vectors(data, where=where)
    checkpoint = words.get("checkpoint", "")
    if z.ndim != 1 or not checkpoint or not fits(space, z, checkpoint):
        raise damaged(where)
    return z, checkpoint


def decode_vectors(data: bytes, *, where: str) -> tuple[Floats, Mapping[str, str]]:
    """The vectors z [D] or [n,D] of a safetensors file, and the words in its header."""
    try:
        z = load(data)["z"]
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise damaged(where) from error
    if z.dtype != np.float32 or not z.size or not (np.abs(z) < _FARTHEST).all():
        raise damaged(where)
    return z, header.get("__metadata__", {})


def fits(space: Space | None, z: Floats, checkpoint: str) -> bool:
    """Whether vectors have the width that those of their checkpoint have, as far as it is known."""
    return space is None or checkpoint != space.checkpoint or z.shape[-1] == space.width


def decode_notes(data: bytes, *, where: str) -> Notes:
    """What is known about a reference."""
    try:
        return _NOTES.validate_json(data)
    except ValidationError as error:
        raise damaged(where) from error


def sidecar(new: NewReference, added: datetime) -> bytes:
    """What is known about a reference."""
    quality = {name: round(float(value), 4) for name, value in (new.quality or {}).items()}
    document: dict[str, Any] = {
        "added": added.isoformat(),
        "source": new.source,
        "quality": quality,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def damaged(where: str) -> LibraryError:
    """The error for a file that is not what its name says."""
    return LibraryError(Reason(Code.FILE_DAMAGED), where=where)


def _given(thing: _Thing | None) -> _Thing:
    if thing is None:
        raise ValueError("a library that keeps images needs portraits, else vectors")
    return thing


def read_regular(path: Path) -> bytes:
    """A file's bytes; a pipe or a device that stands in its place is not waited for."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        kind = os.fstat(handle).st_mode
        if stat.S_ISFIFO(kind) or stat.S_ISCHR(kind) or stat.S_ISSOCK(kind):
            raise FileNotFoundError(path)
        return file.read()


def not_readable(place: Path, error: OSError) -> LibraryError:
    """What the system said when something could not be read, in our words."""
    return LibraryError(
        Phrase("It cannot be read: {why}.", why=error.strerror or error),
        where=str(place),
        next_step="Check the disk, and your right to read it.",
    )
