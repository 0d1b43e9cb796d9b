"""Draws what was read into a copy of the picture: a box a face, its expression beside it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Protocol, Self

import cv2

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import FolderError
from fewshot_fer.files import ensure_folder
from fewshot_fer.palette import colour
from fewshot_fer.reasons import Reason

_Shade = tuple[int, int, int]
_GREY: Final = "#8a8f98"
"""Of a face that is unsure."""


class Drawn(Protocol):
    """What is drawn of a face."""

    @property
    def box(self) -> tuple[float, ...]:
        """x0, y0, x1, y1 in pixels."""
        ...

    @property
    def expression(self) -> str:
        """What it shows."""
        ...

    @property
    def scores(self) -> Mapping[str, float]:
        """How probable each expression is."""
        ...

    @property
    def unsure(self) -> Reason | None:
        """Why that is not sure."""
        ...

    @property
    def student(self) -> str | None:
        """Whose face it is."""
        ...


def drawn(image: Bytes, faces: Iterable[Drawn], names: Mapping[str, str]) -> Bytes:
    """A copy of an image [h,w,3] with every face's box, expression, and name where it is known."""
    copy = image.copy()
    for face in faces:
        name = names.get(face.student or "", face.student or "")
        _draw(copy, face, f"{name}: {shows(face)}" if name else shows(face))
    return copy


def numbered(image: Bytes, faces: Iterable[Drawn]) -> Bytes:
    """A copy of an image [h,w,3] with every face's box, number, expression and probability."""
    copy = image.copy()
    for number, face in enumerate(faces, 1):
        _draw(copy, face, f"{number} {shows(face)} {100 * face.scores[face.expression]:.0f} %")
    return copy


def shows(face: Drawn) -> str:
    """The expression; a question mark says unsure."""
    return face.expression if face.unsure is None else f"{face.expression}?"


class VideoFile:
    """An annotated video, written beside its place and renamed when it is whole."""

    def __init__(self, path: Path, rate: float, kind: Literal["mp4", "webm"] = "mp4") -> None:
        """Browsers play webm; it takes twice as long to write."""
        self.path = path.with_suffix(f".{kind}")
        self._codec = {"mp4": "mp4v", "webm": "VP80"}[kind]
        self._rate = rate
        self._unfinished = self.path.with_name(f".{secrets.token_hex(4)}.{self.path.name}")
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)

    def add(self, image: Bytes) -> None:
        """The next frame [h,w,3]; of another size it is fitted to the first."""
        if self._writer is None:
            ensure_folder(self.path.parent)
            self._size = (image.shape[1], image.shape[0])
            codec = cv2.VideoWriter.fourcc(*self._codec)
            self._writer = cv2.VideoWriter(str(self._unfinished), codec, self._rate, self._size)
            if not self._writer.isOpened():
                raise FolderError(
                    "The annotated video cannot be written.",
                    where=str(self.path),
                    next_step="Check that the folder may be written and has room.",
                )
        if (image.shape[1], image.shape[0]) != self._size:
            image = cv2.resize(image, self._size, interpolation=cv2.INTER_AREA).astype("uint8")
        self._writer.write(cv2.cvtColor(image, cv2.COLOR_RGB2BGR))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is None:
            return
        self._writer.release()
        if error is None:
            self._unfinished.replace(self.path)
        else:
            self._unfinished.unlink(missing_ok=True)


def _draw(image: Bytes, face: Drawn, words: str) -> None:
    """A box, and words on a plate above it or, at the upper edge, in it."""
    x0, y0, x1, y1 = (round(edge) for edge in face.box)
    shade = _rgb(_GREY if face.unsure is not None else colour(face.expression, ()))
    ink = (255, 255, 255) if sum(shade) < 330 else (0, 0, 0)
    line, zoom = max(1, round(min(image.shape[:2]) / 400)), max(1.0, max(image.shape[:2]) / 1600)
    size = round(min(30 * zoom, max(12 * zoom, (x1 - x0) / 6)))
    font, height = cv2.FontFace("sans"), round(1.4 * size)
    wide = cv2.getTextSize((0, 0), words, (0, 0), font, size)[2] + size // 2
    x, y = max(0, min(x0, image.shape[1] - wide)), y0 if y0 > height else y0 + height
    cv2.rectangle(image, (x0, y0), (x1, y1), shade, line)
    cv2.rectangle(image, (x, y - height), (x + wide, y), shade, cv2.FILLED)
    cv2.putText(image, words, (x + size // 4, y - round(0.4 * size)), ink, font, size)


def _rgb(code: str) -> _Shade:
    red, green, blue = bytes.fromhex(code.removeprefix("#"))
    return red, green, blue
