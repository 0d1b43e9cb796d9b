"""Faces drawn into their picture: a box each, with a number, what it shows and how probable."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fewshot_fer.arrays import Bytes
from fewshot_fer.palette import colour
from fewshot_fer.stills import NamedFace

_LONGEST = 1600


def drawn(image: Bytes, faces: Sequence[NamedFace]) -> Bytes:
    """The picture [h,w,3] with its faces; large ones are shrunk so that labels stay readable."""
    picture = Image.fromarray(image)
    share = min(1.0, _LONGEST / max(picture.size))
    if share < 1:
        size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    pen = ImageDraw.Draw(picture)
    line = max(2, round(max(picture.size) / 400))
    font = ImageFont.load_default(max(12, min(30, round(max(picture.size) / 48))))
    for number, face in enumerate(faces, start=1):
        names = tuple(face.scores)
        fill = colour(face.expression, names)
        box = tuple(share * edge for edge in face.box)
        pen.rounded_rectangle(box, radius=3 * line, outline="#11171d", width=2 * line)
        pen.rounded_rectangle(box, radius=3 * line, outline=fill, width=line)
        _label(pen, picture.size, box, label(number, face), fill, font)
    return np.asarray(picture, np.uint8)


def label(number: int, face: NamedFace) -> str:
    """What stands at a face; a question mark says unsure."""
    mark = "?" if face.unsure else ""
    return f"{number} {face.expression}{mark} {100 * face.scores[face.expression]:.0f} %"


def png(image: Bytes) -> bytes:
    """A picture [h,w,3] as PNG."""
    data = io.BytesIO()
    Image.fromarray(image).save(data, "PNG")
    return data.getvalue()


def _label(
    pen: ImageDraw.ImageDraw, size: tuple[int, int], box: tuple[float, ...], words: str, fill: str,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:  # fmt: skip
    """Words on a dark ground, with the expression's colour as an edge; inside the picture."""
    left, top, right, bottom = pen.textbbox((0, 0), words, font=font)
    wide, high = right - left + 12, bottom - top + 10
    x = max(0.0, min(box[0], size[0] - wide))
    y = box[1] - high if box[1] >= high else min(box[3], size[1] - high)
    pen.rectangle((x, y, x + wide, y + high), fill="#11171d")
    pen.rectangle((x, y, x + 4, y + high), fill=fill)
    pen.text((x + 8 - left, y + 5 - top), words, font=font, fill="#ffffff")
