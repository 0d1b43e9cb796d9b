"""What travels: pictures that must not be decoded are refused from their header alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fewshot_fer.errors import ImageError, ReferenceImageError, RequestError
from fewshot_fer.web import messages, wire
from fewshot_fer.web.access import refusal


def jpeg(width: int, height: int, *, progressive: bool = False) -> bytes:
    picture = np.full((height, width, 3), 90, np.uint8)
    options = [cv2.IMWRITE_JPEG_PROGRESSIVE, int(progressive)]
    return cv2.imencode(".jpg", picture, options)[1].tobytes()


def claiming(width: int, height: int) -> bytes:
    """A small file whose header says that it is large."""
    data = bytearray(jpeg(64, 64))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(data)


def test_the_header_says_the_size() -> None:
    assert wire.size_of(jpeg(640, 360)) == (640, 360)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (claiming(65_000, 65_000), "too large"),
        (claiming(60_000, 40), "too large"),
        (jpeg(64, 16), "no face fits"),
        (jpeg(64, 64, progressive=True), "not read live"),
        (jpeg(64, 64)[:30], "cut off"),
        (b"", "not a JPEG"),
        (b"\x89PNG\r\n\x1a\n", "not a JPEG"),
        (b'{"do":"mark"}', "not a JPEG"),
        (b"\xff\xd8" + b"\0" * wire.MOST_BYTES, "MB"),
    ],
)
def test_what_must_not_be_decoded_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        wire.size_of(data)


@given(st.binary(max_size=200))
def test_no_header_does_more_than_be_refused(rubbish: bytes) -> None:
    with pytest.raises(ImageError):
        wire.size_of(b"\xff\xd8" + rubbish.replace(b"\xff\xc0", b"").replace(b"\xff\xc1", b""))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"do":1}', "[" * 5000, '{"do":"x"}' + " " * 5000])
def test_what_is_no_command_is_refused(text: str) -> None:
    with pytest.raises(RequestError):
        wire.command_of(text)


def face(track: int) -> messages.Face:
    return {
        "track": track, "box": [0, 0, 9, 9], "student": "a", "name": "A", "sure": True,
        "agreed": True, "on_device": False,
        "expression": "happy", "best": "happy", "scores": {"happy": 1.0}, "unsure": None,
        "quality": 1.0,
    }  # fmt: skip


def view(*faces: messages.Face) -> messages.View:
    return {
        "type": "view", "source": "gallery:a", "time": 0.0, "size": [9, 9], "seen": [*faces],
        "shares": {"happy": 1.0}, "sure": 1, "expected": 1, "unread": 0, "ms": 1.0,
    }  # fmt: skip


def test_of_many_faces_no_single_one_is_told() -> None:
    told = wire.without_each(view(face(1), face(2)))
    assert told["type"] == "view"
    assert told["shares"] == {"happy": 1}
    assert len(told["seen"]) == 2
    for one in told["seen"]:
        assert not {"expression", "best", "scores", "unsure"} & set(one)


def test_one_face_alone_is_the_class() -> None:
    assert wire.without_each(view(face(1))) == view(face(1))


def test_an_error_has_the_code_that_the_api_gives_it() -> None:
    error = ReferenceImageError("Too dark.", next_step="More light.")
    assert wire.error_message(error) == {
        "type": "error",
        "code": refusal.document(error)["code"],
        "what": "Too dark.",
        "next_step": "More light.",
    }
    assert wire.error_message(error)["code"] == "reference-image"
    assert wire.error_message(error, "picture")["code"] == "picture"
