"""Means over areas, against means taken one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewshot_fer.arrays import Bytes, Floats
from fewshot_fer.faces.pyramid import REACH, STRIDE, WINDOW, pieces, scales, spans
from fewshot_fer.faces.sampling import AreaSampler, Bins


def _image(height: int, width: int, seed: int = 0) -> Bytes:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def _one_by_one(image: Bytes, height: int, width: int) -> Floats:
    rows, columns = image.shape[:2]
    out = np.zeros((height, width, 3), dtype=np.float32)
    for y in range(height):
        for x in range(width):
            top, bottom = y * rows // height, -(-(y + 1) * rows // height)
            left, right = x * columns // width, -(-(x + 1) * columns // width)
            out[y, x] = image[top:bottom, left:right].mean(axis=(0, 1))
    return out


@given(*[st.integers(1, 20)] * 4)
def test_resized(rows: int, columns: int, height: int, width: int) -> None:
    """Smaller or larger, every pixel is the mean of its area."""
    image = _image(rows, columns)
    found = AreaSampler(image).resized(Bins.of(rows, height), Bins.of(columns, width))
    assert np.allclose(found[..., :3], _one_by_one(image, height, width), atol=1e-3)


@given(st.lists(st.tuples(*[st.integers(0, 29)] * 4), min_size=1, max_size=5))
def test_cut(corners: list[tuple[int, int, int, int]]) -> None:
    """Squares cut out of an image are its parts made smaller or larger."""
    image = _image(30, 30)
    boxes = np.array([[min(a, c), min(b, d), max(a, c) + 1, max(b, d) + 1]
                      for a, b, c, d in corners])  # fmt: skip
    for piece, (x0, y0, x1, y1) in zip(AreaSampler(image).cut(boxes, 6), boxes, strict=True):
        assert np.allclose(piece[..., :3], _one_by_one(image[y0:y1, x0:x1], 6, 6), atol=1e-3)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 39), st.integers(1, 39))
def test_a_cut_is_the_same_from_a_table_of_its_part(x: int, y: int, w: int, h: int) -> None:
    image = _image(100, 100, 1)
    boxes = np.array([[x, y, x + w, y + h], [x, y, x + 1, y + 1]])
    whole = AreaSampler(image)
    whole.table()
    assert np.array_equal(AreaSampler(image).cut(boxes, 6), whole.cut(boxes, 6))


def test_as_the_original_samples() -> None:
    """PyTorch's area interpolation is what the networks were used with."""
    torch = pytest.importorskip("torch")
    image = _image(101, 67)
    given_ = torch.from_numpy(image).permute(2, 0, 1)[None].float()
    theirs = torch.nn.functional.interpolate(given_, size=(43, 29), mode="area")[0]
    ours = AreaSampler(image).resized(Bins.of(101, 43), Bins.of(67, 29))
    assert np.allclose(ours[..., :3], theirs.permute(1, 2, 0).numpy(), atol=1e-4)


@given(st.integers(WINDOW, 2000), st.integers(30, 500))
def test_every_window_lies_in_one_span(length: int, longest: int) -> None:
    """Windows start every second pixel; cutting must lose none and double none."""
    starts = [
        start
        for low, high in spans(length, longest)
        for start in range(low, high - WINDOW + 1, STRIDE)
    ]
    assert starts == list(range(0, length - WINDOW + 1, STRIDE))
    assert all(high - low <= longest + STRIDE for low, high in spans(length, longest))


def test_scales_reach_from_the_smallest_face_to_the_picture() -> None:
    """The first makes the smallest face one window high, the last makes the picture so."""
    found = list(scales(720, 1280, 20, 0.709))
    assert found[0] == pytest.approx(WINDOW / 20)
    assert WINDOW <= 720 * found[-1] < WINDOW / 0.709
    assert list(scales(100, 100, 101, 0.709)) == []


def test_pieces_name_their_place() -> None:
    """A piece's first window is where the level's window of that row and column is."""
    whole = Bins.of(720, int(720 * 0.6 + 1))
    for piece in pieces(720, 1280, 20, 0.709):
        if piece.scale == 0.6:
            assert piece.rows.starts[0] == whole.starts[piece.top * STRIDE]
        assert len(piece.rows.starts) >= REACH
