"""Reads Kaggle's `fer2013.csv` and finds FER+'s votes for it.

FER+'s `fer2013new.csv` has a line for each of Kaggle's, in the same order, and calls each
face by an `Image name`; a line without a name is one that FER+ took out. The number in the
name is not always the line's: in the file as published it falls behind by up to 71. So
both readings are tried, name as line number and same line where both files have the same
lines, and the one that both label sets confirm is taken.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fewshot_fer.arrays import Bytes, Ints
from fewshot_fer.errors import DataError
from fewshot_fer.expressions import BASIC
from fewshot_fer.training.data import FERPLUS_COLUMNS, FaceSet

SIDE = 48
KAGGLE_FILE = "fer2013.csv"
FERPLUS_FILE = "fer2013new.csv"
_COLUMNS = ("emotion", "pixels", "Usage")
_VOTES = (
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear",
    "contempt", "unknown", "NF",
)  # fmt: skip
_NAME = re.compile(r"fer(\d{7})\.png")

Columns = tuple[Bytes, Ints, Ints]


def read_csv(path: Path) -> dict[str, Columns]:
    """Images, own labels and votes of every usage."""
    faces, usages = _read_faces(path)
    beside = path.with_name(FERPLUS_FILE)
    if beside.exists():
        kept, votes = _find_votes(beside, faces, usages)
        faces, usages = FaceSet(faces.images, faces.own, votes)[kept], usages[kept]
    splits = {name: faces[usages == name] for name in dict.fromkeys(usages.tolist())}
    return {name: (part.images, part.own, part.votes) for name, part in splits.items()}


def _read_faces(path: Path) -> tuple[FaceSet, np.ndarray]:
    images: list[Bytes] = []
    labels: list[int] = []
    usages: list[str] = []
    for line, row in _rows(path, _COLUMNS):
        where = f"{path}, line {line}"
        images.append(_pixels(row["pixels"], where))
        labels.append(_number(row["emotion"], where, len(BASIC) - 1))
        usages.append(row["Usage"])
    if not images:
        raise DataError("The file holds no faces.", where=str(path))
    no_votes = np.zeros((len(images), len(FERPLUS_COLUMNS)), np.int64)
    return FaceSet(np.stack(images), np.array(labels), no_votes), np.array(usages)


def _find_votes(
    path: Path,
    faces: FaceSet,
    usages: np.ndarray,
) -> tuple[Ints, Ints]:
    """Which faces FER+ kept, and the votes [n, 10] of all."""
    numbers: list[int] = []
    votes: list[list[int]] = []
    their_usages: list[str] = []
    for line, row in _rows(path, ("Usage", "Image name", *_VOTES)):
        where = f"{path}, line {line}"
        numbers.append(_image_number(row["Image name"], where))
        votes.append([_number(row[name], where, 255) for name in _VOTES])
        their_usages.append(row["Usage"])
    named = np.array(numbers, dtype=np.int64)
    counted = np.array(votes, dtype=np.int64).reshape(-1, len(_VOTES))
    rows = np.flatnonzero(named >= 0)
    readings = []
    if _are_lines(named[rows], len(faces)):
        readings.append((rows, named[rows]))
    if their_usages == usages.tolist():
        readings.append((rows, rows))
    if not readings:
        raise DataError(
            f"The image names do not belong to the {len(faces)} faces of fer2013.csv.",
            where=str(path),
            next_step="Take fer2013.csv and fer2013new.csv as they were published.",
        )
    placed = [_placed(faces, lines, counted[rows]) for rows, lines in readings]
    best = max(placed, key=lambda joined: joined[0])
    return best[1], best[2]


def _are_lines(numbers: Ints, count: int) -> bool:
    return (
        bool(len(numbers))
        and len(set(numbers.tolist())) == len(numbers)
        and (int(numbers.max()) < count)
    )


def _placed(faces: FaceSet, lines: Ints, votes: Ints) -> tuple[float, Ints, Ints]:
    """How well the labels agree if these votes belong to these lines."""
    everyone = np.zeros((len(faces), len(FERPLUS_COLUMNS)), np.int64)
    everyone[lines] = votes
    joined = FaceSet(faces.images, faces.own, everyone)
    return joined.agreement()[0], np.sort(lines), everyone


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and the wanted columns of every row."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            header = [name.strip() for name in next(reader, [])]
            missing = [name for name in columns if name not in header]
            if missing:
                raise DataError(
                    f"The column {', '.join(missing)} is missing; there are: "
                    f"{', '.join(header)[:200] or 'none'}.",
                    where=str(path),
                    next_step=f"The first line names the columns: {','.join(columns)}.",
                )
            for row in reader:
                if len(row) != len(header):
                    raise DataError(
                        f"The line has {len(row)} columns; the first has {len(header)}.",
                        where=f"{path}, line {reader.line_num}",
                    )
                values = dict(zip(header, row, strict=True))
                yield reader.line_num, {name: values[name].strip() for name in columns}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"The file cannot be read: {error}.", where=str(path)) from error


def _pixels(text: str, where: str) -> Bytes:
    words = text.split()
    if len(words) != SIDE * SIDE:
        raise DataError(
            f"The face has {len(words)} pixels; {SIDE * SIDE} are due.",
            where=where,
            next_step="The line is cut off or the file damaged: download it again.",
        )
    try:
        values = np.array(words, dtype=np.int64)
    except (ValueError, OverflowError):
        values = np.array([-1])
    if values.min() < 0 or values.max() > 255:
        raise DataError("A pixel is no whole number of 0 to 255.", where=where)
    return values.astype(np.uint8).reshape(SIDE, SIDE)


def _number(text: str, where: str, highest: int) -> int:
    if not text.isdecimal() or int(text) > highest:
        raise DataError(f"`{text}` is outside 0 to {highest}.", where=where)
    return int(text)


def _image_number(text: str, where: str) -> int:
    """The number in an image's name; -1 for a face that FER+ took out."""
    if not text:
        return -1
    found = _NAME.fullmatch(text)
    if found is None:
        raise DataError(f"`{text}` is no image name such as fer0000000.png.", where=where)
    return int(found.group(1))
