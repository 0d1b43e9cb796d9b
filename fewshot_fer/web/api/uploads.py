"""Bodies of requests, bounded before anything of them is unpacked."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import ImageError, RequestError, TooLargeError
from fewshot_fer.images import at_most, decode_image, work_of

MOST_PICTURES: Final = 40
MOST_FIELDS: Final = 20
PICTURE_BYTES: Final = 20_000_000
PICTURE_PIXELS: Final = 50_000_000
"""What phones take; unpacked it is 150 MB."""
_MOST_WORK: Final = 1_000_000_000
"""Pixels that a decoder goes over for one request: 40 photographs, and some ten seconds."""
_ANY_BYTES: Final = ("", "application/octet-stream", "application/x-www-form-urlencoded")
"""The last is what curl says of whatever it is given."""


Runs = Callable[..., Awaitable[Any]]
"""Calls something with the arguments that follow it, in a thread."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as it came: which field of the form it stood in, its name, its bytes."""

    field: str
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Came:
    """What was in a form."""

    fields: dict[str, Any] = field(default_factory=dict)
    pictures: tuple[Upload, ...] = ()


async def pictures(request: Request, stack: AsyncExitStack) -> Came:
    """The pictures of a body: one as the whole of it, or the parts of a form with file names."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind == "multipart/form-data":
        return await _form(request, stack)
    return Came(pictures=(await _picture(request, kind),))


def decoded(upload: Upload, longest: int | None = None) -> Bytes:
    """A picture [h,w,3], shrunk to a `longest` side where there are many.

    It is refused before it is unpacked where it would be too much.
    """
    if len(upload.data) > PICTURE_BYTES:
        raise ImageError(
            f"The picture has more than {PICTURE_BYTES / 1e6:.0f} MB.",
            where=upload.name,
            next_step="Shrink it.",
        )
    image = decode_image(
        upload.data, where=upload.name, max_pixels=PICTURE_PIXELS, at_least=longest
    )
    return at_most(image, longest) if longest is not None else image


async def _picture(request: Request, kind: str) -> Upload:
    if not kind.startswith("image/") and kind not in _ANY_BYTES:
        raise RequestError(
            f"A picture was expected, and {kind[:60]!r} came.",
            next_step="Send the picture's bytes, or a form (multipart/form-data) with pictures.",
        )
    data = await request.body()
    if not data:
        raise RequestError("The body is empty.", next_step="Send a picture.")
    return Upload("image", "image", data)


async def _form(request: Request, stack: AsyncExitStack) -> Came:
    try:
        parser = MultiPartParser(
            request.headers, request.stream(),
            max_files=MOST_PICTURES, max_fields=MOST_FIELDS, max_part_size=10_000,
        )  # fmt: skip
        # A picture never reaches a disk; the guard bounds the whole.
        parser.spool_max_size = sys.maxsize
        form = await parser.parse()
        stack.push_async_callback(form.close)
    except MultiPartException as error:
        raise RequestError(
            f"The form cannot be read: {error.message}",
            next_step=f"Send at most {MOST_PICTURES} pictures and {MOST_FIELDS} fields.",
        ) from error
    fields: dict[str, Any] = {}
    pictures: list[Upload] = []
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            if name in fields:
                raise RequestError(f"The field {name[:60]!r} is in the form twice.")
            fields[name] = value
            continue
        if (value.size or 0) > PICTURE_BYTES:
            raise TooLargeError(
                f"A picture has more than {PICTURE_BYTES / 1e6:.0f} MB.", next_step="Shrink it."
            )
        pictures.append(Upload(name, _tidy(value.filename or "picture"), await value.read()))
    if sum(work_of(one.data) for one in pictures) > _MOST_WORK:
        raise TooLargeError(
            "Together these pictures are more than is read at once.",
            next_step="Send them in several requests, or smaller.",
        )
    return Came(fields, tuple(pictures))


def _tidy(name: str) -> str:
    """A file's name without its folders, as it may stand in a message."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[:100] or "picture"
