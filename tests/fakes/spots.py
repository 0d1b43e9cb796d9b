"""Faces to train on: seven patterns that a tiny network can tell apart, and files of them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes, Ints
from fewshot_fer.expressions import BASIC
from fewshot_fer.training.data import FERPLUS_COLUMNS, FaceSet
from fewshot_fer.training.people import Acted, Take

VOTES = (
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear",
    "contempt", "unknown", "NF",
)  # fmt: skip
PLUS_OF = [FERPLUS_COLUMNS.index(name) for name in BASIC]


def drawn_faces(each: int, seed: int = 0) -> FaceSet:
    """`each` faces of every expression: a bright spot whose place is the expression's."""
    rng = np.random.default_rng(seed)
    own = np.tile(np.arange(len(BASIC)), each)
    images = np.stack([spot(label, rng) for label in own])
    votes = np.zeros((len(own), len(FERPLUS_COLUMNS)), np.int64)
    votes[np.arange(len(own)), np.array(PLUS_OF)[own]] = 8
    votes[:, FERPLUS_COLUMNS.index("unknown")] = 2
    return FaceSet(images, own, votes)


def spot(label: int, rng: np.random.Generator) -> Bytes:
    face = rng.integers(60, 120, (48, 48)).astype(np.uint8)
    angle = 2 * np.pi * label / len(BASIC)
    x, y = 24 + 14 * np.cos(angle), 24 + 14 * np.sin(angle)
    cv2.circle(face, (int(x), int(y)), 6, 255, -1)
    return face


def portraits_of(squares: Bytes) -> Bytes:
    """FER-2013's squares [n, 48, 48] as portraits; their border is repeated outwards."""
    out = np.empty((len(squares), 192, 192, 3), dtype=np.uint8)
    for portrait, square in zip(out, squares, strict=True):
        large = cv2.resize(square, (120, 120), interpolation=cv2.INTER_CUBIC)
        framed = cv2.copyMakeBorder(large, 34, 38, 36, 36, borderType=cv2.BORDER_REPLICATE)
        portrait[:] = framed[..., None]
    return out


def turned(folder: str, turns: Sequence[int], seed: int) -> Acted:
    """Two takes of every expression of people who show each one where the crowd shows another.

    Whoever is turned by nothing shows them as the crowd does. Everybody uses the same seven
    places, so what is common to all of a person's expressions tells nothing of the turn.
    """
    rng = np.random.default_rng(seed)
    takes, squares = [], []
    for number, turn in enumerate(turns):
        for label, name in enumerate(BASIC):
            for session in ("A", "B"):
                takes.append(Take(Path(), f"{folder}/{number}", name, session))
                squares.append(spot((label + turn) % len(BASIC), rng))
    return Acted(tuple(takes), portraits_of(np.stack(squares)), np.ones(len(takes), bool))


def write_csv(
    path: Path, faces: FaceSet, usages: Sequence[str], pixels: Callable[[Bytes], str] | None = None
) -> Path:
    """Kaggle's file."""
    lines = [["emotion", "pixels", "Usage"]]
    for image, label, usage in zip(faces.images, faces.own, usages, strict=True):
        lines.append([str(label), (pixels or as_text)(image), usage])
    return write_lines(path, lines)


def write_ferplus(
    path: Path, votes: Ints, usages: Sequence[str], names: Sequence[str] | None = None
) -> Path:
    """FER+'s file; the image names are the lines' numbers unless given."""
    named = names or [f"fer{row:07d}.png" for row in range(len(votes))]
    lines = [["Usage", "Image name", *VOTES]]
    for usage, name, row in zip(usages, named, votes, strict=True):
        lines.append([usage, name, *(str(vote) for vote in row)])
    return write_lines(path, lines)


def write_lines(path: Path, lines: Sequence[Sequence[str]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def as_text(image: Bytes) -> str:
    return " ".join(str(value) for value in image.ravel())


def write_npz(path: Path, faces: FaceSet) -> Path:
    np.savez(
        path,
        images=faces.images,
        emotion=faces.own.astype(np.uint8),
        votes=faces.votes.astype(np.uint8),
    )
    return path


def write_mosaic(path: Path, **splits: FaceSet) -> Path:
    arrays = {}
    for name, faces in splits.items():
        rows = -(-len(faces) // 100)
        tiles = np.zeros((rows * 100, 48, 48), np.uint8)
        tiles[: len(faces)] = faces.images
        mosaic = tiles.reshape(rows, 100, 48, 48).swapaxes(1, 2).reshape(rows * 48, 4800)
        arrays[f"{name}_jpeg"] = cv2.imencode(".jpg", mosaic, [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
        arrays[f"{name}_emotion"] = faces.own.astype(np.uint8)
        arrays[f"{name}_votes"] = faces.votes.astype(np.uint8)
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


def write_folders(root: Path, **splits: FaceSet) -> Path:
    for split, faces in splits.items():
        for index, (image, label) in enumerate(zip(faces.images, faces.own, strict=True)):
            cell = root / split / BASIC[label]
            cell.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(cell / f"{index}.png"), image)
    return root
