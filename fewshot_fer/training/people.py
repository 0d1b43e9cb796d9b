"""Pictures of known people showing known expressions: a folder with an `index.csv`.

path,subject,emotion,session
images/anna-1.jpg,anna,happy,A
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from fewshot_fer.arrays import Bools, Bytes
from fewshot_fer.errors import DataError
from fewshot_fer.faces.align import portraits
from fewshot_fer.faces.values import Faces
from fewshot_fer.images import read_image
from fewshot_fer.measures import SIDE
from fewshot_fer.training.data import LABELS

INDEX = "index.csv"
_COLUMNS = ("path", "subject", "emotion", "session")

Find = Callable[[Bytes], Faces]
Listener = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Take:
    """One picture of somebody."""

    path: Path
    subject: str
    expression: str
    session: str


@dataclass(frozen=True, slots=True)
class Acted:
    """People's portraits [n, 192, 192, 3]; black where no face was `found` [n]."""

    takes: tuple[Take, ...]
    portraits: Bytes
    found: Bools

    def __getitem__(self, mask: Bools) -> Acted:
        takes = tuple(take for take, keep in zip(self.takes, mask, strict=True) if keep)
        return Acted(takes, self.portraits[mask], self.found[mask])

    def showing(self, expressions: Sequence[str]) -> Acted:
        """The pictures of these expressions alone."""
        return self[np.array([take.expression in expressions for take in self.takes], dtype=bool)]


def read_takes(folder: Path) -> tuple[Take, ...]:
    """What the folder's index lists."""
    index = folder / INDEX
    try:
        with index.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise DataError(
                    f"The column {', '.join(missing)} is missing.",
                    where=str(index),
                    next_step=f"The first line is {','.join(_COLUMNS)}.",
                )
            takes = tuple(_take(folder, row, f"{index}, line {reader.line_num}") for row in reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"The people's index cannot be read: {error}.",
            where=str(index),
            next_step=f"Give a folder with {INDEX}: {','.join(_COLUMNS)}.",
        ) from error
    if not takes:
        raise DataError("The people's index lists no picture.", where=str(index))
    return takes


def _take(folder: Path, row: dict[str, str | None], where: str) -> Take:
    values = {name: (row[name] or "").strip() for name in _COLUMNS}
    if not values["path"] or not values["subject"]:
        raise DataError("The line names no picture or no subject.", where=where)
    if values["emotion"] not in LABELS:
        near = get_close_matches(values["emotion"], LABELS, 1)
        raise DataError(
            f"`{values['emotion']}` is none of the known expressions.",
            where=where,
            next_step=f"Did you mean `{near[0]}`?" if near else f"They are: {', '.join(LABELS)}.",
        )
    return Take(folder / values["path"], values["subject"], values["emotion"], values["session"])


def read_all_takes(folders: Sequence[Path]) -> tuple[Take, ...]:
    """Several folders as one; subjects of the same name in two of them are two people."""
    return tuple(
        replace(take, subject=f"{folder.name}/{take.subject}")
        for folder in folders
        for take in read_takes(folder)
    )


def photograph_all(
    takes: Sequence[Take], find: Find, listener: Listener = lambda _done, _all: None
) -> Acted:
    """Find and align the largest face of every picture, as in life."""
    aligned = np.zeros((len(takes), SIDE, SIDE, 3), np.uint8)
    found = np.zeros(len(takes), bool)
    for place, take in enumerate(takes):
        image = read_image(take.path)
        faces = find(image)
        if len(faces):
            width, height = (faces.boxes[:, 2:] - faces.boxes[:, :2]).T
            largest = faces[np.array([np.argmax(width * height)])]
            aligned[place] = portraits(image, largest.landmarks)[0]
            found[place] = True
        listener(place + 1, len(takes))
    return Acted(tuple(takes), aligned, found)
