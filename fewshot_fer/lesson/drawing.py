"""Draws what was read into a copy of the picture: a box a face, its expression beside it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self
from unicodedata import normalize

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
    def unsure(self) -> Reason | None:
        """Why that is not sure."""
        ...

    @property
    def student(self) -> str | None:
        """Whose face it is."""
        ...


def drawn(image: Bytes, faces: Iterable[Drawn], names: Mapping[str, str] | None = None) -> Bytes:
    """A copy of an image [h,w,3] with every face's box, expression, and name where it is known."""
    copy = image.copy()
    thick = max(1, round(min(image.shape[:2]) / 400))
    for face in faces:
        x0, y0, x1, y1 = (round(edge) for edge in face.box)
        shade = _rgb(_GREY if face.unsure is not None else colour(face.expression, ()))
        cv2.rectangle(copy, (x0, y0), (x1, y1), shade, thick)
        said = f"{face.expression}?" if face.unsure is not None else face.expression
        name = (names or {}).get(face.student or "", face.student or "")
        _write(copy, f"{name}: {said}" if name else said, (x0, y0), shade, (x1 - x0) / 200)
    return copy


class VideoFile:
    """An annotated video, written beside its place and renamed when it is whole."""

    def __init__(self, path: Path, rate: float) -> None:
        self.path = path.with_suffix(".mp4")
        self._rate = rate
        self._unfinished = self.path.with_name(f".{secrets.token_hex(4)}.{self.path.name}")
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)

    def add(self, image: Bytes) -> None:
        """The next frame [h,w,3]; of another size it is fitted to the first."""
        if self._writer is None:
            ensure_folder(self.path.parent)
            self._size = (image.shape[1], image.shape[0])
            kind = cv2.VideoWriter.fourcc(*"mp4v")
            self._writer = cv2.VideoWriter(str(self._unfinished), kind, self._rate, self._size)
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


def _write(image: Bytes, text: str, corner: tuple[int, int], shade: _Shade, size: float) -> None:
    """Text on a plate above a corner; OpenCV writes ASCII only, so that marks on letters go."""
    plain = normalize("NFKD", text).encode("ascii", "ignore").decode()
    scale = min(1.2, max(0.4, size))
    (width, height), below = cv2.getTextSize(plain, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
    x = max(0, min(corner[0], image.shape[1] - width))
    y = corner[1] if corner[1] > height + below else corner[1] + height + below
    cv2.rectangle(image, (x, y - height - below), (x + width, y), shade, cv2.FILLED)
    dark = sum(shade) < 330
    ink = (255, 255, 255) if dark else (0, 0, 0)
    place = (x, y - below // 2)
    cv2.putText(image, plain, place, cv2.FONT_HERSHEY_SIMPLEX, scale, ink, 1, cv2.LINE_AA)


def _rgb(code: str) -> _Shade:
    red, green, blue = bytes.fromhex(code.removeprefix("#"))
    return red, green, blue
