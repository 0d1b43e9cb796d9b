"""Serialisation of the files inside a student's folder: portraits, kept vectors, their sidecars."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, TypeVar

import cv2
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.errors import LibraryError, ReferenceImageError
from fewshot_fer.images import to_png
from fewshot_fer.measures import SIDE
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.store.records import Keeps, NewReference, Reference, Student, from_yaml

_Thing = TypeVar("_Thing")
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
    image = None
    if data.startswith(_PNG_START):
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None or image.shape != (SIDE, SIDE, 3):
        raise ReferenceImageError(
            "This reference is damaged.",
            where=where,
            next_step="Remove it and add the picture again, or import the student's export.",
        )
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def encode_vector(vector: Floats, checkpoint: str) -> bytes:
    """A vector z [D] with the hash of the checkpoint that made it."""
    return save({"z": np.ascontiguousarray(vector, np.float32)}, {"checkpoint": checkpoint})


def decode_vector(data: bytes, *, where: str) -> tuple[Floats, str]:
    """A kept vector z [D] and its checkpoint's hash."""
    try:
        vector = load(data)["z"]
        checkpoint = safetensors_metadata(data)["checkpoint"]
    except (SafetensorError, KeyError, ValueError) as error:
        raise damaged(where) from error
    return np.asarray(vector, np.float32), str(checkpoint)


def safetensors_metadata(data: bytes) -> dict[str, str]:
    """The words in a safetensors file's header, which `load` does not hand out."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    return dict(header.get("__metadata__", {}))


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
