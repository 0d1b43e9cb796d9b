"""Every kind of picture that people have, and every kind of bad one."""

from __future__ import annotations

from base64 import b85decode
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


PHONE = b85decode(
    "0000SW^{RQXk}@500000ZE0pPXk}@5ZE0a<0005WZDn*}000000000XXk=`10000000000aA{+700000000000000000000"
    "G-+&aV*mgE07O6l0ssL300001?EnD)00000003A30ssI200Kn-0RR9100000Bme*aIB98aW&i*H00062000$fZf0cy0000"
    "00RRAKc4ILB0000LX>Mj^0ssI300IC2MR;ju000004sdC7Z2$lO00031009VTaB^?}008G{aAR)(004Jrc4I>U1PA~C0G>Di"
    "0000U@BsY(`1k+-4+CHT0RR_30Sp2E{{#pC00RJ?H~;_x0017k0zhE^0RSpO0RaRE00093o;Uyi0{{RXkOUAYvfW&i*EazT1"
    "_S^A0{~<I00RI7AYuRk00=|@!E+ce2#^2(025<xY;ta6Y<K_x01W^JfB*mh6lrsCWdHyG00000KmY&$Pyhe`C}V74Z~y=RJ"
    "OBUy0RR91Pyhe`0ssI1`~Uy|0ssI2000000ssI25O8UDX#fBK00RgJ2mk;832Aa~bOQhY02yg;ZD9Za000000096227v+t1"
    "%!qG000_ka%E-!00000000hSWOHKx0ssL30RR91gl%MDbN~PVR44(j3E(3*M)9>B|L^Jl{ZH+;_3B{aGDrVd^a1!zqf?gbWG"
    "1Jc{saDSz0N@`C}<+kQaVIp|9P+!|LwcXOOua#MC9_6!bpvP2Ous-eTy{ozyJUM21R&jW&i+9O#mtY000O80Ra*K0{{R30RR"
    "RR70000000"
)
"""The flag as a phone writes it: HEIC, stored on its side, with the word to turn it back."""


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


def test_a_phone_s_heic_is_read_upright() -> None:
    assert_is_the_flag(decode_image(PHONE))


@pytest.mark.parametrize(
    "data", [PHONE[:300], PHONE[:-80], b"\0\0\0\x18ftypheic" + bytes(100), b"\0\0\0\x18ftyp"]
)
def test_heic_that_is_none_is_refused_in_our_words(data: bytes) -> None:
    with pytest.raises(ImageError, match=r"cut off|not a picture"):
        decode_image(data, where="IMG_0042.HEIC")


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
