"""Whatever a program has as a picture -> RGB bytes [h,w,3], or one clear sentence."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy.typing as npt

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import ImageError, ReferenceImageError
from fewshot_fer.faces.frames import as_rgb
from fewshot_fer.images import check_size, decode_image, read_image
from fewshot_fer.lesson.sources import is_video
from fewshot_fer.students.enrolment.gate import Picture, picture_at

Name = str | os.PathLike[str]


class ArrayLike(Protocol):
    """An image of another library, such as Pillow's."""

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """Its pixels."""
        ...


Pixels = bytes | npt.NDArray[Any] | ArrayLike
"""A file's bytes, an array (grey, RGB or RGBA), or a Pillow image."""
Given = Name | Pixels
"""The same, or a file's path."""
Pictures = Mapping[str, Given | Sequence[Given]]
"""One picture or several by the expression that they show; `group.jpg#2` is a second face."""


def rgb_of(given: object, where: str = "") -> Bytes:
    """A picture as RGB [h,w,3]; `where` is what an error calls it."""
    if isinstance(given, str | os.PathLike):
        return read_image(picture_file(given))
    if isinstance(given, bytes | bytearray | memoryview):
        return decode_image(bytes(given), where=where)
    try:
        image = as_rgb(_upright(given))
    except ImageError as error:
        raise ImageError(error.what, where=where, next_step=error.next_step) from error
    check_size(image.shape[1], image.shape[0], where=where)
    return image


def picture_file(name: Name) -> Path:
    """The path of a picture; a folder or a video is none."""
    if re.match(r"\w{2,}://", str(name)):  # not a drive of Windows
        raise ImageError(
            "This is an address, not a file.",
            where=str(name),
            next_step="Fetch it first and give its bytes; `Class.watch` takes streams.",
        )
    path = Path(name)
    if os.path.isdir(path):  # noqa: PTH112 (says no to any text, where Path may raise)
        raise ImageError(
            "This is a folder, not a picture.",
            where=str(path),
            next_step="Give a list of its pictures, such as sorted(Path(folder).glob('*.jpg')).",
        )
    if is_video(path):
        raise ImageError(
            "This is a video, and a picture is needed here.",
            where=str(path),
            next_step="Read a video by itself: `for frame in read(video): ...`.",
        )
    return path


def is_many(given: object) -> bool:
    """Whether this is several pictures and not one."""
    return isinstance(given, Sequence) and not isinstance(given, str | bytes | bytearray)


def labelled(pictures: Pictures) -> list[Picture]:
    """Pictures to learn from, each with its expression."""
    return [
        _to_learn_from(name, given, where)
        for name, some in pictures.items()
        for given, where in _each(name, some)
    ]


def _each(name: str, given: object) -> Iterator[tuple[object, str]]:
    if not is_many(given):
        yield given, f"the picture for {name}"
        return
    several = list(given)  # type: ignore[call-overload]
    if not several:
        raise ReferenceImageError(
            f"There is no picture in the list for {name}.", next_step="Give one, or leave it out."
        )
    yield from ((one, f"picture {n} for {name}") for n, one in enumerate(several, 1))


def _to_learn_from(expression: str, given: object, where: str) -> Picture:
    """A file stays one: it is read no larger than is needed."""
    if not isinstance(given, str | os.PathLike):
        return Picture(expression, rgb_of(given, where), where)
    picture = picture_at(expression, str(os.fspath(given)))
    assert isinstance(picture.image, Path)
    picture_file(picture.image)
    return picture


def _upright(given: object) -> object:
    """An image of Pillow's turned as its file is when that is read; anything else as it is."""
    pillow = sys.modules.get("PIL.Image")
    if pillow is None or not isinstance(given, pillow.Image):
        return given
    return import_module("PIL.ImageOps").exif_transpose(given).convert("RGB")
