"""Reads FER-2013 in every form that people have it in.

- Kaggle's `fer2013.csv`, with FER+'s `fer2013new.csv` beside it where there is one;
- Kaggle's folders, `train/angry/*.jpg` and `test/...`;
- `.npz` with images, own labels and votes, or the same in 30 MB as JPEG mosaics.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes, Ints
from fewshot_fer.errors import DataError
from fewshot_fer.expressions import BASIC
from fewshot_fer.images import SUFFIXES, read_image
from fewshot_fer.training.data import (
    FERPLUS_COLUMNS,
    FaceSet,
    Part,
    check_agreement,
    select,
    split_of,
)
from fewshot_fer.training.kaggle import FERPLUS_FILE, KAGGLE_FILE, SIDE, read_csv

_MOSAIC_COLUMNS = 100


def read_faces(paths: Sequence[Path], split: str | None = None) -> FaceSet:
    """All faces of the sources, or those of one split."""
    return select(read_parts(paths), split)


def read_parts(paths: Sequence[Path]) -> tuple[Part, ...]:
    """Every split of every source, checked and without faces of a single colour."""
    # FER+'s file is read with the one that it stands beside.
    sources = [path for path in paths if path.name != FERPLUS_FILE or len(paths) == 1]
    parts = [part for path in sources for part in _read(path)]
    if not parts:
        raise DataError("There are no faces to read.", next_step="Name a csv, a folder or an npz.")
    return tuple(parts)


def _read(path: Path) -> list[Part]:
    if (path / KAGGLE_FILE).is_file():
        return _read(path / KAGGLE_FILE)
    if path.is_dir():
        files = sorted(path.glob("*.npz"))
        return _read_archives(files) if files else _read_folders(path)
    if not path.exists():
        raise DataError("There is no such file.", where=str(path), next_step="Check the path.")
    if path.suffix == ".npz":
        return _read_archive(path)
    if path.suffix == ".csv":
        return [part(name, *columns, where=str(path)) for name, columns in read_csv(path).items()]
    raise DataError(
        "This is no form of FER-2013 that can be read.",
        where=str(path),
        next_step="Give fer2013.csv, the folder that holds train/ and test/, or an .npz.",
    )


def part(name: str, images: Bytes, own: Ints, votes: Ints, *, where: str) -> Part:
    """Check a split's arrays and drop the faces of a single colour."""
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE) or images.dtype != np.uint8:
        raise DataError(
            f"Faces are due as uint8 [n, {SIDE}, {SIDE}], not {images.dtype} {list(images.shape)}.",
            where=where,
        )
    if own.shape != (len(images),) or votes.shape != (len(images), len(FERPLUS_COLUMNS)):
        raise DataError(
            f"{len(images)} faces have labels {list(own.shape)} and votes {list(votes.shape)}.",
            where=where,
            next_step=f"Each face needs one label and {len(FERPLUS_COLUMNS)} votes.",
        )
    for labels, low, high, what in ((own, -1, len(BASIC) - 1, "Label"), (votes, 0, 255, "Vote")):
        wrong = np.argwhere((labels < low) | (labels > high))
        if len(wrong):
            value = labels[tuple(wrong[0])]
            raise DataError(
                f"{what} {value} of face {wrong[0][0]} is outside {max(low, 0)} to {high}.",
                where=where,
                next_step=f"Labels are numbered from 0: {', '.join(BASIC)}.",
            )
    varied = images.min((1, 2)) < images.max((1, 2)) if len(images) else np.zeros(0, bool)
    faces = FaceSet(images, own.astype(np.int64), votes.astype(np.int64))[varied]
    check_agreement(faces, where=where)
    return Part(name, faces, int((~varied).sum()))


def _read_folders(root: Path) -> list[Part]:
    """Kaggle's folders: a folder a split, in it a folder an expression."""
    splits = [folder for folder in sorted(root.iterdir()) if folder.is_dir()]
    if not splits:
        raise DataError(
            "The folder holds neither .npz files nor train/ and test/.", where=str(root)
        )
    return [_read_split(folder) for folder in splits]


