"""Reads a picture from anywhere as RGB, or says what is wrong with it; and writes it.

OpenCV turns 16-bit, grey, palette and CMYK pictures into 8-bit colour, drops alpha,
takes the first frame of an animation and turns a photograph as its EXIF says. What is
left for us: to refuse before decoding what would fill the memory, and to give advice.
HEIC, which phones make, is read by pi-heif.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import cv2
import imagesize
import numpy as np

from fewshot_fer.errors import ImageError

if TYPE_CHECKING:
    from pathlib import Path

    from pi_heif import HeifFile

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
            f"The file cannot be read: {error.strerror or error}.",
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
    phone = _heif(data)
    width, height = phone.size if phone is not None else _announced_size(data)
    known_format = width > 0
    if known_format:
        check_size(width, height, max_pixels, where)
    if phone is not None:
        image = _decode_heif(phone)
    else:
        image = _decode(data, _shrink(data, max(width, height), at_least))
    if image is not None:
        check_size(image.shape[1], image.shape[0], max_pixels, where)
        return image
    if known_format:
        raise ImageError(
            "The picture is cut off or damaged.", where=where, next_step="Copy or export it again."
        )
    raise ImageError(
        "This is not a picture that can be read, or its beginning is damaged.",
        where=where,
        next_step=f"Use a {READABLE} file.",
    )


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


def _announced_size(data: bytes) -> tuple[int, int]:
    """Width and height from the header alone; (-1, -1) for an unknown format."""
    try:
        width, height = imagesize.get(BytesIO(data))
    except Exception:  # a damaged header may raise anything; the decoder has the last word
        return -1, -1
    return int(width), int(height)


def _shrink(data: bytes, longest: int, at_least: int | None) -> int:
    """By how much a JPEG may be shrunk while it is decoded: 1, 2, 4 or 8."""
    if at_least is None or not data.startswith(b"\xff\xd8"):
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


def _heif(data: bytes) -> HeifFile | None:
    """The header of a picture in HEIF, not decoded yet; None of anything else."""
    if data[4:8] != b"ftyp" or b"avif" in data[8:64]:
        return None
    import pi_heif

    try:
        return pi_heif.open_heif(data, convert_hdr_to_8bit=True)
    except (ValueError, EOFError, SyntaxError, OSError):
        return None


def _decode_heif(picture: HeifFile) -> Bytes | None:
    try:
        image = np.array(picture)  # a copy: the picture's memory goes with it
    except (ValueError, EOFError, SyntaxError, OSError):
        return None
    if image.ndim == 2:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB), np.uint8)
    return np.ascontiguousarray(image[:, :, :3])


def _check_bytes(size: int, where: str) -> None:
    """Refuse a file before it is read: no picture that we take is so large."""
    if size > MAX_BYTES:
        raise ImageError(
            f"The file is too large: {size / 1e6:.0f} MB.",
            where=where,
            next_step=f"Pictures have at most {MAX_BYTES / 1e6:.0f} MB; save it as JPEG or PNG.",
        )


def check_size(width: int, height: int, max_pixels: int = MAX_PIXELS, where: str = "") -> None:
    """Refuse what no face fits in, and what would fill the memory."""
    size = f"{width} x {height}"
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            f"The picture is only {size} pixels: no face fits in it.",
            where=where,
            next_step=f"Use a picture of at least {MIN_SIDE} pixels a side.",
        )
    if max(width, height) > MAX_SIDE or width * height > max_pixels:
        raise ImageError(
            f"The picture is too large: {size} pixels.",
            where=where,
            next_step=f"Shrink it to at most {MAX_SIDE} pixels a side "
            f"and {max_pixels / 1e6:.0f} megapixels.",
        )
