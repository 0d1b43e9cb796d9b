"""Reads a picture from anywhere as RGB, or says what is wrong with it; and writes it.

OpenCV turns 16-bit, grey, palette and CMYK pictures into 8-bit colour, drops alpha,
takes the first frame of an animation and turns a photograph as its EXIF says. What is
left for us: to refuse before decoding what would fill the memory or keep a processor busy, and
to give advice. A decoder sees only what begins like a picture that we take, announces a size that
is allowed, and holds as many bytes as it says.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import cv2
import imagesize
import numpy as np

from fewshot_fer import heif
from fewshot_fer.errors import ImageError
from fewshot_fer.languages import Phrase

if TYPE_CHECKING:
    from pathlib import Path

    from fewshot_fer.arrays import Bytes

MIN_SIDE = 16
MAX_SIDE = 16_384
MAX_PIXELS = 100_000_000
MAX_BYTES = 320_000_000
SUFFIXES = frozenset(
    ".avif .bmp .gif .heic .heif .jpe .jpeg .jpg .pbm .pgm .png .pnm .ppm .tif .tiff .webp".split()
)
READABLE = "JPEG, HEIC, PNG, WebP, TIFF, BMP or GIF"
"""What people are told to bring."""

_APART = {"AVIF", "HEIC"}
_COSTLY = {"progressive JPEG": 2, "AVIF": 3, "HEIC": 3}
"""While these are decoded they take so many times the memory of others."""
_MOST_PASSED = 500_000_000
"""A JPEG's pixels times its passes: of about ten in a progressive one, each costs the same."""

_MOST_BYTES_A_PIXEL = 8
"""Of a JPEG: the finest of noise takes five. The rest would be read for long and shown nowhere."""
_SMALL = 1_000_000
"""Bytes that are never too many: what a camera writes beside the picture."""

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers of a JPEG that begin a frame, and those that nothing follows."""

_MODES = {
    1: cv2.IMREAD_COLOR_RGB,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}

# What OpenCV would print about a bad file is in the error that we raise.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def read_image(path: Path, *, max_pixels: int = MAX_PIXELS, at_least: int | None = None) -> Bytes:
    """Read a picture file as RGB [h,w,3]; see `decode_image`."""
    try:
        _check_bytes(path.stat().st_size, str(path))
        data = path.read_bytes()
    except (FileNotFoundError, ValueError) as error:
        # Text with a zero in it is no path.
        raise ImageError(
            "There is no such file.", where=str(path), next_step="Check the path."
        ) from error
    except OSError as error:
        raise ImageError(
            Phrase("The file cannot be read: {why}.", why=error.strerror or error),
            where=str(path),
            next_step="Check that it is a file and that you may read it.",
        ) from error
    return decode_image(data, where=str(path), max_pixels=max_pixels, at_least=at_least)


def decode_image(
    data: bytes, *, where: str = "", max_pixels: int = MAX_PIXELS, at_least: int | None = None
) -> Bytes:
    """Decode an encoded picture as RGB [h,w,3].

    A JPEG whose longest side is twice, four or eight times `at_least` or more comes out at a
    half, a quarter or an eighth, in a fraction of the time.
    """
    if not data:
        raise ImageError("The file is empty.", where=where, next_step="Copy or export it again.")
    kind = _kind(data)
    width, height = _announced_size(data, kind) if kind else (-1, -1)
    if width <= 0 and kind not in _APART:
        raise ImageError(
            "This is not a picture that can be read, or its beginning is damaged.",
            where=where,
            next_step=Phrase("Use a {kinds} file.", kinds=READABLE),
        )
    if width > 0:
        check_size(width, height, max_pixels // _COSTLY.get(kind, 1), where)
    if width * height * _passes(data, kind) > _MOST_PASSED:
        raise ImageError(
            "This JPEG is made of too many passes.", where=where, next_step="Save it again."
        )
    if "JPEG" in kind and len(data) > _SMALL + _MOST_BYTES_A_PIXEL * width * height:
        raise ImageError(
            "This JPEG holds far more than its picture.", where=where, next_step="Save it again."
        )
    image = None
    if kind != "PNG" or _holds_its_chunks(data):
        shrink = _shrink(kind, max(width, height), at_least)
        image = heif.decode(data) if kind in _APART else _decode(data, shrink)
    if image is None:
        raise ImageError(
            "The picture is cut off or damaged.", where=where, next_step="Copy or export it again."
        )
    check_size(image.shape[1], image.shape[0], max_pixels, where)
    return image


def work_of(data: bytes) -> int:
    """How many pixels a decoder goes over, each as often as it does; 0 of what is no picture."""
    kind = _kind(data)
    width, height = _announced_size(data, kind) if kind else (0, 0)
    return max(0, width) * max(0, height) * _passes(data, kind)


def at_most(image: Bytes, longest: int) -> Bytes:
    """The image itself, or a copy that is shrunk to this longest side."""
    shrink = longest / max(image.shape[:2])
    if shrink >= 1:
        return image
    size = (max(1, round(image.shape[1] * shrink)), max(1, round(image.shape[0] * shrink)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def to_png(image: Bytes) -> bytes:
    """A picture [h,w,3] as a PNG file's bytes."""
    return cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1].tobytes()


