"""The furniture of a video call: where tiles lie, names, cameras off, a shared slide."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np

from fewshot_fer.arrays import Bytes

_GAP = 4
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_SLIDE_SHARE = 0.72
_STRIP = 14


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of the window."""

    x: int
    y: int
    width: int
    height: int

    @property
    def x1(self) -> int:
        """The right edge."""
        return self.x + self.width

    @property
    def y1(self) -> int:
        """The lower edge."""
        return self.y + self.height


def layout(tiles: int, width: int, height: int, presenting: bool = False) -> list[Tile]:
    """Where each tile lies: a grid, or a strip beside a shared slide.

    A strip has room for 14; the others are on the call's next page, as in life.
    """
    if tiles == 0:
        return []
    if presenting:
        left = int(width * _SLIDE_SHARE)
        return _grid(min(tiles, _STRIP), left, 0, width - left, height)
    return _grid(tiles, 0, 0, width, height)


def _grid(tiles: int, x0: int, y0: int, width: int, height: int) -> list[Tile]:
    """The grid of 16:9 tiles that makes them largest, the last row centred."""

    def tile_width(columns: int) -> float:
        rows = ceil(tiles / columns)
        across = (width - _GAP * (columns + 1)) / columns
        down = (height - _GAP * (rows + 1)) / rows
        return min(across, down * 16 / 9)

    columns = max(range(1, tiles + 1), key=tile_width)
    rows = ceil(tiles / columns)
    w = int(tile_width(columns))
    h = w * 9 // 16
    top = y0 + (height - rows * (h + _GAP) + _GAP) // 2
    places = []
    for k in range(tiles):
        row, column = divmod(k, columns)
        in_row = min(columns, tiles - row * columns)
        left = x0 + (width - in_row * (w + _GAP) + _GAP) // 2
        places.append(Tile(left + column * (w + _GAP), top + row * (h + _GAP), w, h))
    return places


def write_name(image: Bytes, name: str) -> None:
    """Put a name into a tile's lower left corner, as calls do."""
    h = image.shape[0]
    size = max(0.3, h / 480)
    (w, tall), _ = cv2.getTextSize(name, _FONT, size, 1)
    corner = image[h - tall - 7 : h, : w + 8]
    corner[:] = corner // 2
    cv2.putText(image, name, (4, h - 4), _FONT, size, (245, 245, 245), 1, cv2.LINE_AA)


def camera_off_tile(name: str, tile: Tile) -> Bytes:
    """A dark tile with the name's first letter in a disc."""
    image = np.full((tile.height, tile.width, 3), 48, np.uint8)
    hue = sum(map(ord, name)) % 3
    colour = ((92, 110, 150), (130, 100, 120), (96, 128, 112))[hue]
    centre = (tile.width // 2, tile.height // 2)
    cv2.circle(image, centre, int(tile.height * 0.26), colour, -1, cv2.LINE_AA)
    size = tile.height / 100
    (w, h), _ = cv2.getTextSize(name[0], _FONT, size, 1)
    place = (centre[0] - w // 2, centre[1] + h // 2)
    cv2.putText(image, name[0], place, _FONT, size, (240, 240, 240), 1 + tile.height // 120,
                cv2.LINE_AA)  # fmt: skip
    write_name(image, name)
    return image


def slide(image: Bytes) -> None:
    """Draw a shared slide, with a title, lines of text and a chart, on the window's left."""
    height, width = image.shape[:2]
    w = int(width * _SLIDE_SHARE)
    x0, y0, x1, y1 = 12, int(height * 0.06), w - 8, int(height * 0.94)
    image[y0:y1, x0:x1] = 248
    unit = height / 720
    cv2.putText(image, "Area under a curve", (x0 + int(40 * unit), y0 + int(80 * unit)), _FONT,
                1.5 * unit, (40, 50, 70), max(1, int(2 * unit)), cv2.LINE_AA)  # fmt: skip
    for k, share in enumerate((0.5, 0.44, 0.52, 0.38)):
        y = y0 + int((140 + 34 * k) * unit)
        end = x0 + int(share * (x1 - x0))
        cv2.line(image, (x0 + int(40 * unit), y), (end, y), (170, 174, 180), max(1, int(5 * unit)))
    t = np.linspace(0, 1, 60)
    curve = np.stack([
        x0 + (0.1 + 0.8 * t) * (x1 - x0), y1 - (0.1 + 0.34 * np.sin(2.6 * t) ** 2) * (y1 - y0),
    ], axis=1)  # fmt: skip
    base = y1 - 0.08 * (y1 - y0)
    area = np.concatenate([curve, [[curve[-1, 0], base], [curve[0, 0], base]]])
    cv2.fillPoly(image, [area.astype(np.int32)], (206, 222, 240), cv2.LINE_AA)
    cv2.polylines(image, [curve.astype(np.int32)], False, (52, 92, 160), max(2, int(4 * unit)),
                  cv2.LINE_AA)  # fmt: skip
