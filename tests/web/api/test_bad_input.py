"""Nothing that comes in makes the API stumble."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.web.api.asking import V1, faces, problem
from tests.web.house import (
    House,
    enrolled,
    picture,
)


def png_bomb(side: int) -> bytes:
    """A few bytes that say they are a picture of side x side."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1_000_000))

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    parts = (chunk(b"IHDR", header), chunk(b"IDAT", body), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg_bomb(side: int) -> bytes:
    """A JPEG header that announces side x side pixels."""
    size = struct.pack(">BHHB", 8, side, side, 3) + bytes([1, 17, 0, 2, 17, 0, 3, 17, 0])
    return b"\xff\xd8\xff\xc0" + struct.pack(">H", len(size) + 2) + size + b"\xff\xd9"


BAD_PICTURES = {
    "nothing": b"",
    "text": b"this is no picture at all",
    "json": b'{"image": "yes"}',
    "half a picture": picture("happy", 3)[:400],
    "a PNG of 900 megapixels": png_bomb(30_000),
    "a PNG of 64 megapixels": png_bomb(8_000),
    "a JPEG of 4 gigapixels": jpeg_bomb(65_535),
    "a JPEG of ten thousand passes": b"\xff\xd8" + b"\xff\xda\x00\x04ab" * 10_000,
    "one pixel": png_bomb(1),
    "zeros": bytes(100_000),
    "a zip": b"PK\x03\x04" + bytes(100),
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
}


def test_no_picture_of_a_form_reaches_the_disk(
    client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[object] = []
    monkeypatch.setattr(SpooledTemporaryFile, "rollover", reached.append)
    large = cv2.imencode(
        ".png", np.random.default_rng(0).integers(0, 256, (900, 900, 3), np.uint8)
    )[1]
    assert large.size > 2_000_000
    answer = client.post("/api/v1/analyze", files={"image": ("a.png", large.tobytes())})
    assert answer.status_code == 200, answer.text
    assert reached == []


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_no_picture_makes_it_stumble(name: str, client: TestClient, house: House) -> None:
    student, data = enrolled(house), BAD_PICTURES[name]
    alone = client.post(f"{V1}/analyze", content=data)
    assert alone.status_code in (400, 422)
    problem(alone, alone.status_code)
    files = [("happy", ("a.jpg", data))]
    for path in ("references", "gate", "recalibrations", "expressions/bored"):
        answer = client.post(f"{V1}/students/{student}/{path}", files=files)
        if path == "gate":
            assert len(answer.json()["refused"]) == 1
            continue
        problem(answer, answer.status_code)
        assert 400 <= answer.status_code < 500
    assert house.library.open(student).references == ()


def test_too_much_is_refused_before_it_is_read(client: TestClient, house: House) -> None:
    answer = client.post(f"{V1}/analyze", headers={"content-length": str(10**9)}, content=b"x")
    problem(answer, 413, "too-large")

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield bytes(1_000_000)

    problem(client.post(f"{V1}/analyze", content=endless()), 413, "too-large")
    problem(client.patch(f"{V1}/students/s001", content=bytes(100_000)), 413, "too-large")
    large = [("image", ("a.jpg", bytes(20_000_001)))]
    problem(client.post(f"{V1}/analyze", files=large), 413, "too-large")
    many = [("image", (f"{i}.png", b"x")) for i in range(60)]
    problem(client.post(f"{V1}/analyze", files=many), 400)
    fields = {f"f{i}": "x" for i in range(60)}
    problem(client.post(f"{V1}/gate", data=fields, files=faces(happy=1)), 400)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=", b"--\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\n\xff\xfe--b--"),
        ("multipart/form-data; boundary=b; charset=klingon", b"--b\r\n"),
        ("text/plain", b"hello"),
        ("application/json", b"{}"),
        ("text/html", b"<script>"),
        ("\u00ff", b"x"),
    ],
)
def test_no_form_makes_it_stumble(client: TestClient, house: House, kind: str, data: bytes) -> None:
    student = enrolled(house)
    for path in ("/analyze", "/gate", "/students", f"/students/{student}/references"):
        headers = {b"content-type": kind.encode("latin-1")}
        answer = client.post(f"{V1}{path}", content=data, headers=headers)
        assert 400 <= answer.status_code < 500, (path, answer.text)
        problem(answer, answer.status_code)


def zip_of(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return packed.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"no zip", zip_of(), zip_of(contents=b"{}"),
        zip_of(**{"contents.json": bytes(50_000_000)}),
        zip_of(**{"..__..__etc__passwd": b"x", "contents.json": b"{}"}),
        zip_of(**{"contents.json": b"[" * 100_000}),
        zip_of(**{f"student.yaml{i}": b"" for i in range(100)}),
    ],
    ids=["empty", "text", "no files", "unknown", "bomb", "path", "deep", "many"],
)  # fmt: skip
def test_no_zip_makes_it_stumble(client: TestClient, house: House, data: bytes) -> None:
    answer = client.post(f"{V1}/students/import", content=data)
    found = problem(answer, answer.status_code)
    assert 400 <= answer.status_code < 500, found
    assert "/tmp" not in answer.text, "where it lay for a moment is nobody's business"
    assert house.library.students() == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=ANYTHING, name=st.text(max_size=120))
def test_no_json_makes_it_stumble(client: TestClient, house: House, value: Any, name: str) -> None:
    house.credentials.requests.take = lambda *_: None  # type: ignore[method-assign]
    if not house.library.students():
        enrolled(house)
    body = json.dumps(value).encode()
    for given_ in (body, json.dumps({"name": value}).encode(), json.dumps({"name": name}).encode()):
        for path in ("/students/s001", "/students/nobody"):
            answer = client.patch(f"{V1}{path}", content=given_)
            assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.text
    assert len(house.library.students()) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"name":' + b"[" * 9999]
)
def test_bad_json_is_a_problem(client: TestClient, house: House, body: bytes) -> None:
    enrolled(house)
    problem(client.patch(f"{V1}/students/s001", content=body), 400, "request")


@pytest.mark.parametrize(
    "name",
    ["..", "%2e%2e", "_class", "a" * 500, "S001", "s001%00", "s%2f001", "con", "\u00e4", "*"],
)
def test_a_wrong_id_is_nobody(client: TestClient, house: House, name: str) -> None:
    enrolled(house)
    for path, method in (("", "GET"), ("", "DELETE"), ("/card", "GET"), ("/export", "GET")):
        answer = client.request(method, f"{V1}/students/{name}{path}")
        assert answer.status_code in (401, 403, 404), answer.text
        problem(answer, answer.status_code)
    assert len(house.library.students()) == 1


def test_a_mistake_of_ours_tells_the_asker_nothing(
    client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("secret words")

    monkeypatch.setattr(house.library, "students", broken)
    answer = client.get(f"{V1}/students")
    problem(answer, 500)
    assert "secret" not in answer.text


def test_requests_are_counted_by_who_asks(client: TestClient, house: House) -> None:
    token, _ = house.credentials.tokens.make("theirs", student=enrolled(house))
    mine = {"authorization": f"Bearer {token}"}
    answers = [client.get(f"{V1}/me") for _ in range(61)]
    assert [one.status_code for one in answers] == [200] * 60 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert client.get(f"{V1}/me", headers=mine).status_code == 200, "others are not kept waiting"
    house.time += 1
    assert client.get(f"{V1}/me").status_code == 200
