"""Area resampling of an image, or of squares cut out of it, with sums of whole pixels.

This is PyTorch's adaptive average pooling, which the cascade's weights are used with: pixel i
of m is the plain mean of the pixels floor(i*n/m) to ceil((i+1)*n/m) of n. From one table of
sums over the image every mean costs four look-ups, whatever its area; the sums are whole
numbers, so the result is exact.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from fewshot_fer.arrays import Bytes, Floats, Ints


class Bins(NamedTuple):
    """Where each new pixel's sources start and end, on one axis."""

    starts: Ints
    ends: Ints

    @classmethod
    def of(cls, length: int | Ints, count: int) -> Bins:
        """`length` pixels made `count`: [count], or [n,count] for several lengths [n]."""
        lengths = np.asarray(length, dtype=np.int64)[..., None]
        steps = np.arange(count, dtype=np.int64)
        return cls(steps * lengths // count, -(-(steps + 1) * lengths // count))

    def part(self, start: int, stop: int) -> Bins:
        """Some of the new pixels."""
        return Bins(self.starts[start:stop], self.ends[start:stop])

    @property
    def sizes(self) -> Floats:
        """How many pixels each mean is taken of."""
        sizes: Ints = self.ends - self.starts
        return sizes.astype(np.float32)


class AreaSampler:
    """Means over one image [h,w,3]; what it gives has a fourth, empty channel.

    The table is made when the whole image is first asked for; squares in a small part of it
    are cut from a table of that part.
    """

    def __init__(self, image: Bytes) -> None:
        self.height, self.width = image.shape[:2]
        self._image = image
        self._made: npt.NDArray[np.complex128] | None = None

    def table(self) -> npt.NDArray[np.complex128]:
        """The sums above and left of every pixel; make them before threads share them."""
        if self._made is None:
            sums = cv2.integral(cv2.cvtColor(self._image, cv2.COLOR_RGB2RGBA))
            # Four 32-bit sums are moved as one 16-byte number, for which numpy's take is fastest.
            self._made = sums.view(np.complex128)[..., 0]
        return self._made

    def resized(self, rows: Bins, columns: Bins) -> Floats:
        """A smaller image, or the part of one that the bins name: [h,w,4]."""
        table = self.table()
        band = table.take(rows.ends, axis=0).view(np.uint32)
        band -= table.take(rows.starts, axis=0).view(np.uint32)
        band = band.view(np.complex128)
        total = band.take(columns.ends, axis=1).view(np.uint32)
        total -= band.take(columns.starts, axis=1).view(np.uint32)
        means = (
            total.reshape(len(rows.starts), len(columns.starts), 4)
            .view(np.int32)
            .astype(np.float32)
        )
        means *= (1 / (rows.sizes[:, None] * columns.sizes))[..., None]
        return means

    def cut(self, boxes: Ints, side: int) -> Floats:
        """Boxes [n,4] of whole pixels inside the image, each as a square: [n,side,side,4]."""
        if self._made is None and len(boxes):
            low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
            if 2 * (high - low).prod() < self.height * self.width:
                part = AreaSampler(self._image[low[1] : high[1], low[0] : high[0]])
                return part.cut(boxes - np.tile(low, 2), side)
        columns = Bins.of(boxes[:, 2] - boxes[:, 0], side)
        rows = Bins.of(boxes[:, 3] - boxes[:, 1], side)
        x0, x1 = ((edge + boxes[:, :1])[:, None, :] for edge in columns)
        table = self.table()
        stride = table.shape[1]
        y0, y1 = (((edge + boxes[:, 1:2]) * stride)[:, :, None] for edge in rows)
        sums = table.reshape(-1)
        total = sums.take(y1 + x1).view(np.uint32)
        total -= sums.take(y1 + x0).view(np.uint32)
        total -= sums.take(y0 + x1).view(np.uint32)
        total += sums.take(y0 + x0).view(np.uint32)
        whole = total.reshape(len(boxes), side, side, 4).view(np.int32)
        means: Floats = whole.astype(np.float32)
        means *= (1 / (rows.sizes[:, :, None] * columns.sizes[:, None, :]))[..., None]
        return means