def _read_split(folder: Path) -> Part:
    images: list[Bytes] = []
    labels: list[int] = []
    for cell in sorted(child for child in folder.iterdir() if child.is_dir()):
        if cell.name not in BASIC:
            raise DataError(
                f"`{cell.name}` is none of the seven expressions.",
                where=str(folder),
                next_step=f"Name the folders {', '.join(BASIC)}.",
            )
        files = sorted(file for file in cell.iterdir() if file.suffix.lower() in SUFFIXES)
        images += [_grey(file) for file in files]
        labels += [BASIC.index(cell.name)] * len(files)
    if not images:
        raise DataError(
            "There are no pictures in this split.",
            where=str(folder),
            next_step="A split holds folders of pictures: angry, disgust and so on.",
        )
    no_votes = np.zeros((len(images), len(FERPLUS_COLUMNS)), np.int64)
    return part(folder.name, np.stack(images), np.array(labels), no_votes, where=str(folder))


def _grey(file: Path) -> Bytes:
    image = cv2.cvtColor(read_image(file), cv2.COLOR_RGB2GRAY)
    if image.shape != (SIDE, SIDE):
        raise DataError(
            f"The face is {image.shape[1]}x{image.shape[0]} pixels; FER-2013's have {SIDE}x{SIDE}.",
            where=str(file),
        )
    return np.asarray(image, dtype=np.uint8)


def _read_archives(files: Sequence[Path]) -> list[Part]:
    """A folder of archives; a mosaic is left out where the same split is there lossless."""
    contents = {file: _open(file) for file in files}
    mosaics = {file for file, arrays in contents.items() if any(map(_is_mosaic, arrays))}
    whole = [p for f, a in contents.items() if f not in mosaics for p in _parts(f, a)]
    there = frozenset(part.split for part in whole)
    packed = [p for f, a in contents.items() if f in mosaics for p in _parts(f, a, leave=there)]
    return whole + packed


def _read_archive(file: Path) -> list[Part]:
    return list(_parts(file, _open(file)))


def _open(file: Path) -> dict[str, np.ndarray[Any, Any]]:
    try:
        with file.open("rb") as data, np.load(data, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(
            f"The archive is damaged or is none: {error}.",
            where=str(file),
            next_step="Copy or make it again.",
        ) from error


def _parts(
    file: Path,
    arrays: Mapping[str, np.ndarray[Any, Any]],
    leave: frozenset[str] = frozenset(),
) -> list[Part]:
    mosaics = [key.removesuffix("_jpeg") for key in arrays if _is_mosaic(key)]
    if not mosaics:
        images, own, votes = (_array(file, arrays, k) for k in ("images", "emotion", "votes"))
        return [part(file.stem, images, _whole(own, file), _whole(votes, file), where=str(file))]
    return [_read_mosaic(file, arrays, name) for name in mosaics if split_of(name) not in leave]


def _is_mosaic(key: str) -> bool:
    return key.endswith("_jpeg")


def _read_mosaic(file: Path, arrays: Mapping[str, np.ndarray[Any, Any]], name: str) -> Part:
    """Faces from one grey JPEG, a hundred a row."""
    packed, own, votes = (
        _array(file, arrays, f"{name}_{kind}") for kind in ("jpeg", "emotion", "votes")
    )
    mosaic = cv2.imdecode(packed.astype(np.uint8), cv2.IMREAD_GRAYSCALE) if packed.size else None
    rows = -(-len(own) // _MOSAIC_COLUMNS)
    if mosaic is None or mosaic.shape != (rows * SIDE, _MOSAIC_COLUMNS * SIDE):
        raise DataError(
            f"`{name}_jpeg` is no mosaic of {len(own)} faces, {_MOSAIC_COLUMNS} a row.",
            where=str(file),
            next_step="Copy or make the archive again.",
        )
    tiles = mosaic.reshape(rows, SIDE, _MOSAIC_COLUMNS, SIDE).swapaxes(1, 2)
    images = tiles.reshape(-1, SIDE, SIDE)[: len(own)].astype(np.uint8)
    return part(name, images, _whole(own, file), _whole(votes, file), where=str(file))


def _array(
    file: Path, arrays: Mapping[str, np.ndarray[Any, Any]], key: str
) -> np.ndarray[Any, Any]:
    if key not in arrays:
        raise DataError(
            f"`{key}` is missing; there are: {', '.join(arrays) or 'none'}.",
            where=str(file),
            next_step="Needed are `images`, `emotion` and `votes`.",
        )
    return arrays[key]


def _whole(labels: np.ndarray[Any, Any], file: Path) -> Ints:
    if labels.dtype.kind not in "iu":
        raise DataError(f"Labels are due as whole numbers, not {labels.dtype}.", where=str(file))
    return labels.astype(np.int64)