def _kind(data: bytes) -> str:
    """Which of the pictures that we take begins so; empty for all else, which no decoder sees."""
    if data.startswith(b"\xff\xd8\xff"):
        # The marker of a progressive frame may stand in a thumbnail too: then it costs some pixels.
        return "progressive JPEG" if b"\xff\xc2" in data else "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith((b"BM", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")):
        return "BMP, GIF or TIFF"
    if data[:1] == b"P" and data[1:2] in b"123456":
        return "PNM"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WebP"
    return heif.kind_of(data)


def jpeg_frame(data: bytes) -> tuple[int, int, int]:
    """The marker, width and height in a JPEG's first frame header; zeros where there is none."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
        elif marker in _FRAMES:
            height, width = data[at + 5] << 8 | data[at + 6], data[at + 7] << 8 | data[at + 8]
            return marker, width, height
        else:
            at += 2 + (data[at + 2] << 8 | data[at + 3])
    return 0, 0, 0


def _announced_size(data: bytes, kind: str) -> tuple[int, int]:
    """Width and height from the header alone; nothing above 0 where it has none."""
    if kind.endswith("JPEG"):
        return jpeg_frame(data)[1:]
    try:
        width, height = imagesize.get(BytesIO(data))
    except Exception:  # a damaged header may raise anything
        return -1, -1
    return int(width), int(height)


def _passes(data: bytes, kind: str) -> int:
    """How often the decoder goes over all of a JPEG."""
    return data.count(b"\xff\xda") if "JPEG" in kind else 1


def _holds_its_chunks(png: bytes) -> bool:
    """Whether every chunk is as long as it says: OpenCV takes the memory that one announces."""
    at = 8
    while (body := at + 8) <= len(png):
        at = body + int.from_bytes(png[body - 8 : body - 4], "big") + 4
        if png[body - 4 : body] == b"IEND":
            return at <= len(png)
    return False


def _shrink(kind: str, longest: int, at_least: int | None) -> int:
    """By how much a JPEG may be shrunk while it is decoded: 1, 2, 4 or 8."""
    if at_least is None or "JPEG" not in kind:
        return 1
    return next((factor for factor in (8, 4, 2) if longest >= factor * at_least), 1)


def _decode(data: bytes, shrink: int = 1) -> Bytes | None:
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), _MODES[shrink])
    except cv2.error:
        return None
    if image is None or shrink == 1:
        return image  # type: ignore[return-value]
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)


def _check_bytes(size: int, where: str) -> None:
    """Refuse a file before it is read: no picture that we take is so large."""
    if size > MAX_BYTES:
        raise ImageError(
            Phrase("The file is too large: {size:.0f} MB.", size=size / 1e6),
            where=where,
            next_step=Phrase(
                "Pictures have at most {most:.0f} MB; save it as JPEG or PNG.",
                most=MAX_BYTES / 1e6,
            ),
        )


def check_size(width: int, height: int, max_pixels: int = MAX_PIXELS, where: str = "") -> None:
    """Refuse what no face fits in, and what would fill the memory."""
    size = f"{width} x {height}"
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            Phrase("The picture is only {size} pixels: no face fits in it.", size=size),
            where=where,
            next_step=Phrase("Use a picture of at least {least} pixels a side.", least=MIN_SIDE),
        )
    if max(width, height) > MAX_SIDE or width * height > max_pixels:
        raise ImageError(
            Phrase("The picture is too large: {size} pixels.", size=size),
            where=where,
            next_step=Phrase(
                "Shrink it to at most {max_side} pixels a side and {max_pixels:.0f} megapixels.",
                max_side=MAX_SIDE,
                max_pixels=max_pixels / 1e6,
            ),
        )
