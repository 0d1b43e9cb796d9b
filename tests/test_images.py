"""Every kind of picture that people have, and every kind of bad one."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fewshot_fer import images
from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import ImageError
from fewshot_fer.images import decode_image, read_image

HEIGHT, WIDTH = 60, 80
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP", "PPM", "AVIF")


def flag() -> Bytes:
    """Red on the left, green above blue on the right."""
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[:, : WIDTH // 2] = (255, 0, 0)
    image[: HEIGHT // 2, WIDTH // 2 :] = (0, 255, 0)
    image[HEIGHT // 2 :, WIDTH // 2 :] = (0, 0, 255)
    return image


def noise() -> Bytes:
    """Content that no format can make small, so that half of it is really missing."""
    return np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def encoded_16_bit(kind: str) -> bytes:
    deep = cv2.cvtColor(flag(), cv2.COLOR_RGB2BGR).astype(np.uint16) * 257
    return cv2.imencode(kind, deep)[1].tobytes()


def assert_is_the_flag(image: Bytes) -> None:
    assert image.shape == (HEIGHT, WIDTH, 3)
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    # Lossy formats and halved colours blur edges, not areas.
    away_from_edges = [(10, 10), (50, 10), (10, 70), (50, 70)]
    for row, column in away_from_edges:
        np.testing.assert_allclose(image[row, column], flag()[row, column], atol=8)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_of_any_format_is_read_as_rgb(kind: str) -> None:
    assert_is_the_flag(decode_image(encoded(Image.fromarray(flag()), kind)))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(encoded_16_bit(".png"), id="16-bit PNG"),
        pytest.param(encoded_16_bit(".tiff"), id="16-bit TIFF"),
        pytest.param(encoded(Image.fromarray(flag()).convert("CMYK"), "JPEG"), id="CMYK JPEG"),
        pytest.param(encoded(Image.fromarray(flag()).convert("CMYK"), "TIFF"), id="CMYK TIFF"),
        pytest.param(encoded(Image.fromarray(flag()).convert("P")), id="palette"),
        pytest.param(encoded(Image.fromarray(flag()), "JPEG", progressive=True), id="progressive"),
    ],
)
def test_unusual_pixels_become_plain_ones(data: bytes) -> None:
    assert_is_the_flag(decode_image(data))


def test_grey_pictures_become_colour() -> None:
    grey = np.full((HEIGHT, WIDTH), 77, np.uint8)
    np.testing.assert_array_equal(decode_image(encoded(Image.fromarray(grey))), 77)


def test_a_dark_16_bit_picture_keeps_its_upper_bits() -> None:
    grey = np.full((HEIGHT, WIDTH), 77 * 256 + 200, np.uint16)
    np.testing.assert_array_equal(decode_image(encoded(Image.fromarray(grey))), 77)


def test_what_is_transparent_keeps_its_colour() -> None:
    see_through = Image.fromarray(flag())
    see_through.putalpha(0)
    assert_is_the_flag(decode_image(encoded(see_through)))


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_frame_is_read(kind: str) -> None:
    second = Image.fromarray(255 - flag())
    data = encoded(Image.fromarray(flag()), kind, save_all=True, append_images=[second])
    assert_is_the_flag(decode_image(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(
    ("orientation", "stored"),
    [(3, np.rot90(flag(), 2)), (6, np.rot90(flag())), (8, np.rot90(flag(), -1))],
    ids=["upside down", "quarter turn", "quarter turn back"],
)
def test_a_photograph_is_turned_as_its_exif_says(
    kind: str, orientation: int, stored: Bytes
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = Image.fromarray(np.ascontiguousarray(stored))
    assert_is_the_flag(decode_image(encoded(turned, kind, exif=exif)))


def test_an_empty_file() -> None:
    with pytest.raises(ImageError, match="empty"):
        decode_image(b"")


@pytest.mark.parametrize(
    "data",
    [b"hello", b"%PDF-1.7\n", bytes(1000), b"\xff\xd8", b"RIFF\0\0\0\0WEBP", b"GIF89a", b"BM"],
)
def test_no_picture(data: bytes) -> None:
    with pytest.raises(ImageError, match="not a picture"):
        decode_image(data)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("kept", [0.95, 0.6, 0.3])
def test_a_picture_that_is_cut_off(kind: str, kept: float) -> None:
    data = encoded(Image.fromarray(noise()), kind)
    with pytest.raises(ImageError, match=r"cut off|not a picture") as caught:
        decode_image(data[: int(len(data) * kept)])
    assert caught.value.next_step


def test_a_jpeg_that_ends_early_is_not_shown_half_grey() -> None:
    data = encoded(Image.fromarray(noise()), "JPEG")
    with pytest.raises(ImageError, match="cut off"):
        decode_image(data[:-2])


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (400, 15)])
def test_a_picture_in_which_no_face_fits(size: tuple[int, int]) -> None:
    with pytest.raises(ImageError, match=f"only {size[0]} x {size[1]} pixels"):
        decode_image(encoded(Image.new("L", size)))


def test_a_picture_of_20000_pixels_a_side() -> None:
    with pytest.raises(ImageError, match="too large: 20000 x 100"):
        decode_image(encoded(Image.new("L", (20_000, 100))))


def test_a_small_file_that_would_fill_the_memory_is_refused_before_it_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bomb = encoded(Image.new("1", (16_000, 16_000)))
    assert len(bomb) < 100_000

    def explode(*_: object) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr(images, "_decode", explode)
    with pytest.raises(ImageError, match="too large"):
        decode_image(bomb)


@settings(max_examples=300, derandomize=True)
@given(
    kind=st.sampled_from(FORMATS),
    damage=st.lists(st.tuples(st.integers(0, 2_000), st.binary(min_size=1, max_size=8))),
)
def test_however_a_file_is_damaged_it_is_a_picture_or_an_error_of_ours(
    kind: str, damage: list[tuple[int, bytes]]
) -> None:
    data = bytearray(encoded(Image.fromarray(flag()), kind))
    for place, garbage in damage:
        data[place : place + len(garbage)] = garbage
    try:
        image = decode_image(bytes(data))
    except ImageError as error:
        assert error.next_step
    else:
        assert image.shape[2] == 3
        assert image.dtype == np.uint8


def test_the_limit_can_be_set() -> None:
    data = encoded(Image.fromarray(flag()))
    assert_is_the_flag(decode_image(data, max_pixels=HEIGHT * WIDTH))
    with pytest.raises(ImageError, match="too large"):
        decode_image(data, max_pixels=HEIGHT * WIDTH - 1)


def test_a_file_is_read_and_named_in_errors(tmp_path: Path) -> None:
    path = tmp_path / "Zoë's picture.png"
    path.write_bytes(encoded(Image.fromarray(flag())))
    assert_is_the_flag(read_image(path))
    path.write_bytes(b"no")
    with pytest.raises(ImageError) as caught:
        read_image(path)
    assert caught.value.where == str(path)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no such file"):
        read_image(tmp_path / "nowhere.png")
    with pytest.raises(ImageError, match="cannot be read"):
        read_image(tmp_path)


def chunk(name: bytes, data: bytes, length: int | None = None) -> bytes:
    """A chunk of a PNG, as long as it is or as it says."""
    announced = len(data) if length is None else length
    return announced.to_bytes(4, "big") + name + data + bytes(4)


HEADER = (64).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
START = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("announced", [2**31 - 1, 2**32 - 1, 1_000_000])
def test_a_png_is_not_decoded_whose_chunks_are_longer_than_the_file(
    announced: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "_decode", exploding)
    with pytest.raises(ImageError, match="cut off"):
        decode_image(START + chunk(b"IHDR", HEADER) + chunk(b"IDAT", b"", announced))


def exploding(*_: object) -> None:
    raise AssertionError("it was decoded")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(bytes.fromhex("59a66a95 00007530 00007530 00000018"), id="sun"),
        pytest.param(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 9000 +X 9000\n", id="hdr"),
        pytest.param(b"PF\n30000 30000\n-1.0\n", id="pfm"),
        pytest.param(b'<?xml version="1.0"?><svg width="99" height="99"/>', id="svg"),
        pytest.param(b"\0\0\0\x0cjP  \r\n\x87\n", id="JPEG 2000"),
    ],
)  # fmt: skip
def test_decoders_that_nobody_asked_for_see_nothing(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "_decode", exploding)
    monkeypatch.setattr(images, "_announced_size", exploding)
    with pytest.raises(ImageError, match="not a picture"):
        decode_image(data + bytes(100))


def test_a_jpeg_of_many_passes_is_refused_by_what_they_cost() -> None:
    small = encoded(Image.fromarray(flag()), "JPEG", progressive=True)
    start, end = small.index(b"\xff\xda"), len(small) - 2
    passes = images._MOST_PASSED // (HEIGHT * WIDTH)
    with pytest.raises(ImageError, match="passes"):
        decode_image(small[:end] + small[start : start + 12] * passes + small[end:])


def test_a_jpeg_that_holds_far_more_than_its_picture_is_not_read_for_long() -> None:
    small = encoded(Image.fromarray(flag()), "JPEG")
    rest = b"\xff\xd0" * images._SMALL
    with pytest.raises(ImageError, match="far more"):
        decode_image(small[:-2] + rest + small[-2:])
    noise = np.random.default_rng(0).integers(0, 256, (500, 500, 3), np.uint8)
    decode_image(encoded(Image.fromarray(noise), "JPEG", quality=100, subsampling=0))


def test_what_takes_more_memory_may_have_fewer_pixels() -> None:
    data = encoded(Image.fromarray(flag()), "JPEG", progressive=True)
    with pytest.raises(ImageError, match="too large"):
        decode_image(data, max_pixels=HEIGHT * WIDTH)
    assert_is_the_flag(decode_image(data, max_pixels=2 * HEIGHT * WIDTH))
